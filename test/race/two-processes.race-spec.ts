import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { MIGRATION_LOCK } from '../../src/platform/database/schema/migrate.ts';
import { migrations } from '../../src/platform/database/schema/migrations.ts';
import { startApi, type ApiAnswer, type ApiProcess } from '../support/api-process.ts';
import { verifyLedger } from '../../src/oversight/verification/verify-ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { connect, read } from '../support/sql.ts';
import type { GraphQLAnswer } from '../support/test-app.ts';
import { at, PASSWORD, together, World, type Booking, type Person, type Practice } from '../support/world.ts';

const LIMIT_MS = 300_000;
const JWT_SECRET = randomBytes(32).toString('hex');
const BOOK = `mutation($input: CreateAppointmentInput!) { createAppointment(input: $input) { id createdAt } }`;
/** Those who ask again and again for the lock of migrations, which is ours. */
const WAITING = `SELECT FROM pg_stat_activity
  WHERE datname = current_database() AND query LIKE '%pg_try_advisory_lock%' AND pid <> pg_backend_pid()`;
const PATIENTS = 6;

describe('given two processes of the API that were started at the same time on one empty database', () => {
  let database: TestDatabase;
  let apis: ApiProcess[] = [];
  let world: World;
  let practice: Practice;
  let practitioner: Person;
  let patients: Person[];
  let day = 0;

  beforeAll(async () => {
    database = await createTestDatabase('template0');
    // neither may be done before the other has come: both wait for us
    const gate = await connect(database.ownerUrl);
    await gate.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    apis = await together(2, () => startApi(database, { JWT_SECRET }));
    while ((await read(database.ownerUrl, WAITING)).length < 2) {
      const gone = await Promise.race([...apis.map(({ ended }) => ended.then(() => true)), sleep(20, false)]);
      const isUp = await Promise.any(apis.map((api) => api.get('/health/live'))).catch(() => undefined);
      if (gone || isUp) throw new Error(`One did not wait to migrate:\n${apis.map(({ output }) => output).join('\n')}`);
    }
    await gate.end();
    await Promise.all(apis.map((api) => api.untilReady()));
    world = await World.create({ JWT_SECRET }, database);
    practice = await world.practice();
    practitioner = await world.practitioner(practice);
    patients = await together(PATIENTS, () => world.patient(practice));
  }, LIMIT_MS);
  afterAll(async () => {
    for (const api of apis) api.signal('SIGKILL');
    await Promise.all(apis.map(({ ended }) => ended));
    await world.close();
  }, LIMIT_MS);
  afterEach(async () => {
    expect((await verifyLedger(database.ownerUrl)).breaches).toEqual([]);
  });

  /** An hour of a day that no other call has. */
  const hour = () => at(new Date(Date.UTC(2031, 0, 1 + day++)).toISOString().slice(0, 10), '10:00');
  const booking = (authorizationId: string, more: object = {}): Booking => ({
    patientId: patients[0]!.id,
    practitionerId: practitioner.id,
    authorizationId,
    ...hour(),
    ...more,
  });
  /** So many calls at once, every other one to the other process. */
  const bookedTogether = (count: number, input: (index: number) => object): Promise<GraphQLAnswer[]> => {
    const inputs = Array.from({ length: count }, (_, index) => input(index));
    return together(count, (index) => apis[index % 2]!.query(BOOK, { input: inputs[index] }, practice.admin));
  };

  it('when both were up to migrate it, then one did, each migration once', async () => {
    const run = await read(database.ownerUrl, 'SELECT name FROM migrations ORDER BY id');
    expect(run).toEqual(migrations.map((migration) => ({ name: new migration().name })));
  });

  it('when 20 bookings want the last units, then exactly 1 has them', async () => {
    const authorizationId = await world.authorization(practice, patients[0]!.id, { totalUnits: 4 });
    const answers = await bookedTogether(20, () => booking(authorizationId));
    expect(tally(answers)).toEqual({ OK: 1, INSUFFICIENT_UNITS: 19 });
    expect(await world.balance(practice.admin, authorizationId)).toMatchObject({ reservedUnits: 4, availableUnits: 0 });
  });

  it('when one hour of a practitioner is booked for several patients, then exactly 1 has it', async () => {
    const times = hour();
    const authorizations = await together(PATIENTS, (index) => world.authorization(practice, patients[index]!.id));
    const answers = await bookedTogether(PATIENTS, (index) =>
      booking(authorizations[index]!, { patientId: patients[index]!.id, ...times }),
    );
    expect(tally(answers)).toEqual({ OK: 1, SCHEDULING_CONFLICT: PATIENTS - 1 });
  });

  it('when one call with an idempotencyKey comes 20 times, then there is one appointment and 20 equal answers', async () => {
    const authorizationId = await world.authorization(practice, patients[0]!.id);
    const input = booking(authorizationId, { idempotencyKey: randomUUID() });
    const answers = await bookedTogether(20, () => input);
    expect(tally(answers)).toEqual({ OK: 20 });
    expect(new Set(answers.map(({ data }) => JSON.stringify(data))).size).toBe(1);
    expect(await world.balance(practice.admin, authorizationId)).toMatchObject({ reservedUnits: 4 });
  });

  it('when one of them ends, then the other is ready and goes on', async () => {
    const [first, second] = apis;
    first!.signal('SIGTERM');
    expect(await first!.ended).toBe(0);

    expect((await second!.get('/health/ready')).status).toBe(200);
    const authorizationId = await world.authorization(practice, patients[0]!.id);
    const answer = await second!.query(BOOK, { input: booking(authorizationId) }, practice.admin);
    expect(answer.errors).toBeUndefined();
  });
});

