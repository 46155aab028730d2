import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Trail, type TrailEvent } from '../support/readings.ts';
import type { GraphQLAnswer } from '../support/test-app.ts';
import { at, PASSWORD, World, type Person, type Practice } from '../support/world.ts';

const NOTE = 'Zwieback-and-lullaby';

let world: World;
let trail: Trail;
let practice: Practice;
let adminId: string;
let practitioner: Person;
let patient: Person;
let authorizationId: string;
let day: string;
let days = 0;

beforeAll(async () => {
  world = await World.create();
  trail = await Trail.open(world);
  practice = await world.practice();
  adminId = (await world.query('{ me { id } }', {}, practice.admin)).data.me.id as string;
  [practitioner, patient] = [await world.practitioner(practice), await world.patient(practice)];
  authorizationId = await world.authorization(practice, patient.id, { totalUnits: 1_000 });
});
afterAll(async () => {
  await trail.close();
  await world.close();
});
beforeEach(() => {
  day = new Date(Date.UTC(2024, 0, 1 + days++)).toISOString().slice(0, 10);
});

const booking = (more: object = {}): object => ({
  patientId: patient.id,
  practitionerId: practitioner.id,
  authorizationId,
  ...at(day, '10:00'),
  notes: NOTE,
  ...more,
});
const booked = async (more: object = {}): Promise<string> =>
  (await world.make('createAppointment', booking(more), practitioner.token)).id;
const completed = async (): Promise<{ appointmentId: string; sessionId: string }> => {
  const appointmentId = await booked();
  const input = { appointmentId, narrativeNotes: NOTE };
  return { appointmentId, sessionId: (await world.make('completeAppointment', input, practitioner.token)).id };
};

const by = (actor: 'admin' | 'practitioner' | 'patient'): object => ({
  organization_id: practice.id,
  actor_id: { admin: adminId, practitioner: practitioner.userId, patient: patient.userId }[actor],
  actor_role: actor.toUpperCase(),
  outcome: 'SUCCESS',
  request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
});
const actions = (events: TrailEvent[]): string[] => events.map(({ action }) => action).sort();

