import { appointmentView } from './appointments.ts';
import { authorizationView } from './authorizations.ts';
import type { CallOf } from './calls.ts';
import { asking, EVERYBODY, reaching, readsAllOf, readsRecordOf } from './rights.ts';
import { sessionView } from './sessions.ts';
import { userView } from './users.ts';
import { anyOrder, decided, FORBIDDEN, when, type Verdict } from './verdict.ts';
import { get, rows, type Appointment, type World } from './world.ts';

export function me(world: World, { by }: CallOf<'me'>): Verdict {
  return asking(world, by, EVERYBODY, (caller) => ({ data: userView(caller), world }));
}

/** With its ledger: newest first, and each entry with the balances that it led to. */
export function authorization(world: World, { by, input }: CallOf<'authorization'>): Verdict {
  return asking(world, by, EVERYBODY, (caller) =>
    reaching(world, caller, 'authorizations', input.id, (row) =>
      decided(when(!readsAllOf(caller, row.patient), FORBIDDEN), () => {
        const serviceCodes = anyOrder(row.codes.map((code) => ({ code: get(world, 'serviceCodes', code).code })));
        const data = { ...authorizationView(world, row), patient: { id: row.patient }, serviceCodes };
        return { data, world };
      }),
    ),
  );
}

/** Its session is null until it is completed, and where the caller may not read the clinical record. */
export function appointment(world: World, { by, input }: CallOf<'appointment'>): Verdict {
  return asking(world, by, EVERYBODY, (caller) =>
    reaching(world, caller, 'appointments', input.id, (row) =>
      decided(when(!readsAllOf(caller, row.patient), FORBIDDEN), () => {
        const session = rows(world, 'sessions').find((each) => each.appointment === row.name);
        const readable = session && readsRecordOf(world, caller, row.patient);
        const data = {
          ...appointmentView(row),
          ...peopleOf(row),
          serviceCode: { id: row.code },
          session: readable ? sessionView(session) : null,
        };
        return { data, world };
      }),
    ),
  );
}

function peopleOf({ patient, practitioner, authorization: of }: Appointment): object {
  return { patient: { id: patient }, practitioner: { id: practitioner }, authorization: { id: of } };
}

export function session(world: World, { by, input }: CallOf<'session'>): Verdict {
  return asking(world, by, EVERYBODY, (caller) =>
    reaching(world, caller, 'sessions', input.id, (row) =>
      decided(when(!readsRecordOf(world, caller, row.patient), FORBIDDEN), () => ({ data: sessionView(row), world })),
    ),
  );
}

/** A patient's appointments, by start. */
export function appointments(world: World, { by, input }: CallOf<'appointments'>): Verdict {
  return asking(world, by, EVERYBODY, (caller) =>
    reaching(world, caller, 'patients', input.patientId, ({ name }) =>
      decided(when(!readsAllOf(caller, name), FORBIDDEN), () => {
        const found = rows(world, 'appointments').filter((each) => each.patient === name);
        return { data: listOf(found.map((each) => appointmentView(each))), world };
      }),
    ),
  );
}

/** A patient's sessions: all of them, or to a practitioner who may not read them none. */
export function sessions(world: World, { by, input }: CallOf<'sessions'>): Verdict {
  return asking(world, by, EVERYBODY, (caller) =>
    reaching(world, caller, 'patients', input.patientId, ({ name }) =>
      decided(when(!readsAllOf(caller, name), FORBIDDEN), () => {
        const readable = readsRecordOf(world, caller, name);
        const found = rows(world, 'sessions').filter((each) => readable && each.patient === name);
        return { data: listOf(found.map(sessionView)), world };
      }),
    ),
  );
}

function listOf(nodes: readonly object[]): object {
  return { nodes: anyOrder(nodes), totalCount: nodes.length };
}
