import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { EmergencyReading } from '../../src/people/emergency-access/emergency-reading.service.ts';
import { standAt, Trail, type TrailEvent } from '../support/readings.ts';
import { connected, untilWaiting } from '../support/sql.ts';
import type { GraphQLAnswer } from '../support/test-app.ts';
import { at, together, World, type Made, type Person, type Practice } from '../support/world.ts';

const JUSTIFICATION = 'Brought in unconscious, parents out of reach: what calms Ann?';
const NOTE = 'Likes the blue blanket';
const FIELDS =
  'id justification expiresAt revokedAt active createdAt patient { id } grantedTo { id } grantedBy { id email isSuperAdmin organization { id } }';
const NOON = new Date('2026-03-02T12:00:00.000Z');
const after = (minutes: number, seconds = 0): Date => new Date(NOON.getTime() + minutes * 60_000 + seconds * 1_000);

let world: World;
let trail: Trail;
let practice: Practice;
let elsewhere: Practice;
let adminId: string;
let treating: Person;
let onCall: Person;
let patient: Person;
let appointmentId: string;
let sessionId: string;

beforeAll(async () => {
  world = await World.create({ POINTS_PER_MINUTE: '0' }); // to count is to send statements
  trail = await Trail.open(world);
  [practice, elsewhere] = [await world.practice(), await world.practice()];
  adminId = await meOf(practice.admin);
  treating = await world.practitioner(practice);
});
afterAll(async () => {
  await trail.close();
  await world.close();
});
beforeEach(async () => {
  [patient, onCall] = [await world.patient(practice), await world.practitioner(practice)];
  ({ appointmentId, sessionId } = await delivered(patient));
  standAt(world, NOON);
});
afterEach(() => {
  jest.restoreAllMocks();
});

let day = 0;

async function meOf(token: string): Promise<string> {
  return (await world.query('{ me { id } }', {}, token)).data.me.id as string;
}

/** A visit of the treating practitioner, with its session. */
async function delivered(whose: Person): Promise<{ appointmentId: string; sessionId: string }> {
  const date = new Date(Date.UTC(2025, 0, ++day)).toISOString().slice(0, 10);
  const appointment = await world.booked(practice.admin, {
    patientId: whose.id,
    practitionerId: treating.id,
    authorizationId: await world.authorization(practice, whose.id),
    ...at(date, '10:00'),
  });
  const { id } = await world.make(
    'completeAppointment',
    { appointmentId: appointment, narrativeNotes: NOTE },
    practice.admin,
  );
  return { appointmentId: appointment, sessionId: id };
}

const request = (more: object = {}): object => ({
  patientId: patient.id,
  grantedToUserId: onCall.userId,
  durationMinutes: 60,
  justification: JUSTIFICATION,
  ...more,
});
const tryGrant = (more: object = {}, token = practice.admin): Promise<GraphQLAnswer> =>
  world.mutate('grantEmergencyAccess', request(more), token, FIELDS);
const granted = (more: object = {}, token = practice.admin): Promise<Made> =>
  world.make('grantEmergencyAccess', request(more), token, FIELDS);

const REVOKE = `mutation($id: ID!, $reason: String!) { revokeEmergencyAccess(id: $id, reason: $reason) { ${FIELDS} } }`;
const revoke = (id: string, token = practice.admin, reason = 'The parents have come'): Promise<GraphQLAnswer> =>
  world.query(REVOKE, { id, reason }, token);

const SESSION = 'query($id: ID!) { session(id: $id) { id narrativeNotes } }';
const SESSIONS = 'query($filter: SessionFilter) { sessions(filter: $filter) { totalCount nodes { id } } }';
const OF_APPOINTMENT = 'query($id: ID!) { appointment(id: $id) { session { id narrativeNotes } } }';