describe('given an appointment, when it is', () => {
  const facts = (): object => ({ practitionerId: practitioner.id, authorizationId });
  const event = (action: string, id: string, details: object): object => ({
    ...by('practitioner'),
    action,
    resource: 'appointment',
    resource_id: id,
    patient_id: patient.id,
    details: expect.objectContaining({ ...facts(), ...details }),
  });

  it('created, then CREATE_APPOINTMENT with its people, units and times', async () => {
    const { answer, events } = await trail.mutation('createAppointment', booking(), practitioner.token);
    const { startTime, endTime } = at(day, '10:00');
    expect(events).toMatchObject([
      event('CREATE_APPOINTMENT', answer.data.createAppointment.id as string, { unitsReserved: 4, startTime, endTime }),
    ]);
  });

  it('changed, then UPDATE_APPOINTMENT with the names of what is different, and no more', async () => {
    const id = await booked();
    const input = { id, ...at(day, '10:00', 90), notes: `${NOTE}!`, location: null, practitionerId: practitioner.id };
    const { events } = await trail.mutation('updateAppointment', input, practitioner.token);
    expect(events).toMatchObject([event('UPDATE_APPOINTMENT', id, { unitsReserved: 6 })]);
    expect((events[0]!.details.fields as string[]).sort()).toEqual(['endTime', 'notes']);
  });

  it('changed to what it is, then it was read and no more', async () => {
    const id = await booked();
    const { events } = await trail.mutation('updateAppointment', { id, notes: NOTE }, practitioner.token);
    expect(events).toMatchObject([{ ...by('practitioner'), action: 'READ_APPOINTMENT', resource_id: id }]);
  });

  it('cancelled, then CANCEL_APPOINTMENT with the units that it gave back', async () => {
    const id = await booked();
    const { events } = await trail.mutation('cancelAppointment', { id, reason: NOTE }, practitioner.token);
    expect(events).toMatchObject([event('CANCEL_APPOINTMENT', id, { unitsReleased: 4, status: 'CANCELLED' })]);
  });

  it('started, then START_APPOINTMENT', async () => {
    const id = await booked();
    const { events } = await trail.of(
      'mutation($id: ID!) { startAppointment(id: $id) { id } }',
      { id },
      practitioner.token,
    );
    expect(events).toMatchObject([event('START_APPOINTMENT', id, { status: 'IN_PROGRESS' })]);
  });

  it('missed, then NO_SHOW_APPOINTMENT', async () => {
    const id = await booked();
    const { events } = await trail.of('mutation($id: ID!) { markNoShow(id: $id) { id } }', { id }, practitioner.token);
    expect(events).toMatchObject([event('NO_SHOW_APPOINTMENT', id, { unitsReleased: 4 })]);
  });

  it('completed, then COMPLETE_APPOINTMENT and CREATE_SESSION with units and times', async () => {
    const id = await booked();
    const { startTime, endTime } = at(day, '10:00', 35);
    const input = { appointmentId: id, actualEndTime: endTime, narrativeNotes: NOTE, metrics: { said: NOTE } };
    const { answer, events } = await trail.mutation('completeAppointment', input, practitioner.token);
    const details = { unitsUsed: 2, unitsUnauthorized: 0, startTime, endTime };
    expect(events).toMatchObject([
      event('COMPLETE_APPOINTMENT', id, details),
      {
        ...event('CREATE_SESSION', answer.data.completeAppointment.id as string, { ...details, appointmentId: id }),
        resource: 'session',
      },
    ]);
  });

  it('booked, changed or cancelled again with the same key, then it was read and no more', async () => {
    const id = await booked();
    for (const [name, input] of [
      ['createAppointment', booking(at(day, '14:00'))],
      ['updateAppointment', { id, notes: null }],
      ['cancelAppointment', { id }],
    ] as const) {
      const keyed = { ...input, idempotencyKey: randomUUID() };
      const first = await trail.mutation(name, keyed, practitioner.token);
      expect([name, actions(first.events)]).toEqual([name, [`${name.slice(0, 6).toUpperCase()}_APPOINTMENT`]]);
      const { answer, events } = await trail.mutation(name, keyed, practitioner.token);
      expect(answer.data).toEqual(first.answer.data);
      expect(events).toMatchObject([
        {
          ...by('practitioner'),
          action: 'READ_APPOINTMENT',
          resource_id: answer.data[name].id,
          patient_id: patient.id,
        },
      ]);
    }
  });

  it('changed by a super admin, then the event is in the trail of the organization that it belongs to', async () => {
    const id = await booked();
    const { events } = await trail.mutation('cancelAppointment', { id }, world.superAdmin);
    expect(events).toMatchObject([
      { action: 'CANCEL_APPOINTMENT', organization_id: practice.id, actor_role: 'SUPER_ADMIN', patient_id: patient.id },
    ]);
    expect(events[0]!.actor_id).not.toBe(adminId);
  });
});

describe('given an authorization, when it is', () => {
  const event = (action: string, id: unknown): object => ({
    ...by('admin'),
    action,
    resource: 'authorization',
    resource_id: id,
    patient_id: patient.id,
  });

  it('created, changed and cancelled, then each is an event with the changed names', async () => {
    const input = {
      patientId: patient.id,
      serviceCodes: ['97153'],
      totalUnits: 10,
      startDate: '2026-01-01',
      endDate: '2026-12-31',
    };
    const created = await trail.mutation('createAuthorization', input, practice.admin);
    const id = created.answer.data.createAuthorization.id as string;
    expect(created.events).toMatchObject([event('CREATE_AUTHORIZATION', id)]);

    const change = { id, totalUnits: 20, endDate: '2027-12-31', reason: NOTE };
    const changed = await trail.mutation('updateAuthorization', change, practice.admin);
    expect(changed.events).toMatchObject([event('UPDATE_AUTHORIZATION', id)]);
    expect((changed.events[0]!.details.fields as string[]).sort()).toEqual(['endDate', 'totalUnits']);

    const cancelled = await trail.of(
      `mutation($id: ID!) { cancelAuthorization(id: $id, reason: "${NOTE}") { id } }`,
      { id },
      practice.admin,
    );
    expect(cancelled.events).toMatchObject([event('CANCEL_AUTHORIZATION', id)]);
  });
});

