import { hash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import stringify from 'safe-stable-stringify';
import { Trail } from '../support/readings.ts';
import { at, World, type Booking, type Person, type Practice } from '../support/world.ts';

/** By any door: what is made or told, and the code of a refusal. */
type Outcome = Record<string, unknown> & { readonly id?: string; readonly code?: string };

const REUSED = { code: 'IDEMPOTENCY_KEY_REUSED' };

let world: World;
let trail: Trail;
let practice: Practice;
let practitioner: Person;
let patient: Person;
let authorizationId: string;
let key: string;
let day: string;
let days = 0;

beforeAll(async () => {
  world = await World.create();
  trail = await Trail.open(world);
  practice = await world.practice();
  practitioner = await world.practitioner(practice);
  patient = await world.patient(practice);
  authorizationId = await world.authorization(practice, patient.id, { totalUnits: 1_000 });
});
afterAll(async () => {
  await trail.close();
  await world.close();
});
beforeEach(() => {
  key = randomUUID();
  day = new Date(Date.UTC(2024, 0, 1 + days++)).toISOString().slice(0, 10);
});

const booking = (more: object = {}): Booking => ({
  patientId: patient.id,
  practitionerId: practitioner.id,
  authorizationId,
  ...at(day, '10:00'),
  ...more,
});

async function call(name: string, input: object, token = practice.admin, idempotencyKey = key): Promise<Outcome> {
  const { data, code } = await world.mutate(name, { ...input, idempotencyKey }, token);
  return code === undefined ? (data as Record<string, Outcome>)[name]! : { code };
}

async function rest(method: 'POST' | 'PUT', url: string, body: object): Promise<Outcome> {
  const answer = await world.test.rest({
    ...{ method, url, body, token: practice.admin },
    headers: { 'idempotency-key': key },
  });
  return answer.body.code === undefined ? { id: answer.body.id as string } : { code: answer.body.code as string };
}

const booked = (more?: object): Promise<string> => world.booked(practice.admin, booking(more));
const read = async (id: string): Promise<Record<string, unknown>> => {
  const { data } = await world.query(
    'query($id: ID!) { appointment(id: $id) { notes location version } }',
    { id },
    practice.admin,
  );
  return (data as { appointment: Record<string, unknown> }).appointment;
};

describe('given a call with a key, when it comes again with null in place of what was left out', () => {
  const nothing = { serviceCode: null, location: null, notes: null, recurrenceRule: null };

  it('and it is a booking, then it is the same call, by GraphQL and by REST, whichever came first', async () => {
    const first = await call('createAppointment', booking());
    expect(first.id).toEqual(expect.any(String));
    expect(await call('createAppointment', booking(nothing))).toEqual(first);
    expect(await rest('POST', '/appointments', booking(nothing))).toEqual(first);
    expect(await rest('POST', '/appointments', booking())).toEqual(first);

    [key, day] = [randomUUID(), '2023-01-02'];
    const byRest = await rest('POST', '/appointments', booking(nothing));
    expect(byRest.id).toEqual(expect.any(String));
    expect(await call('createAppointment', booking())).toEqual(byRest);
  });

  it('and it is a cancellation, then it is the same call', async () => {
    const id = await booked();
    expect(await call('cancelAppointment', { id, reason: null })).toEqual({ id });
    expect(await call('cancelAppointment', { id })).toEqual({ id });
    expect(await call('cancelAppointment', { id, reason: 'ill' })).toEqual(REUSED);
  });

  it('and it is a completion, then it is the same call; a null within the metrics is a value', async () => {
    const appointmentId = await booked();
    const first = await call('completeAppointment', { appointmentId, metrics: { trials: null } });
    const nulls = { actualStartTime: null, actualEndTime: null, narrativeNotes: null, voiceRecordingUrl: null };
    expect(first.id).toEqual(expect.any(String));
    expect(await call('completeAppointment', { appointmentId, ...nulls, metrics: { trials: null } })).toEqual(first);
    expect(await call('completeAppointment', { appointmentId, metrics: {} })).toEqual(REUSED);
    expect(await call('completeAppointment', { appointmentId, metrics: null })).toEqual(REUSED);
  });

  it('and it is a change, then null is the same where it leaves what is there, and another where it clears', async () => {
    const id = await booked({ notes: 'kept', location: 'HOME' });
    const { endTime } = at(day, '10:00', 75);
    const same = {
      practitionerId: null,
      authorizationId: null,
      serviceCode: null,
      startTime: null,
      expectedVersion: null,
    };
    expect(await call('updateAppointment', { id, endTime })).toEqual({ id });
    expect(await call('updateAppointment', { id, endTime, ...same })).toEqual({ id });
    expect(await rest('PUT', `/appointments/${id}`, { endTime, ...same })).toEqual({ id });
    for (const field of ['notes', 'location'])
      expect([field, await call('updateAppointment', { id, endTime, [field]: null })]).toEqual([field, REUSED]);
    expect(await read(id)).toEqual({ notes: 'kept', location: 'HOME', version: 2 });

    key = randomUUID();
    expect(await call('updateAppointment', { id, notes: null })).toEqual({ id });
    expect(await call('updateAppointment', { id })).toEqual(REUSED);
    expect(await call('updateAppointment', { id, notes: null })).toEqual({ id });
    expect(await read(id)).toEqual({ notes: null, location: 'HOME', version: 3 });
  });
});

describe('given a key that one user has sent', () => {
  it('when another sends it with a call of their own, then neither hears of the other', async () => {
    const mine = await call('createAppointment', booking());
    const other = booking({ ...at(day, '14:00'), notes: 'another visit' });
    const theirs = await call('createAppointment', other, practitioner.token);
    expect(theirs.id).toEqual(expect.any(String));
    expect(theirs).not.toEqual(mine);
    expect(await call('createAppointment', booking())).toEqual(mine);
    expect(await call('createAppointment', other, practitioner.token)).toEqual(theirs);
  });

  it('when another sends the very same call, then it is one of their own, which tells nothing of the first', async () => {
    const id = await booked();
    expect(await call('cancelAppointment', { id, reason: 'ill' })).toEqual({ id });
    const again = { id, reason: 'ill' };
    expect(await call('cancelAppointment', again, practitioner.token)).toEqual({ code: 'INVALID_STATUS_TRANSITION' });
    expect(await call('createAppointment', booking({ notes: 'x' }))).toEqual({ id: expect.any(String) });
    expect(await call('createAppointment', booking({ notes: 'x' }), practitioner.token)).toEqual({
      code: 'SCHEDULING_CONFLICT',
    });
  });

  it('when a super admin sends it to two organizations, then each call is the one of its organization', async () => {
    const other = await world.practice();
    const [person, theirs] = [await world.practitioner(other), await world.patient(other)];
    const elsewhere = booking({
      patientId: theirs.id,
      practitionerId: person.id,
      authorizationId: await world.authorization(other, theirs.id),
    });
    const here = await call('createAppointment', booking(), world.superAdmin);
    const there = await call('createAppointment', elsewhere, world.superAdmin);
    expect(there).toEqual({ id: expect.any(String) });
    expect(await call('createAppointment', booking(), world.superAdmin)).toEqual(here);
    expect(await call('createAppointment', elsewhere, world.superAdmin)).toEqual(there);
  });
});

/**
 * While an upgrade goes on, processes of the version before serve on the new schema: they name no user, and hash the input
 * word by word.
 */
describe('given a key that a process of the version before has claimed', () => {
  const claim = `INSERT INTO idempotency_keys (organization_id, operation, key, request_hash, resource_id)
    SELECT organization_id, operation, $1, request_hash, resource_id FROM idempotency_keys WHERE key = $2
    ON CONFLICT DO NOTHING RETURNING 1`;
  /** Claims the key of the test as such a process does, for what another call has just made. @returns whether it was free */
  const claimedBefore = async (like: string): Promise<boolean> => {
    await trail.rows(`SELECT set_config('app.organization_id', $1, false)`, [practice.id]);
    return (await trail.rows(claim, [key, like])).length > 0;
  };

  it.each([
    ['left out', {}],
    ['null', { notes: null }],
  ])(
    'when its call is repeated word by word, notes being %s, then it is answered with what that one made, whoever repeats it',
    async (_, more) => {
      const like = randomUUID();
      const made = await call('createAppointment', booking(more), practice.admin, like);
      expect(await claimedBefore(like)).toBe(true);
      for (const token of [practice.admin, practitioner.token])
        expect(await call('createAppointment', booking(more), token)).toEqual(made);
      expect(await call('createAppointment', booking({ notes: 'another' }))).toEqual(REUSED);
      expect(await trail.rows('SELECT FROM idempotency_keys WHERE key = $1', [key])).toHaveLength(1);
    },
  );

  it('when a user has claimed a key here, then it is not free there, and tells the input by the hash that is known there', async () => {
    const sent = booking({ notes: null });
    const like = randomUUID();
    await call('createAppointment', { ...sent, ...at(day, '15:00') }, practice.admin, like);
    const { id } = await call('createAppointment', sent);
    expect(await claimedBefore(like)).toBe(false);
    expect(await trail.rows('SELECT request_hash, resource_id FROM idempotency_keys WHERE key = $1', [key])).toEqual([
      { request_hash: hash('sha256', stringify(sent), 'buffer'), resource_id: id },
    ]);
  });
});