interface Seen {
  readonly session: string | undefined;
  readonly sessions: string[];
  readonly ofAppointment: string | null;
}
/** What this user sees of the session, by each way to it. */
async function seenBy(token: string): Promise<Seen> {
  const one = await world.query(SESSION, { id: sessionId }, token);
  const list = await world.query(SESSIONS, { filter: { patientId: patient.id } }, token);
  const relation = await world.query(OF_APPOINTMENT, { id: appointmentId }, token);
  expect([list.errors, relation.errors]).toEqual([undefined, undefined]);
  expect(list.data.sessions.totalCount).toBe(list.data.sessions.nodes.length);
  return {
    session: one.code ?? (one.data.session.narrativeNotes as string),
    sessions: (list.data.sessions.nodes as { id: string }[]).map(({ id }) => id),
    ofAppointment: (relation.data.appointment.session as { narrativeNotes: string } | null)?.narrativeNotes ?? null,
  };
}
/** How many statements the database is sent meanwhile. */
async function statementsOf(work: () => Promise<unknown>): Promise<number> {
  const query = jest.spyOn(pg.Client.prototype, 'query');
  await work();
  const count = query.mock.calls.length;
  query.mockRestore();
  return count;
}

const NOTHING: Seen = { session: 'FORBIDDEN', sessions: [], ofAppointment: null };
const everything = (): Seen => ({ session: NOTE, sessions: [sessionId], ofAppointment: NOTE });

const uses = (events: TrailEvent[]): TrailEvent[] => events.filter(({ action }) => action === 'BTG_USE_ACCESS');
const actions = (events: TrailEvent[]): string[] => events.map(({ action }) => action);

describe('given a patient whom a practitioner does not treat', () => {
  it('when no grant is there, then the sessions are closed by every way', async () => {
    expect(await seenBy(onCall.token)).toEqual(NOTHING);
  });

  it.each([30, 60, 120, 240, 480])(
    'when access is granted for %d minutes, then so long and no longer',
    async (minutes) => {
      const grant = await granted({ durationMinutes: minutes });
      expect(grant).toEqual({
        id: expect.any(String),
        justification: JUSTIFICATION,
        createdAt: NOON.toISOString(),
        expiresAt: after(minutes).toISOString(),
        revokedAt: null,
        active: true,
        patient: { id: patient.id },
        grantedTo: { id: onCall.userId },
        grantedBy: { id: adminId, email: expect.any(String), isSuperAdmin: false, organization: { id: practice.id } },
      });
      expect(await seenBy(onCall.token)).toEqual(everything());
      standAt(world, after(minutes, -0.001));
      expect(await seenBy(onCall.token)).toEqual(everything());
      standAt(world, after(minutes));
      expect(await seenBy(onCall.token)).toEqual(NOTHING);
    },
  );

  it('when the grant is revoked, then it ends at once', async () => {
    const { id } = await granted();
    expect(await seenBy(onCall.token)).toEqual(everything());
    standAt(world, after(1));
    const { data } = await revoke(id);
    expect(data.revokeEmergencyAccess).toMatchObject({ id, revokedAt: after(1).toISOString(), active: false });
    expect(await seenBy(onCall.token)).toEqual(NOTHING);
  });

  it('when two grants overlap, then one outlives the end of the other', async () => {
    const short = await granted({ durationMinutes: 30 });
    const long = await granted({ durationMinutes: 120 });
    await revoke(short.id);
    const { events } = await trail.of(SESSION, { id: sessionId }, onCall.token);
    expect(uses(events)).toMatchObject([{ resource_id: long.id }]);
  });

  it('when somebody else has the grant, or it is for another patient, then nothing opens', async () => {
    const other = await world.patient(practice);
    await granted({ patientId: other.id });
    await granted({ grantedToUserId: (await world.practitioner(practice)).userId });
    expect(await seenBy(onCall.token)).toEqual(NOTHING);
  });

  it('when the grant is live, then it opens no list of others, and no writing', async () => {
    await granted();
    const stranger = await world.patient(practice);
    const { sessionId: closed } = await delivered(stranger);
    for (const filter of [{}, { patientId: stranger.id }, { practitionerId: treating.id }]) {
      const { data } = await world.query(SESSIONS, { filter }, onCall.token);
      expect(data.sessions).toEqual({ totalCount: 0, nodes: [] });
    }
    expect((await world.query(SESSION, { id: closed }, onCall.token)).code).toBe('FORBIDDEN');
    const pending = await world.booked(practice.admin, {
      patientId: patient.id,
      practitionerId: treating.id,
      authorizationId: await world.authorization(practice, patient.id),
      ...at('2024-06-03', '10:00'),
    });
    const complete = (appointment: string): Promise<GraphQLAnswer> =>
      world.mutate('completeAppointment', { appointmentId: appointment }, onCall.token);
    expect((await complete(pending)).code).toBe('FORBIDDEN');
    expect((await complete(appointmentId)).code).toBe('FORBIDDEN');
  });

  it('when the grantee becomes a patient of the practice, or is deactivated, then the grant opens nothing more', async () => {
    const both = await world.patient(practice);
    const input = { role: 'PRACTITIONER', practitionerId: onCall.id };
    const doctor = await world.user(practice.admin, input);
    await granted({ grantedToUserId: doctor.userId });
    expect((await world.query(SESSION, { id: sessionId }, doctor.token)).errors).toBeUndefined();
    // no call of the API links an account twice; the database allows it
    await trail.rows('SELECT set_config($1, $2, false)', ['app.organization_id', practice.id]);
    await trail.rows('UPDATE users SET patient_id = $1 WHERE id = $2', [both.id, doctor.userId]);
    await world.make('updateUser', { id: doctor.userId, role: 'PATIENT' }, practice.admin);
    expect(await seenAsPatient(doctor.token)).toEqual(['FORBIDDEN', 0]);
    await world.make('updateUser', { id: doctor.userId, active: false }, practice.admin);
    expect((await world.query(SESSION, { id: sessionId }, doctor.token)).code).toBe('UNAUTHENTICATED');
  });

  async function seenAsPatient(token: string): Promise<[string | undefined, number]> {
    const one = await world.query(SESSION, { id: sessionId }, token);
    const list = await world.query(SESSIONS, {}, token);
    return [one.code, list.data.sessions.totalCount as number];
  }
});