describe('given people, when they are', () => {
  it('created and changed, then each is an event with the names of what changed and no values', async () => {
    const named = { firstName: 'Quirin', lastName: 'Zufall' };
    const born = { ...named, dateOfBirth: '2015-01-01', medicalRecordNumber: randomUUID() };
    const patientMade = await trail.mutation('createPatient', born, practice.admin);
    const patientId = patientMade.answer.data.createPatient.id as string;
    const own = { ...by('admin'), patient_id: patientId, resource: 'patient', resource_id: patientId };
    expect(patientMade.events).toMatchObject([{ ...own, action: 'CREATE_PATIENT' }]);
    const change = { id: patientId, firstName: 'Quirina', lastName: 'Zufall', phoneNumber: '555-0199' };
    const patientChanged = await trail.mutation('updatePatient', change, practice.admin);
    expect(patientChanged.events).toMatchObject([{ ...own, action: 'UPDATE_PATIENT' }]);
    expect((patientChanged.events[0]!.details.fields as string[]).sort()).toEqual(['firstName', 'phoneNumber']);

    const licensed = { ...named, licenseNumber: 'L', specialization: 'ABA' };
    const practitionerMade = await trail.mutation('createPractitioner', licensed, practice.admin);
    const id = practitionerMade.answer.data.createPractitioner.id as string;
    const practitionerChanged = await trail.mutation(
      'updatePractitioner',
      { id, specialization: 'ST' },
      practice.admin,
    );
    expect([...practitionerMade.events, ...practitionerChanged.events]).toMatchObject([
      { ...by('admin'), action: 'CREATE_PRACTITIONER', resource: 'practitioner', resource_id: id },
      {
        ...by('admin'),
        action: 'UPDATE_PRACTITIONER',
        resource: 'practitioner',
        resource_id: id,
        details: { fields: ['specialization'] },
      },
    ]);

    const email = `quirin-${randomUUID()}@practice.example`;
    const account = { email, password: PASSWORD, role: 'PATIENT', patientId };
    const userMade = await trail.mutation('createUser', account, practice.admin);
    const userId = userMade.answer.data.createUser.id as string;
    const userChanged = await trail.mutation(
      'updateUser',
      { id: userId, active: false, password: 'another-horse-8', role: 'PATIENT' },
      practice.admin,
    );
    const ofUser = { ...by('admin'), resource: 'user', resource_id: userId, patient_id: patientId };
    expect([...userMade.events, ...userChanged.events]).toMatchObject([
      { ...ofUser, action: 'CREATE_USER', details: { role: 'PATIENT' } },
      { ...ofUser, action: 'UPDATE_USER' },
    ]);
    expect((userChanged.events[0]!.details.fields as string[]).sort()).toEqual(['active', 'password']);

    const all = JSON.stringify(await trail.events());
    for (const value of ['Quirin', 'Zufall', '555-0199', 'another-horse-8', PASSWORD, '$argon2'])
      expect(all).not.toContain(value);
  });

  it('given an organization or a service code, then that is an event too', async () => {
    const adminEmail = `founder-${randomUUID()}@practice.example`;
    const founding = { name: 'New', timeZone: 'UTC', adminEmail, adminPassword: PASSWORD };
    const founded = await trail.mutation('createOrganization', founding, world.superAdmin);
    const organization_id = founded.answer.data.createOrganization.id as string;
    expect(founded.events).toMatchObject([
      { action: 'CREATE_ORGANIZATION', organization_id, resource_id: organization_id, actor_role: 'SUPER_ADMIN' },
      { action: 'CREATE_USER', organization_id },
    ]);
    const made = await trail.mutation('createServiceCode', { code: 'AUDIT', description: 'x' }, practice.admin);
    const id = made.answer.data.createServiceCode.id as string;
    const changed = await trail.mutation('updateServiceCode', { id, timed: false }, practice.admin);
    expect([...made.events, ...changed.events]).toMatchObject([
      { ...by('admin'), action: 'CREATE_SERVICE_CODE', resource_id: id },
      { ...by('admin'), action: 'UPDATE_SERVICE_CODE', resource_id: id, details: { fields: ['timed'] } },
    ]);
  });
});

