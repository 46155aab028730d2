import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { NotFound, TryAgain } from '../../src/foundation/errors/domain-error.ts';
import { settle, type RequestHolder } from '../../src/foundation/request-context/ctx.decorator.ts';
import { RequestContext, Role } from '../../src/foundation/request-context/request-context.ts';
import { AuditService } from '../../src/rules/audit/audit.service.ts';
import { DenialTrail } from '../../src/rules/audit/denial-trail.service.ts';
import { Trail, type TrailEvent } from '../support/readings.ts';
import { statementsOf } from '../support/statements.ts';
import { at, World, type Person, type Practice } from '../support/world.ts';

const MOST = 5;

let world: World;
let practice: Practice;
let patient: Person;
let trail: Trail;
const sessions: string[] = [];

beforeAll(async () => {
  world = await World.create({ DENIALS_PER_MINUTE: String(MOST), POINTS_PER_MINUTE: '0' });
  practice = await world.practice();
  patient = await world.patient(practice);
  const practitioner = await world.practitioner(practice);
  const authorizationId = await world.authorization(practice, patient.id);
  const who = { patientId: patient.id, practitionerId: practitioner.id, authorizationId };
  for (const day of ['2024-03-04', '2024-03-05', '2024-03-06']) {
    const appointmentId = await world.booked(practice.admin, { ...who, ...at(day, '09:00') });
    sessions.push((await world.make('completeAppointment', { appointmentId }, practice.admin)).id);
  }
  trail = await Trail.open(world);
});
afterAll(async () => {
  await trail.close();
  await world.close();
});
afterEach(() => void jest.restoreAllMocks());

const deniedOf = ({ userId }: Person): Promise<TrailEvent[]> =>
  trail.events(`action = 'ACCESS_DENIED' AND actor_id = $1`, [userId]);
const asking = (ids: readonly string[]): string =>
  `{ ${ids.map((id, n) => `s${n}: session(id: "${id}") { id }`).join(' ')} }`;
const unknown = (count: number): string[] => Array.from({ length: count }, () => randomUUID());

describe('given a request that is refused in many places', () => {
  it('when they are objects of one patient, then it is one event of that patient, with how many and which', async () => {
    const stranger = await world.practitioner(practice);
    const { answer, events } = await trail.of(asking([...sessions, sessions[0]!]), {}, stranger.token);
    expect(answer.code).toBe('FORBIDDEN');
    expect(events).toMatchObject([
      {
        ...{ action: 'ACCESS_DENIED', outcome: 'DENIED', resource: 'session', resource_id: null },
        ...{ organization_id: practice.id, patient_id: patient.id },
      },
    ]);
    const { code, count, ids } = events[0]!.details as { code: string; count: number; ids: string[] };
    expect([code, count, [...ids].sort()]).toEqual(['FORBIDDEN', 4, [...sessions].sort()]);
  });

  it('when it is refused twenty times, then the trail takes one statement, as where it is refused once', async () => {
    const stranger = await world.practitioner(practice);
    const commits = async (ids: readonly string[]): Promise<number> => {
      const statements = await statementsOf(() => world.query(asking(ids), {}, stranger.token));
      return statements.filter((text) => text.startsWith('INSERT INTO audit_events')).length;
    };
    expect([await commits(unknown(1)), await commits(unknown(20))]).toEqual([1, 1]);
    const [, event] = await deniedOf(stranger);
    expect(JSON.stringify(event!.details).length).toBeLessThan(2_000);
    expect(event!.details.count).toBe(20);
  });

  it('when whoever is refused has hung up by then, then it is recorded all the same', async () => {
    const stranger = await world.practitioner(practice);
    const gone = { requestId: `gone-${randomUUID()}`, isGone: () => true };
    const actor = {
      userId: stranger.userId,
      organizationId: practice.id,
      role: Role.PRACTITIONER,
      isSuperAdmin: false,
    };
    const current = RequestContext.anonymous(gone, () => new Date()).as(actor);
    const holder: RequestHolder = { current, atEnd: [] };
    world.test.app.get(DenialTrail, { strict: false }).note(holder, new NotFound('session', randomUUID()));
    await settle(holder);
    expect(await deniedOf(stranger)).toMatchObject([{ resource: 'session', request_id: gone.requestId }]);
  });

  it('when its denials cannot be recorded, then the fields tell of the fault, and not what they would have', async () => {
    const stranger = await world.practitioner(practice);
    jest.spyOn(world.test.app.get(AuditService, { strict: false }), 'recordAll').mockImplementation(() => {
      throw new TryAgain();
    });
    const text = `{ me { id } session(id: "${sessions[0]}") { id } }`;
    expect((await world.query(text, {}, stranger.token)).errors).toMatchObject([
      { path: ['session'], extensions: { code: 'TRY_AGAIN', retryable: true } },
    ]);
    const rest = await world.test.rest({ method: 'GET', url: `/sessions/${sessions[0]}`, token: stranger.token });
    expect([rest.status, rest.body]).toMatchObject([503, { code: 'TRY_AGAIN' }]);
  });
});

describe('given a user who is denied without end', () => {
  it('when there were as many events as a minute has, then the rest costs no transaction, and is told of by one event', async () => {
    const stranger = await world.practitioner(practice);
    const read = (id: string): Promise<unknown> => world.query(asking([id]), {}, stranger.token);
    for (let n = 0; n < MOST; n++) await read(sessions[0]!);
    expect(await deniedOf(stranger)).toHaveLength(MOST);
    const last = unknown(30);
    const statements = await statementsOf(async () => {
      for (const id of last) await read(id);
      await read(sessions[1]!);
    });
    expect(statements.filter((text) => text.startsWith('INSERT INTO audit_events'))).toEqual([]);

    // as at the end of the minute, or of the process
    await world.test.app.get(DenialTrail, { strict: false }).beforeApplicationShutdown();
    const [event, ...more] = (await deniedOf(stranger)).slice(MOST);
    expect([event, more]).toMatchObject([
      {
        ...{ resource: 'api', outcome: 'DENIED', organization_id: practice.id },
        details: {
          ...{ beyond: true, count: 31, kinds: { 'NOT_FOUND session': 30, 'FORBIDDEN session': 1 } },
          ...{ lastIds: [...last.slice(-19), sessions[1]], seconds: expect.any(Number) },
        },
      },
      [],
    ]);
  });

  it('when another is denied meanwhile, then they have a budget of their own; what is read is always told', async () => {
    const [one, other] = [await world.practitioner(practice), await world.practitioner(practice)];
    for (let n = 0; n < MOST + 2; n++) await world.query(asking([sessions[0]!]), {}, one.token);
    expect((await trail.of(asking([sessions[0]!]), {}, other.token)).events).toHaveLength(1);
    const { events } = await trail.of('{ patients { nodes { id } } }', {}, one.token);
    expect(events).toMatchObject([{ action: 'READ_PATIENT' }]);
  });
});