describe('given an access that is asked for', () => {
  it.each([29, 31, 0, -30, 45, 481, 960])('when it is for %d minutes, then BAD_USER_INPUT', async (durationMinutes) => {
    expect((await tryGrant({ durationMinutes })).errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT', details: { fields: { durationMinutes: [expect.any(String)] } } } },
    ]);
  });

  it.each([
    ['24 characters', 'x'.repeat(24)],
    ['24 characters in white space', `  ${'x'.repeat(24)}\n\t `],
    ['nothing but white space', ' '.repeat(30)],
    ['501 characters', 'x'.repeat(501)],
    ['a control character', `${'x'.repeat(30)}\u0007`],
  ])('when its justification has %s, then BAD_USER_INPUT that does not repeat it', async (_, justification) => {
    const { errors } = await tryGrant({ justification });
    expect(errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT', details: { fields: { justification: [expect.any(String)] } } } },
    ]);
    expect(JSON.stringify(errors)).not.toContain('xxx');
  });

  it.each(['x'.repeat(25), '🧩'.repeat(25), 'x'.repeat(500), '🧩'.repeat(500), `line\n${'x'.repeat(30)}`])(
    'when its justification has 25 to 500 characters, then it is kept as it is (%#)',
    async (justification) => {
      expect((await granted({ justification })).justification).toBe(justification);
    },
  );

  it.each([
    ['a patient', async () => (await world.patient(practice)).userId],
    [
      'somebody deactivated',
      async () => {
        const { userId } = await world.practitioner(practice);
        await world.make('updateUser', { id: userId, active: false }, practice.admin);
        return userId;
      },
    ],
  ])('when it is for %s, then BAD_USER_INPUT and no grant', async (_, grantee) => {
    const { errors } = await tryGrant({ grantedToUserId: await grantee() });
    expect(errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT', details: { fields: { grantedToUserId: [expect.any(String)] } } } },
    ]);
    expect(await trail.rows('SELECT FROM emergency_access_grants WHERE patient_id = $1', [patient.id])).toEqual([]);
  });

  it.each([
    [
      'the user is of another practice',
      async () => ({ grantedToUserId: (await world.practitioner(elsewhere)).userId }),
    ],
    ['the user is nobody', () => ({ grantedToUserId: randomUUID() })],
    ['the user is of the platform', async () => ({ grantedToUserId: await meOf(world.superAdmin) })],
    ['the patient is of another practice', async () => ({ patientId: (await world.patient(elsewhere)).id })],
    ['the patient is nobody', () => ({ patientId: randomUUID() })],
  ])('when %s, then NOT_FOUND, which is in the trail', async (_, change) => {
    const more: object = await change();
    const { answer, events } = await trail.mutation('grantEmergencyAccess', request(more), practice.admin);
    expect(answer.code).toBe('NOT_FOUND');
    expect(events).toMatchObject([
      { action: 'ACCESS_DENIED', outcome: 'DENIED', organization_id: practice.id, resource_id: Object.values(more)[0] },
    ]);
  });

  it.each([
    ['practitioner', () => onCall.token],
    ['patient', () => patient.token],
  ])('when a %s asks for it, then FORBIDDEN, which is in the trail', async (_, token) => {
    const { answer, events } = await trail.mutation('grantEmergencyAccess', request(), token());
    expect(answer.code).toBe('FORBIDDEN');
    expect(events).toMatchObject([{ action: 'ACCESS_DENIED', organization_id: practice.id }]);
    expect((await world.query('{ emergencyAccessGrants { id } }', {}, token())).code).toBe('FORBIDDEN');
    const { id } = await granted();
    expect((await revoke(id, token())).code).toBe('FORBIDDEN');
  });

  it('when it is for an admin, themselves included, then it is granted, and they go on reading under their own right', async () => {
    const grant = await granted({ grantedToUserId: adminId });
    const { answer, events } = await trail.of(SESSION, { id: sessionId }, practice.admin);
    expect(answer.data.session.narrativeNotes).toBe(NOTE);
    expect(actions(events)).toEqual(['READ_SESSION']);
    standAt(world, after(480));
    expect((await revoke(grant.id)).code).toBe('INVALID_STATUS_TRANSITION');
    expect((await world.query(SESSION, { id: sessionId }, practice.admin)).errors).toBeUndefined();
  });

  it('when it is granted, then BTG_GRANT_ACCESS tells all but the justification', async () => {
    const { answer, events } = await trail.mutation('grantEmergencyAccess', request(), practice.admin);
    const grantId = answer.data.grantEmergencyAccess.id as string;
    expect(events).toMatchObject([
      {
        action: 'BTG_GRANT_ACCESS',
        organization_id: practice.id,
        actor_id: adminId,
        resource: 'emergencyAccessGrant',
        resource_id: grantId,
        patient_id: patient.id,
        outcome: 'SUCCESS',
      },
    ]);
    expect(events[0]!.details).toEqual({
      grantId,
      grantedToUserId: onCall.userId,
      durationMinutes: 60,
      expiresAt: after(60).toISOString(),
    });
  });
});