describe('given a change that is refused', () => {
  it('when units, time, version or status forbid it, then no event tells of it', async () => {
    const small = await world.authorization(practice, patient.id, { totalUnits: 4 });
    const id = await booked({ authorizationId: small });
    const before = await trail.events(`action LIKE '%_APPOINTMENT' OR action LIKE '%_AUTHORIZATION'`);
    const cases: [string, object, string, string][] = [
      [
        'createAppointment',
        booking({ authorizationId: small, ...at(day, '14:00') }),
        practitioner.token,
        'INSUFFICIENT_UNITS',
      ],
      ['createAppointment', booking(), practitioner.token, 'SCHEDULING_CONFLICT'],
      ['updateAppointment', { id, ...at(day, '10:00', 90) }, practitioner.token, 'INSUFFICIENT_UNITS'],
      ['updateAppointment', { id, notes: 'x', expectedVersion: 7 }, practitioner.token, 'STALE_VERSION'],
      [
        'completeAppointment',
        { appointmentId: id, actualEndTime: at('2090-01-01', '10:00').endTime },
        practitioner.token,
        'BAD_USER_INPUT',
      ],
      ['updateAuthorization', { id: small, totalUnits: 3, reason: 'cut' }, practice.admin, 'INSUFFICIENT_UNITS'],
      ['createUser', { email: 'x', password: PASSWORD, role: 'ADMIN' }, practice.admin, 'BAD_USER_INPUT'],
    ];
    for (const [name, input, token, code] of cases) {
      const { answer, events } = await trail.mutation(name, input, token);
      expect([name, answer.code, events]).toEqual([name, code, []]);
    }
    expect(await trail.events(`action LIKE '%_APPOINTMENT' OR action LIKE '%_AUTHORIZATION'`)).toEqual(before);
  });
});