const LOGINS = 10;
const CALLS = 120;
const WINDOW_MS = 60_000;
const LOGIN = `mutation($input: LoginInput!) { login(input: $input) { accessToken } }`;
const ME = '{ me { id } }';

describe('given two processes that let 10 logins fail and 120 calls through a minute', () => {
  let database: TestDatabase;
  let apis: ApiProcess[] = [];
  let world: World;
  let practice: Practice;
  let addresses = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    // the forwarded address is believed, so that each attempt has one that nobody has come from
    const settings = {
      JWT_SECRET,
      LOGINS_PER_MINUTE: `${LOGINS}`,
      POINTS_PER_MINUTE: `${CALLS}`,
      TRUST_PROXY: 'loopback',
    };
    apis = await together(2, () => startApi(database, settings));
    world = await World.create({ JWT_SECRET }, database);
    practice = await world.practice();
    await Promise.all(apis.map((api) => api.untilReady()));
  }, LIMIT_MS);
  afterAll(async () => {
    for (const api of apis) api.signal('SIGKILL');
    await Promise.all(apis.map(({ ended }) => ended));
    await world.close();
  }, LIMIT_MS);

  /** So many at once, every other one to the other process. */
  const spread = (count: number, call: (api: ApiProcess) => Promise<ApiAnswer>): Promise<ApiAnswer[]> =>
    together(count, (index) => call(apis[index % 2]!));

  it(
    'when more fail at one address, by way of both, then 10 are looked at and both refuse the others',
    async () => {
      await withinOneWindow(async () => {
        const headers = { 'x-forwarded-for': `192.0.2.${++addresses}` };
        const signIn = (api: ApiProcess): Promise<ApiAnswer> => {
          const input = { email: `nobody-${randomUUID()}@practice.example`, password: PASSWORD };
          return api.query(LOGIN, { input }, undefined, headers);
        };
        const answers = await spread(LOGINS * 2, signIn);
        const after = await spread(2, signIn);
        return () => {
          expect(tally(answers)).toEqual({ UNAUTHENTICATED: LOGINS, RATE_LIMITED: LOGINS });
          expect(tally(after)).toEqual({ RATE_LIMITED: 2 });
          expectRefusals([...answers, ...after]);
        };
      });
    },
    LIMIT_MS,
  );

  it(
    'when a user calls both oftener, then they let 120 through together and both refuse the others',
    async () => {
      await withinOneWindow(async () => {
        const { token } = await world.user(practice.admin, { role: 'ADMIN' });
        const call = (api: ApiProcess): Promise<ApiAnswer> => api.query(ME, {}, token);
        const { token: other } = await world.user(practice.admin, { role: 'ADMIN' });
        await spread(2, (api) => api.query(ME, {}, other)); // new to a process it costs more
        const answers: ApiAnswer[] = [];
        for (let turn = 0; turn < 8; turn++) answers.push(...(await spread(20, call)));
        const after = await spread(2, call);
        return () => {
          expect(tally(answers)).toEqual({ OK: CALLS, RATE_LIMITED: 160 - CALLS });
          expect(tally(after)).toEqual({ RATE_LIMITED: 2 });
          expectRefusals([...answers, ...after]);
        };
      });
    },
    LIMIT_MS,
  );
});

/**
 * A window begins with its first call and is a minute long: what took less was counted in one. What took more, on a very
 * busy machine, says nothing and is done once more, by somebody whom nobody has counted.
 */
async function withinOneWindow(attempt: () => Promise<() => void>): Promise<void> {
  for (let tries = 0; tries < 2; tries++) {
    const began = performance.now();
    const check = await attempt();
    if (performance.now() - began >= WINDOW_MS) continue;
    check();
    return;
  }
  throw new Error('The machine is too slow: the calls took longer than the minute that they are counted in.');
}

function expectRefusals(answers: readonly ApiAnswer[]): void {
  for (const { status, data, retryAfter } of answers.filter(({ code }) => code === 'RATE_LIMITED')) {
    expect({ status, data: data ?? null }).toEqual({ status: 429, data: null });
    expect(retryAfter).toBeGreaterThanOrEqual(1);
    expect(retryAfter).toBeLessThanOrEqual(60);
  }
}

function tally(answers: readonly GraphQLAnswer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { code = 'OK' } of answers) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}