describe('given a grant that is to be revoked', () => {
  it('when it is live, then BTG_REVOKE_ACCESS tells which, and not why', async () => {
    const { id } = await granted();
    standAt(world, after(5));
    const { events } = await trail.of(REVOKE, { id, reason: `${NOTE} again` }, practice.admin);
    expect(events.filter(({ action }) => action.startsWith('BTG'))).toMatchObject([
      { action: 'BTG_REVOKE_ACCESS', resource_id: id, patient_id: patient.id, actor_id: adminId, outcome: 'SUCCESS' },
    ]);
    expect(JSON.stringify(events)).not.toContain(NOTE);
    expect(await trail.rows('SELECT revocation_reason FROM emergency_access_grants WHERE id = $1', [id])).toEqual([
      { revocation_reason: `${NOTE} again` },
    ]);
  });

  it.each([
    ['REVOKED', (id: string) => revoke(id), after(5)],
    ['EXPIRED', () => Promise.resolve(), after(60)],
    ['REVOKED', (id: string) => revoke(id), after(90)],
  ])('when it is %s already, then INVALID_STATUS_TRANSITION and it stays as it was', async (from, first, then) => {
    const { id } = await granted();
    await first(id);
    const stored = (): Promise<object[]> => trail.rows('SELECT * FROM emergency_access_grants WHERE id = $1', [id]);
    const before = await stored();
    standAt(world, then);
    const { answer, events } = await trail.of(REVOKE, { id, reason: 'again' }, practice.admin);
    expect(answer.errors).toMatchObject([
      { extensions: { code: 'INVALID_STATUS_TRANSITION', details: { from, to: 'REVOKED' } } },
    ]);
    expect(await stored()).toEqual(before);
    expect(events).toEqual([]);
  });

  it('when five revoke it at the same instant, then one wins, and one event tells of it', async () => {
    const { id } = await granted();
    const { ownerUrl, adminUrl } = world.test.database;
    const answers = await connected(ownerUrl, async (holder) => {
      await holder.query('BEGIN');
      await holder.query(`SELECT set_config('app.organization_id', $1, true)`, [practice.id]);
      await holder.query('SELECT FROM emergency_access_grants WHERE id = $1 FOR NO KEY UPDATE', [id]);
      const calls = together(5, (n) => revoke(id, n % 2 ? practice.admin : world.superAdmin));
      await untilWaiting(adminUrl, 5);
      await holder.query('COMMIT');
      return calls;
    });
    expect(answers.filter(({ errors }) => !errors)).toHaveLength(1);
    expect(answers.filter(({ code }) => code === 'INVALID_STATUS_TRANSITION')).toHaveLength(4);
    expect(await trail.events(`action = 'BTG_REVOKE_ACCESS' AND resource_id = $1`, [id])).toHaveLength(1);
  });

  it.each(['', '   ', 'x'.repeat(1_001), 'bell\u0007'])(
    'when the reason is none (%#), then BAD_USER_INPUT',
    async (reason) => {
      const { id } = await granted();
      expect((await revoke(id, practice.admin, reason)).code).toBe('BAD_USER_INPUT');
      expect(await seenBy(onCall.token)).toEqual(everything());
    },
  );

  it.each([
    ['another practice’s admin', () => elsewhere.admin],
    ['an id that nobody has', () => practice.admin],
  ])('when it comes from %s, then NOT_FOUND, which is in the trail of the caller', async (who, token) => {
    const { id } = who.startsWith('an id') ? { id: randomUUID() } : await granted();
    const { answer, events } = await trail.of(REVOKE, { id, reason: 'x' }, token());
    expect(answer.code).toBe('NOT_FOUND');
    expect(events).toMatchObject([{ action: 'ACCESS_DENIED', resource: 'emergencyAccessGrant', resource_id: id }]);
  });
});