describe('given the record of a patient, when it is read', () => {
  it('one by one, then READ_PATIENT, READ_AUTHORIZATION, READ_APPOINTMENT and READ_SESSION name it, each by who reads', async () => {
    const { appointmentId, sessionId } = await completed();
    for (const [field, id] of [
      ['patient', patient.id],
      ['authorization', authorizationId],
      ['appointment', appointmentId],
      ['session', sessionId],
    ] as const)
      for (const [who, token] of [
        ['admin', practice.admin],
        ['practitioner', practitioner.token],
        ['patient', patient.token],
      ] as const) {
        const { events } = await trail.of(`query($id: ID!) { ${field}(id: $id) { id } }`, { id }, token);
        expect(events).toMatchObject([
          {
            ...by(who),
            action: `READ_${field.toUpperCase()}`,
            resource: field,
            resource_id: id,
            patient_id: patient.id,
          },
        ]);
      }
  });

  it('as a list, then one event says how many and by which filter; an empty one too', async () => {
    const person = await world.patient(practice);
    const approvals = [await world.authorization(practice, person.id), await world.authorization(practice, person.id)];
    for (const [visit, approval] of approvals.entries())
      await booked({ patientId: person.id, authorizationId: approval, ...at(day, visit ? '12:00' : '14:00') });
    for (const [field, type, filter, count] of [
      ['patients', 'PatientFilter', { search: 'pat' }, 2],
      ['authorizations', 'AuthorizationFilter', { patientId: person.id, status: ['ACTIVE'] }, 2],
      ['appointments', 'AppointmentFilter', { patientId: person.id, status: ['SCHEDULED'] }, 2],
      ['appointments', 'AppointmentFilter', { patientId: person.id, status: ['NO_SHOW'] }, 0],
      ['sessions', 'SessionFilter', { patientId: person.id }, 0],
    ] as const) {
      const { answer, events } = await trail.of(
        `query($filter: ${type}) { ${field}(filter: $filter) { nodes { id } } }`,
        { filter },
        practice.admin,
      );
      const ids = (answer.data[field].nodes as { id: string }[]).map(({ id }) => id);
      expect(ids).toHaveLength(count);
      expect(events).toMatchObject([
        {
          ...by('admin'),
          action: `READ_${field.slice(0, -1).toUpperCase()}`,
          patient_id: field === 'patients' ? null : person.id, // one patient's lists are in their trail
          details: { count, filter },
        },
      ]);
      expect((events[0]!.details.ids as string[]).sort()).toEqual(ids.sort());
    }
  });

  it('as a page, then the event counts the page, not what lies behind it', async () => {
    const { events } = await trail.of(
      '{ patients(first: 1) { nodes { id } pageInfo { hasNextPage } } }',
      {},
      practice.admin,
    );
    expect(events).toMatchObject([{ action: 'READ_PATIENT', details: { count: 1 } }]);
  });

  it('through relation fields, then each kind that was reached is an event', async () => {
    const { appointmentId, sessionId } = await completed();
    const { answer, events } = await trail.of(
      'query($id: ID!) { appointment(id: $id) { patient { lastName } authorization { status } session { narrativeNotes } } }',
      { id: appointmentId },
      practitioner.token,
    );
    expect(answer.data.appointment.session).toEqual({ narrativeNotes: NOTE });
    expect(actions(events)).toEqual(['READ_APPOINTMENT', 'READ_AUTHORIZATION', 'READ_PATIENT', 'READ_SESSION']);
    for (const event of events) expect(event).toMatchObject({ ...by('practitioner'), patient_id: patient.id });
    expect(events.find(({ action }) => action === 'READ_SESSION')!.resource_id).toBe(sessionId);
    for (const text of [
      'query($id: ID!) { session(id: $id) { appointment { status } } }',
      '{ sessions(first: 200) { nodes { appointment { status } } } }',
    ]) {
      const below = await trail.of(text, { id: sessionId }, practitioner.token);
      expect(actions(below.events)).toEqual(['READ_APPOINTMENT', 'READ_SESSION']);
    }
    const nested = await trail.of(
      'query($id: ID!) { patient(id: $id) { authorizations { nodes { id } } } }',
      { id: patient.id },
      practice.admin,
    );
    expect(actions(nested.events)).toEqual(['READ_AUTHORIZATION', 'READ_PATIENT']);
  });

  it('through relation fields of many rows, then one event for the batch says which', async () => {
    const first = await completed();
    day = new Date(Date.parse(day) + 200 * 86_400_000).toISOString().slice(0, 10);
    const second = await completed();
    const { events } = await trail.of(
      'query($id: ID!) { appointments(filter: { patientId: $id }, first: 200) { nodes { id session { id } } } }',
      { id: patient.id },
      practitioner.token,
    );
    expect(actions(events)).toEqual(['READ_APPOINTMENT', 'READ_SESSION']);
    for (const [action, ids] of [
      ['READ_APPOINTMENT', [first.appointmentId, second.appointmentId]],
      ['READ_SESSION', [first.sessionId, second.sessionId]],
    ] as const) {
      const { details } = events.find((event) => event.action === action)!;
      expect(details.ids).toEqual(expect.arrayContaining([...ids]));
      expect(details.count).toBe((details.ids as string[]).length);
    }
  });

  it('through the answer of a sign-in, then as the user who just signed in', async () => {
    const person = await world.patient(practice);
    const email = `reader-${randomUUID()}@practice.example`;
    const account = { email, password: PASSWORD, role: 'PATIENT', patientId: person.id };
    const { id } = await world.make('createUser', account, practice.admin);
    const { events } = await trail.of(
      'mutation($input: LoginInput!) { login(input: $input) { user { patient { id } } } }',
      { input: { email, password: PASSWORD } },
    );
    expect(events).toMatchObject([
      { action: 'LOGIN', actor_id: id },
      { action: 'READ_PATIENT', actor_id: id, actor_role: 'PATIENT', patient_id: person.id },
    ]);
  });

  it('through a change that changes nothing, or a completion that is repeated, then it is a read all the same', async () => {
    const appointmentId = await booked();
    const input = { appointmentId, narrativeNotes: NOTE, idempotencyKey: randomUUID() };
    await world.make('completeAppointment', input, practitioner.token);
    const again = await trail.mutation('completeAppointment', input, practitioner.token, 'narrativeNotes');
    expect(again.answer.data).toEqual({ completeAppointment: { narrativeNotes: NOTE } });
    expect(again.events).toMatchObject([{ ...by('practitioner'), action: 'READ_SESSION', patient_id: patient.id }]);
    const same = await trail.mutation('updatePatient', { id: patient.id }, practice.admin, 'firstName dateOfBirth');
    expect(same.events).toMatchObject([{ ...by('admin'), action: 'READ_PATIENT', patient_id: patient.id }]);
    const still = await trail.mutation('updateAuthorization', { id: authorizationId }, practice.admin, 'usedUnits');
    expect(still.events).toMatchObject([{ ...by('admin'), action: 'READ_AUTHORIZATION', patient_id: patient.id }]);
  });

  it('by a super admin across organizations, then each organization’s trail has its part', async () => {
    const other = await world.practice();
    const theirs = await world.patient(other);
    const { events } = await trail.of('{ patients(first: 200) { nodes { id } } }', {}, world.superAdmin);
    expect(events.every(({ action, actor_role }) => action === 'READ_PATIENT' && actor_role === 'SUPER_ADMIN')).toBe(
      true,
    );
    expect(events.find(({ organization_id }) => organization_id === other.id)).toMatchObject({
      resource_id: theirs.id,
      patient_id: theirs.id,
      details: { count: 1 },
    });
    expect(events.filter(({ organization_id }) => organization_id === practice.id)).toHaveLength(1);
  });
});