describe('given sessions that only a grant opens, when they are read', () => {
  let grantId: string;
  beforeEach(async () => {
    grantId = (await granted()).id;
  });
  const use = (ids: string[]): object => ({
    action: 'BTG_USE_ACCESS',
    organization_id: practice.id,
    actor_id: onCall.userId,
    actor_role: 'PRACTITIONER',
    resource: 'emergencyAccessGrant',
    resource_id: grantId,
    patient_id: patient.id,
    outcome: 'SUCCESS',
    details: expect.objectContaining({ grantId, count: ids.length, ids }),
  });

  it('one by one, then READ_SESSION and BTG_USE_ACCESS with the grant', async () => {
    const { events } = await trail.of(SESSION, { id: sessionId }, onCall.token);
    expect(events).toMatchObject([{ action: 'READ_SESSION', resource_id: sessionId }, use([sessionId])]);
  });

  it('as a list of the patient, then with how many and which; an empty one too, and a count', async () => {
    const { events } = await trail.of(SESSIONS, { filter: { patientId: patient.id } }, onCall.token);
    expect(actions(events)).toEqual(['READ_SESSION', 'BTG_USE_ACCESS']);
    expect(uses(events)).toMatchObject([use([sessionId])]);
    const filter = { patientId: patient.id, from: '2030-01-01T00:00:00Z' };
    const empty = await trail.of(SESSIONS, { filter }, onCall.token);
    expect(empty.answer.data.sessions.nodes).toEqual([]);
    expect(uses(empty.events)).toMatchObject([use([])]);
    const text = 'query($filter: SessionFilter) { sessions(filter: $filter) { totalCount } }';
    const count = await trail.of(text, { filter: { patientId: patient.id.toUpperCase() } }, onCall.token);
    expect(count.answer.data.sessions.totalCount).toBe(1);
    expect(uses(count.events)).toMatchObject([use([sessionId])]);
  });

  it('as a list of more than the patient, then nothing of theirs is in it or in its count, and it is no use', async () => {
    const lists = [{}, { practitionerId: treating.id }, { status: ['COMPLETED'] }, { from: '2025-01-01T00:00:00Z' }];
    for (const filter of lists) {
      const { answer, events } = await trail.of(SESSIONS, { filter }, onCall.token);
      expect(answer.data.sessions).toEqual({ totalCount: 0, nodes: [] });
      expect(actions(events)).toEqual(['READ_SESSION']);
    }
  });

  it('by the number of a page that lies behind the last one, then its total is a use, or tells nothing of them', async () => {
    const before = await eventsOfUse();
    const page = (query: string): Promise<number> => totalOf(`/api/sessions?page=9000&limit=1${query}`);
    expect(await page('')).toBe(0);
    expect(await page(`&practitionerId=${treating.id}`)).toBe(0);
    expect(await eventsOfUse()).toBe(before);
    expect(await page(`&patientId=${patient.id}`)).toBe(1);
    expect(await eventsOfUse()).toBe(before + 1);
    expect(await totalOf(`/api/sessions/patient/${patient.id.toUpperCase()}?page=9000`)).toBe(1);
    expect(await eventsOfUse()).toBe(before + 2);
  });

  async function eventsOfUse(): Promise<number> {
    return (await trail.events(`action = 'BTG_USE_ACCESS' AND resource_id = $1`, [grantId])).length;
  }
  async function totalOf(url: string): Promise<number> {
    const answer = await world.test.app.inject({
      method: 'GET',
      url,
      headers: { authorization: `Bearer ${onCall.token}` },
    });
    expect(answer.statusCode).toBe(200);
    return answer.json<{ pagination: { total: number } }>().pagination.total;
  }

  it('by page, then each page tells of its own rows', async () => {
    const later = await delivered(patient);
    const text =
      'query($filter: SessionFilter, $after: String) { sessions(filter: $filter, first: 1, after: $after) { nodes { id } pageInfo { endCursor } } }';
    const filter = { patientId: patient.id };
    const first = await trail.of(text, { filter }, onCall.token);
    const second = await trail.of(text, { filter, after: first.answer.data.sessions.pageInfo.endCursor }, onCall.token);
    expect(uses(first.events)).toMatchObject([use([sessionId])]);
    expect(uses(second.events)).toMatchObject([use([later.sessionId])]);
  });

  it('through appointments, then once a grant for the whole batch', async () => {
    const later = await delivered(patient);
    const text = 'query($filter: AppointmentFilter) { appointments(filter: $filter) { nodes { session { id } } } }';
    const { events } = await trail.of(text, { filter: { patientId: patient.id } }, onCall.token);
    expect(uses(events)).toMatchObject([use([sessionId, later.sessionId])]);
  });

  it('among those of a patient whom they treat, then only the others are a use', async () => {
    const own = await world.patient(practice);
    const { sessionId: ownSession, appointmentId: ownVisit } = await delivered(own);
    await world.booked(practice.admin, {
      patientId: own.id,
      practitionerId: onCall.id,
      authorizationId: await world.authorization(practice, own.id),
      ...at('2031-05-05', '10:00'),
    });
    const idle = await granted({ patientId: own.id });
    const { answer, events } = await trail.of('{ sessions { nodes { id } } }', {}, onCall.token);
    expect(answer.data.sessions.nodes).toEqual([{ id: ownSession }]);
    expect(uses(events)).toEqual([]);
    const visits =
      'query($theirs: ID!, $own: ID!) { theirs: appointment(id: $theirs) { session { id } } own: appointment(id: $own) { session { id } } }';
    const both = await trail.of(visits, { theirs: appointmentId, own: ownVisit }, onCall.token);
    expect(both.answer.data).toEqual({ theirs: { session: { id: sessionId } }, own: { session: { id: ownSession } } });
    expect(uses(both.events)).toMatchObject([use([sessionId])]);
    expect(actions((await trail.of(SESSION, { id: ownSession }, onCall.token)).events)).toEqual(['READ_SESSION']);
    await revoke(idle.id);
    expect((await world.query(SESSION, { id: ownSession }, onCall.token)).errors).toBeUndefined();
  });

  it('by more grants, then at the cost of one: each way takes the same statements', async () => {
    const text =
      'query($filter: AppointmentFilter, $of: SessionFilter) { sessions(filter: $of) { nodes { id } } appointments(filter: $filter) { nodes { session { id } } } }';
    const filter = { from: new Date(Date.UTC(2025, 0, day)).toISOString(), to: '2027-01-01T00:00:00Z' };
    const read = (): Promise<GraphQLAnswer> =>
      world.query(text, { filter, of: { patientId: patient.id } }, onCall.token);
    await read(); // the account of the caller is remembered from here on
    const one = await statementsOf(read);
    for (let more = 0; more < 3; more++) {
      const other = await world.patient(practice);
      await delivered(other);
      await granted({ patientId: other.id });
    }
    const { sessions, appointments } = (await read()).data;
    expect(sessions.nodes).toHaveLength(1);
    const visits = appointments.nodes as { session: object | null }[];
    expect(visits.filter(({ session }) => session)).toHaveLength(4);
    expect(await statementsOf(read)).toBe(one);
  });

  it('by nobody, since the grant has ended, then ACCESS_DENIED and no use', async () => {
    standAt(world, after(61));
    const { events } = await trail.of(SESSION, { id: sessionId }, onCall.token);
    expect(actions(events)).toEqual(['ACCESS_DENIED']);
  });

  it('while its event cannot be written, then nothing is read', async () => {
    const reading = world.test.app.get(EmergencyReading, { strict: false });
    jest.spyOn(reading, 'recordUse').mockRejectedValue(new Error('no event'));
    const { answer, events } = await trail.of(SESSION, { id: sessionId }, onCall.token);
    expect(answer).toMatchObject({ code: 'INTERNAL_SERVER_ERROR', data: null });
    expect(events).toEqual([]);
  });

  it('while a revocation commits between its statements, then the read has its event', async () => {
    const reading = world.test.app.get(EmergencyReading, { strict: false });
    const open = reading.open.bind(reading);
    let revoked = false;
    jest.spyOn(reading, 'open').mockImplementation(async (tx) => {
      const opening = await open(tx);
      if (!revoked) {
        revoked = true;
        expect((await revoke(grantId)).errors).toBeUndefined();
      }
      return opening;
    });
    const { answer, events } = await trail.of(SESSION, { id: sessionId }, onCall.token);
    expect(answer.data.session.narrativeNotes).toBe(NOTE);
    expect(uses(events)).toMatchObject([use([sessionId])]);
    expect(await seenBy(onCall.token)).toEqual(NOTHING);
  });
});

describe('given grants, when they are listed', () => {
  const LIST = `query($active: Boolean) { emergencyAccessGrants(active: $active) { ${FIELDS} } }`;
  let listed: Practice;

  async function listing(token: string, active?: boolean | null): Promise<Made[]> {
    const { data, errors } = await world.query(LIST, { active }, token);
    expect(errors).toBeUndefined();
    return (data as { emergencyAccessGrants: Made[] }).emergencyAccessGrants;
  }
  const idsOf = (grants: Made[]): string[] => grants.map(({ id }) => id);

  beforeEach(async () => {
    listed = await world.practice();
  });
  const grantIn = async (minutes: number, token = listed.admin): Promise<string> => {
    const [who, to] = [await world.patient(listed), await world.practitioner(listed)];
    const input = { patientId: who.id, grantedToUserId: to.userId, durationMinutes: minutes };
    return (await granted(input, token)).id;
  };

  it('then the newest first: all, the live ones, those that have ended', async () => {
    const long = await grantIn(480);
    standAt(world, after(1));
    const short = await grantIn(30);
    standAt(world, after(2));
    const revoked = await grantIn(480);
    await revoke(revoked, listed.admin);
    const live = await grantIn(60);

    expect(idsOf(await listing(listed.admin))).toEqual([live, revoked, short, long]);
    expect(idsOf(await listing(listed.admin, null))).toEqual([live, revoked, short, long]);
    expect(idsOf(await listing(listed.admin, true))).toEqual([live, short, long]);
    standAt(world, after(31));
    expect(idsOf(await listing(listed.admin, true))).toEqual([live, long]);
    expect(idsOf(await listing(listed.admin, false))).toEqual([revoked, short]);
    expect((await listing(listed.admin)).map(({ active }) => active)).toEqual([true, false, false, true]);
    standAt(world, after(480, -0.001));
    expect(idsOf(await listing(listed.admin, true))).toEqual([long]);
    standAt(world, after(480));
    expect(idsOf(await listing(listed.admin, true))).toEqual([]);
  });

  it('then an admin sees their own practice, a super admin all', async () => {
    const [here, there] = [await grantIn(60), (await granted()).id];
    expect(idsOf(await listing(listed.admin))).toEqual([here]);
    expect(idsOf(await listing(world.superAdmin))).toEqual(expect.arrayContaining([here, there]));
    expect(idsOf(await listing(world.superAdmin, true))).toEqual(expect.arrayContaining([here, there]));
  });

  it('then the practice learns which super admin granted, and nothing else of the platform', async () => {
    const id = await grantIn(60, world.superAdmin);
    const superAdminId = await meOf(world.superAdmin);
    const grantedBy = { id: superAdminId, email: expect.any(String), isSuperAdmin: true };
    const { data } = await world.query('{ me { organization { id } } }', {}, world.superAdmin);
    const { organization } = (data as { me: { organization: { id: string } } }).me;
    for (const token of [listed.admin, world.superAdmin])
      expect((await listing(token, true)).find((grant) => grant.id === id)).toMatchObject({
        grantedBy: { ...grantedBy, organization },
      });
    const events = await trail.events(`action = 'BTG_GRANT_ACCESS' AND resource_id = $1`, [id]);
    expect(events).toMatchObject([{ organization_id: listed.id, actor_role: 'SUPER_ADMIN', actor_id: superAdminId }]);
    expect((await revoke(id, listed.admin)).errors).toBeUndefined();
  });

  it('then the practice is told all that a user of the API is, also of a super admin who granted', async () => {
    const id = await grantIn(60, world.superAdmin);
    const user =
      'id email role isSuperAdmin active organization { id name timeZone createdAt staffSecondFactorRequired }';
    const { data: own } = await world.query(`{ me { ${user} } }`, {}, world.superAdmin);
    const { data, errors } = await world.query(
      `{ emergencyAccessGrants { id grantedBy { ${user} practitioner { id } patient { id } } } }`,
      {},
      listed.admin,
    );
    expect(errors).toBeUndefined();
    const grants = (data as { emergencyAccessGrants: { id: string; grantedBy: object }[] }).emergencyAccessGrants;
    expect(grants.find((grant) => grant.id === id)?.grantedBy).toEqual({
      ...(own as { me: object }).me,
      practitioner: null,
      patient: null,
    });
  });

  it('then people come in a batch: ten grants cost the statements of two', async () => {
    await grantIn(60);
    await grantIn(60, world.superAdmin);
    await listing(listed.admin); // the account of the caller is remembered from here on
    const two = await statementsOf(() => listing(listed.admin));
    for (let more = 0; more < 4; more++) {
      await grantIn(60);
      await grantIn(60, world.superAdmin);
    }
    expect(await listing(listed.admin)).toHaveLength(10);
    expect(await statementsOf(() => listing(listed.admin))).toBe(two);
  });
});

it('given all of this, when the trail is searched, then no justification and no note is in it', async () => {
  expect(await trail.events(`details::text LIKE '%' || $1 || '%'`, [JUSTIFICATION])).toEqual([]);
  expect(await trail.events(`details::text LIKE '%' || $1 || '%'`, [NOTE])).toEqual([]);
});