describe('given a denial', () => {
  const denied = (code: string, more: object = {}): object => ({
    ...by('practitioner'),
    action: 'ACCESS_DENIED',
    outcome: 'DENIED',
    details: expect.objectContaining({ code }),
    ...more,
  });

  it('when the role may not, then FORBIDDEN leaves ACCESS_DENIED and nothing else', async () => {
    const { answer, events } = await trail.mutation(
      'createPatient',
      { firstName: 'A', lastName: 'B', dateOfBirth: '2015-01-01', medicalRecordNumber: randomUUID() },
      practitioner.token,
    );
    expect(answer.code).toBe('FORBIDDEN');
    expect(events).toMatchObject([denied('FORBIDDEN')]);
  });

  describe("when somebody's role or right does not reach an object of the organization, then the event has its patient", () => {
    const ids = { patient: '', authorization: '', appointment: '', session: '', emergencyAccessGrant: '', user: '' };
    let stranger: Person;

    beforeAll(async () => {
      day = '2023-05-08';
      const { appointmentId, sessionId } = await completed();
      const grant = { patientId: patient.id, grantedToUserId: practitioner.userId, durationMinutes: 30 };
      Object.assign(ids, {
        patient: patient.id,
        authorization: authorizationId,
        appointment: appointmentId,
        session: sessionId,
        emergencyAccessGrant: (
          await world.make(
            'grantEmergencyAccess',
            { ...grant, justification: 'An emergency that is long enough.' },
            practice.admin,
          )
        ).id,
        user: patient.userId,
      });
      stranger = await world.patient(practice);
    });

    const forbidden = async (
      resource: keyof typeof ids,
      call: Promise<{ answer: GraphQLAnswer; events: TrailEvent[] }>,
    ) => {
      const { answer, events } = await call;
      expect(answer.code).toBe('FORBIDDEN');
      expect(events).toMatchObject([
        { action: 'ACCESS_DENIED', outcome: 'DENIED', resource, resource_id: ids[resource], patient_id: patient.id },
      ]);
    };

    it.each([
      ['createAppointment', 'patient', () => booking()],
      ['updateAppointment', 'appointment', () => ({ id: ids.appointment })],
      ['cancelAppointment', 'appointment', () => ({ id: ids.appointment.toUpperCase() })],
      ['completeAppointment', 'appointment', () => ({ appointmentId: ids.appointment })],
      ['updatePatient', 'patient', () => ({ id: patient.id })],
      ['updateUser', 'user', () => ({ id: ids.user })],
      ['updateAuthorization', 'authorization', () => ({ id: authorizationId })],
      [
        'createAuthorization',
        'patient',
        () => ({ patientId: patient.id, serviceCodes: [], totalUnits: 1, startDate: day, endDate: day }),
      ],
      [
        'grantEmergencyAccess',
        'patient',
        () => ({ patientId: patient.id, grantedToUserId: ids.user, justification: NOTE, durationMinutes: 30 }),
      ],
    ] as const)('by the role, %s', (name, resource, input) =>
      forbidden(resource, trail.mutation(name, input(), stranger.token)),
    );

    it.each([
      ['startAppointment', 'appointment', ''],
      ['markNoShow', 'appointment', ''],
      ['cancelAuthorization', 'authorization', ', reason: "none"'],
      ['revokeEmergencyAccess', 'emergencyAccessGrant', ', reason: "none"'],
    ] as const)('by the role, %s', (name, resource, more) =>
      forbidden(
        resource,
        trail.of(`mutation($id: ID!) { ${name}(id: $id${more}) { id } }`, { id: ids[resource] }, stranger.token),
      ),
    );

    it('by the role, looking for their events', () =>
      forbidden(
        'patient',
        trail.of(
          'query($of: ID!) { auditEvents(filter: { patientId: $of }) { nodes { id } } }',
          { of: patient.id },
          stranger.token,
        ),
      ));

    it.each(['patient', 'authorization', 'appointment', 'session'] as const)('by the scope, %s', (resource) =>
      forbidden(
        resource,
        trail.of(`query($id: ID!) { ${resource}(id: $id) { id } }`, { id: ids[resource] }, stranger.token),
      ),
    );

    it.each(['appointments', 'sessions', 'authorizations'])('by the scope, %s under a filter', (list) =>
      forbidden(
        'patient',
        trail.of(
          `query($of: ID!) { ${list}(filter: { patientId: $of }) { nodes { id } } }`,
          { of: patient.id },
          stranger.token,
        ),
      ),
    );

    it.each([
      ['reading an appointment', 'GET', (): string => `/appointments/${ids.appointment}`, undefined, 'appointment'],
      ['reading a session', 'GET', (): string => `/sessions/${ids.session}`, undefined, 'session'],
      ["listing a patient's sessions", 'GET', (): string => `/sessions/patient/${ids.patient}`, undefined, 'patient'],
      [
        "listing a patient's appointments",
        'GET',
        (): string => `/appointments?patientId=${ids.patient}`,
        undefined,
        'patient',
      ],
      ['changing', 'PUT', (): string => `/appointments/${ids.appointment}`, {}, 'appointment'],
      ['starting', 'POST', (): string => `/appointments/${ids.appointment}/start`, undefined, 'appointment'],
      ['booking', 'POST', (): string => '/appointments', () => booking(), 'patient'],
      ['completing', 'POST', (): string => '/sessions', () => ({ appointmentId: ids.appointment }), 'appointment'],
    ] as const)('by REST, %s', async (_, method, url, body, resource) => {
      const sent = typeof body === 'function' ? body() : body;
      const answer = await world.test.rest({ method, url: url(), body: sent, token: stranger.token });
      expect(answer.status).toBe(403);
      expect(await trail.events('request_id = $1', [answer.headers['x-request-id']])).toMatchObject([
        { action: 'ACCESS_DENIED', resource, resource_id: ids[resource], patient_id: patient.id },
      ]);
    });

    it('but not where the object is another organization’s, whatever refuses it', async () => {
      const other = await world.practice();
      const theirs = await world.patient(other);
      const byRole = await trail.mutation('updatePatient', { id: theirs.id }, stranger.token);
      const byId = await trail.of('query($id: ID!) { patient(id: $id) { id } }', { id: theirs.id }, stranger.token);
      expect([byRole.answer.code, byId.answer.code]).toEqual(['FORBIDDEN', 'NOT_FOUND']);
      expect([...byRole.events, ...byId.events].map((event) => [event.resource_id, event.patient_id])).toEqual([
        [theirs.id, null],
        [theirs.id, null],
      ]);
    });
  });

  it('when the record may not be read, then FORBIDDEN leaves which', async () => {
    const { sessionId } = await completed();
    const stranger = await world.practitioner(practice);
    const { answer, events } = await trail.of(
      'query($id: ID!) { session(id: $id) { id } }',
      { id: sessionId },
      stranger.token,
    );
    expect(answer.code).toBe('FORBIDDEN');
    expect(events).toMatchObject([
      denied('FORBIDDEN', {
        actor_id: stranger.userId,
        resource: 'session',
        resource_id: sessionId,
        patient_id: patient.id,
      }),
    ]);
  });

  it("when another practitioner's appointment is completed, then FORBIDDEN leaves which, and no completion", async () => {
    const id = await booked();
    const stranger = await world.practitioner(practice);
    const { events } = await trail.mutation('completeAppointment', { appointmentId: id }, stranger.token);
    expect(events).toMatchObject([
      denied('FORBIDDEN', {
        actor_id: stranger.userId,
        resource: 'appointment',
        resource_id: id,
        patient_id: patient.id,
      }),
    ]);
  });

  it("when an id is nobody's or another organization's, then NOT_FOUND leaves ACCESS_DENIED in the caller's own trail", async () => {
    const other = await world.practice();
    const theirs = await world.patient(other);
    for (const id of [theirs.id, randomUUID()]) {
      const { answer, events } = await trail.of(
        'query($id: ID!) { patient(id: $id) { id } }',
        { id },
        practitioner.token,
      );
      expect(answer.code).toBe('NOT_FOUND');
      expect(events).toMatchObject([denied('NOT_FOUND', { resource: 'patient', resource_id: id })]);
    }
    const { events } = await trail.mutation('cancelAppointment', { id: randomUUID() }, practitioner.token);
    expect(events).toMatchObject([denied('NOT_FOUND', { resource: 'appointment' })]);
  });

  it('when nobody is signed in, then UNAUTHENTICATED leaves no event', async () => {
    const { answer, events } = await trail.of('query($id: ID!) { patient(id: $id) { id } }', { id: patient.id });
    expect([answer.code, events]).toEqual(['UNAUTHENTICATED', []]);
  });
});

it('given all of this, when the trail is searched, then the text of notes is nowhere in it', async () => {
  const all = await trail.events();
  expect(all.length).toBeGreaterThan(50);
  expect(JSON.stringify(all)).not.toContain(NOTE);
});
