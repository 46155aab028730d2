import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { JwtSecret } from '../../src/platform/config/jwt-secret.ts';
import { Housekeeping } from '../../src/platform/database/housekeeping.service.ts';
import { Transactions } from '../../src/platform/database/transactions/transactions.ts';
import { AuthService } from '../../src/people/auth/auth.service.ts';
import { LoginAttempts, Outcome, type Attempt } from '../../src/people/auth/login-attempts.service.ts';
import { DoorLimits } from '../../src/rules/rate-limits/door-limits.service.ts';
import { Points } from '../../src/rules/rate-limits/points.service.ts';
import { Unauthenticated } from '../../src/foundation/errors/domain-error.ts';
import { RequestContext } from '../../src/foundation/request-context/request-context.ts';
import { Trail } from '../support/readings.ts';
import { statementsOf } from '../support/statements.ts';
import type { GraphQLAnswer } from '../support/test-app.ts';
import { PASSWORD, together, World, type Practice } from '../support/world.ts';

const LOGIN = 'mutation($input: LoginInput!) { login(input: $input) { accessToken } }';

let world: World;
let practice: Practice;
let trail: Trail;
let addresses = 0;

beforeAll(async () => {
  world = await World.create();
  practice = await world.practice();
  trail = await Trail.open(world);
});
afterAll(async () => {
  await trail.close();
  await world.close();
});

/** An address that nobody has come from yet. */
const anAddress = (): string => `192.0.${Math.floor(++addresses / 250)}.${addresses % 250}`;
const account = (): Promise<{ id: string; email: string }> => world.account(practice.admin);
const nobody = (): string => `nobody-${randomUUID()}@practice.example`;

interface Answer extends GraphQLAnswer {
  readonly headers: Record<string, unknown>;
}
async function login(email: string, password: string, from: string): Promise<Answer> {
  const response = await world.test.app.inject({
    method: 'POST',
    url: '/graphql',
    remoteAddress: from,
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify({ query: LOGIN, variables: { input: { email, password } } }),
  });
  const { data, errors } = response.json<Pick<GraphQLAnswer, 'data' | 'errors'>>();
  return { status: response.statusCode, headers: response.headers, data, errors, code: errors?.[0]?.extensions.code };
}
async function fail(times: number, email: string, from: string): Promise<(string | undefined)[]> {
  const codes: (string | undefined)[] = [];
  for (let time = 0; time < times; time++) codes.push((await login(email, 'wrong-horse-1', from)).code);
  return codes;
}
const secondsOf = ({ errors }: GraphQLAnswer): number => errors?.[0]?.extensions.details?.retryAfterSeconds as number;
/** What was, is so much longer ago. */
async function pass(interval: string): Promise<void> {
  await trail.rows(
    `UPDATE app.login_attempts SET touched_at = touched_at - $1::interval, locked_until = locked_until - $1::interval,
       succeeded_at = succeeded_at - $1::interval,
       failed_at = ARRAY(SELECT f - $1::interval FROM unnest(failed_at) f),
       pending = ARRAY(SELECT p - $1::interval FROM unnest(pending) p)`,
    [interval],
  );
}
const shown = ({ status, data, errors, headers }: Answer): unknown => [
  status,
  data,
  Object.keys(headers).sort(),
  errors?.map(({ message, path, extensions: { code, details } }) => ({ message, path, code, details })),
];

describe('given an account and an address', () => {
  it('when the password is wrong five times, then even the right one is refused there, with the seconds to wait', async () => {
    const [{ email }, from] = [await account(), anAddress()];
    expect(await fail(5, email, from)).toEqual(Array(5).fill('UNAUTHENTICATED'));
    const locked = await login(email, PASSWORD, from);
    expect(locked).toMatchObject({ code: 'RATE_LIMITED', status: 429, data: null });
    expect(secondsOf(locked)).toBeGreaterThan(50);
    expect(secondsOf(locked)).toBeLessThanOrEqual(60);
    expect(locked.headers['retry-after']).toBe(String(secondsOf(locked)));
  });

  it('when whoever guesses hangs up each time, then the guesses count all the same, and a logout ends the sign-in', async () => {
    const [{ id, email }, from] = [await account(), anAddress()];
    const auth = world.test.app.get(AuthService, { strict: false });
    const gone = (): RequestContext =>
      RequestContext.anonymous({ requestId: 'gone', ipAddress: from, isGone: () => true }, () => new Date());
    const { refreshToken } = await auth.login(gone(), { email, password: PASSWORD });
    await auth.logout(gone(), refreshToken);
    expect(await trail.events(`action = 'LOGOUT' AND resource_id = $1`, [id])).toHaveLength(1);
    for (let time = 0; time < 5; time++)
      await expect(auth.login(gone(), { email, password: 'wrong-horse-1' })).rejects.toThrow(Unauthenticated);
    expect((await login(email, PASSWORD, from)).code).toBe('RATE_LIMITED');
    expect(await trail.events(`action = 'LOGIN_FAILURE' AND resource_id = $1`, [id])).toHaveLength(6);
  });

  it('when it is locked, then another address of the same account, and another account there, are not', async () => {
    const [one, other, from] = [await account(), await account(), anAddress()];
    await fail(5, one.email, from);
    expect((await login(one.email, PASSWORD, from)).code).toBe('RATE_LIMITED');
    expect((await login(one.email, PASSWORD, anAddress())).code).toBeUndefined();
    expect((await login(other.email, PASSWORD, from)).code).toBeUndefined();
  });

  it('when the password was wrong four times and then right, then all is forgiven', async () => {
    const [{ email }, from] = [await account(), anAddress()];
    await fail(4, email, from);
    expect((await login(email, PASSWORD, from)).code).toBeUndefined();
    expect(await fail(4, email, from)).toEqual(Array(4).fill('UNAUTHENTICATED'));
    expect((await login(email, PASSWORD, from)).code).toBeUndefined();
  });

  it('when the lock is over, then one attempt is let in, and its failure locks for twice as long, up to an hour', async () => {
    const [{ email }, from] = [await account(), anAddress()];
    await fail(5, email, from);
    const locks: number[] = [];
    for (let lock = 0; lock < 8; lock++) {
      locks.push(Math.round(secondsOf(await login(email, PASSWORD, from)) / 60));
      await pass('1 hour 1 second');
      expect(await fail(1, email, from)).toEqual(['UNAUTHENTICATED']);
    }
    expect(locks).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    await pass('1 hour 1 second');
    expect((await login(email, PASSWORD, from)).code).toBeUndefined();
    expect(await fail(4, email, from)).toEqual(Array(4).fill('UNAUTHENTICATED'));
  });

  it('when the failures are further apart than 15 minutes for five, then none locks, till twenty in a day', async () => {
    const [{ email }, from] = [await account(), anAddress()];
    for (let turn = 0; turn < 4; turn++) {
      expect(await fail(4, email, from)).toEqual(Array(4).fill('UNAUTHENTICATED'));
      await pass('15 minutes 1 second');
    }
    expect(await fail(4, email, from)).toEqual(Array(4).fill('UNAUTHENTICATED'));
    expect((await login(email, PASSWORD, from)).code).toBe('RATE_LIMITED');
  });

  it('when a day has passed since the lock, then five failures lock for a minute again', async () => {
    const [{ email }, from] = [await account(), anAddress()];
    await fail(5, email, from);
    await pass('1 minute 1 second');
    await fail(1, email, from);
    await pass('25 hours');
    expect(await fail(5, email, from)).toEqual(Array(5).fill('UNAUTHENTICATED'));
    expect(secondsOf(await login(email, PASSWORD, from))).toBeLessThanOrEqual(60);
  });

  it('when the email is typed in another spelling, or the address is of the same IPv6 network, then it is the same pair', async () => {
    const { email } = await account();
    await fail(3, email, '2001:db8:7:7::1');
    await fail(2, ` ${email.toUpperCase()}`, '2001:db8:7:7:ffff::2');
    expect((await login(email, PASSWORD, '2001:db8:7:7::3')).code).toBe('RATE_LIMITED');
    expect((await login(email, PASSWORD, '2001:db8:7:8::1')).code).toBeUndefined();
  });

  it('when forty guesses come at the same instant, then five passwords are looked at', async () => {
    const [{ id, email }, from] = [await account(), anAddress()];
    const answers = await together(40, (n) => login(email, `guess-${n}-of-many`, from));
    const count = (code: string): number => answers.filter((answer) => answer.code === code).length;
    expect([count('UNAUTHENTICATED'), count('RATE_LIMITED')]).toEqual([5, 35]);
    const looked = await trail.events(`resource_id = $1 AND action = 'LOGIN_FAILURE' AND outcome = 'FAILURE'`, [id]);
    expect(looked).toHaveLength(5);
  });

  it('when they sign in thirty times at the same instant, then thirty times they are let in', async () => {
    const [{ email }, from] = [await account(), anAddress()];
    const answers = await together(30, () => login(email, PASSWORD, from));
    expect(answers.filter(({ errors }) => errors)).toEqual([]);
  });

  it('when many guesses are aliases in one request, then the first that fails ends it', async () => {
    const [{ id, email }, from] = [await account(), anAddress()];
    const fields = Array.from(
      { length: 12 },
      (_, n) => `l${n}: login(input: { email: "${email}", password: "guess-number-${n}" }) { expiresIn }`,
    );
    await world.test.app.inject({
      method: 'POST',
      url: '/graphql',
      remoteAddress: from,
      payload: { query: `mutation { ${fields.join(' ')} }` },
    });
    expect(await trail.events(`resource_id = $1 AND action = 'LOGIN_FAILURE'`, [id])).toHaveLength(1);
  });

  it('when an attempt was never settled, since its process ended, then it counts as a failure', async () => {
    const [{ email }, from] = [await account(), anAddress()];
    const attempts = world.test.app.get(LoginAttempts, { strict: false });
    const ctx = RequestContext.anonymous({ requestId: 'test', ipAddress: from }, () => new Date());
    for (let attempt = 0; attempt < 4; attempt++) await attempts.claim(ctx, email);
    await pass('31 seconds');
    expect(await fail(1, email, from)).toEqual(['UNAUTHENTICATED']);
    expect((await login(email, PASSWORD, from)).code).toBe('RATE_LIMITED');
  });
});

describe('given attempts that are being checked at the same time', () => {
  async function claiming(): Promise<{
    email: string;
    from: string;
    claim: () => Promise<Attempt>;
    settle: (attempt: Attempt, outcome: Outcome) => Promise<number>;
  }> {
    const [{ email }, from] = [await account(), anAddress()];
    const attempts = world.test.app.get(LoginAttempts, { strict: false });
    const transactions = new Transactions(world.test.app.get(DataSource));
    const ctx = RequestContext.anonymous({ requestId: 'test', ipAddress: from }, () => new Date());
    return {
      email,
      from,
      claim: () => attempts.claim(ctx, email),
      settle: (attempt, outcome) => transactions.run(ctx, (tx) => attempts.settle(tx, attempt, outcome)),
    };
  }

  it('when a later one is settled, then those before it, which never are, still count as failures', async () => {
    const { email, from, claim, settle } = await claiming();
    for (let time = 0; time < 4; time++) await claim();
    await pass('20 seconds');
    for (let time = 0; time < 4; time++) await settle(await claim(), Outcome.NEITHER);
    await pass('11 seconds');
    expect(await fail(1, email, from)).toEqual(['UNAUTHENTICATED']);
    expect(secondsOf(await login(email, PASSWORD, from))).toBeGreaterThan(50);
  });

  it('when one is settled that was given up, or twice, then it does not count once more', async () => {
    const { email, from, claim, settle } = await claiming();
    const late = await claim();
    await pass('31 seconds');
    await fail(1, email, from);
    for (let time = 0; time < 3; time++) await settle(late, Outcome.FAILED);
    expect((await login(email, PASSWORD, from)).code).toBeUndefined();
  });
});

describe('given an email that nobody has', () => {
  it('when it fails and is locked, then every answer is the one that an account gets', async () => {
    const [{ email }, from] = [await account(), anAddress()];
    const unknown = nobody();
    const heard = async (who: string): Promise<unknown[]> => {
      const answers: unknown[] = [];
      for (let time = 0; time < 5; time++) answers.push(shown(await login(who, 'wrong-horse-1', from)));
      const locked = await login(who, 'wrong-horse-1', from);
      // the seconds that are left depend on how fast the test is
      const { errors, headers } = locked;
      expect(secondsOf(locked)).toBeGreaterThan(50);
      return [...answers, locked.status, errors?.[0]?.path, Object.keys(headers).sort(), locked.code];
    };
    expect(await heard(unknown)).toEqual(await heard(email));
  });

  it('when it is attempted, then it takes as many statements as an account', async () => {
    const [{ email }, from] = [await account(), anAddress()];
    const statements = (who: string) => statementsOf(() => login(who, 'wrong-horse-1', from));
    const known = await statements(email);
    expect(known.length).toBeGreaterThan(5);
    expect(await statements(nobody())).toEqual(known);
  });
});

describe('given guesses on one account from many addresses', () => {
  it('when fifty fail within an hour, then new addresses get one attempt a minute; where it once signed in, it does', async () => {
    const [{ email }, home] = [await account(), anAddress()];
    expect((await login(email, PASSWORD, home)).code).toBeUndefined();
    for (let n = 0; n < 50; n++) expect(await fail(1, email, anAddress())).toEqual(['UNAUTHENTICATED']);
    const slowed = await login(email, PASSWORD, anAddress());
    expect(slowed).toMatchObject({ code: 'RATE_LIMITED', status: 429 });
    expect(secondsOf(slowed)).toBeLessThanOrEqual(60);
    expect((await login(email, PASSWORD, home)).code).toBeUndefined();
    await pass('61 seconds');
    expect((await login(email, PASSWORD, anAddress())).code).toBeUndefined();
    expect(await fail(1, email, anAddress())).toEqual(['UNAUTHENTICATED']);
    expect((await login(email, PASSWORD, anAddress())).code).toBe('RATE_LIMITED');
  });
});

describe('given two processes on one database', () => {
  it('when the failures are spread over both, then five lock both', async () => {
    const email = nobody();
    const ctx = RequestContext.anonymous({ requestId: 'test', ipAddress: anAddress() }, () => new Date());
    const transactions = new Transactions(world.test.app.get(DataSource));
    const other = (): LoginAttempts =>
      new LoginAttempts(
        transactions,
        new Points(transactions, world.test.app.get(JwtSecret, { strict: false })),
        world.test.app.get(DoorLimits, { strict: false }),
      );
    const both = [other(), other()];
    for (let time = 0; time < 5; time++) {
      const process = both[time % 2]!;
      const attempt = await process.claim(ctx, email);
      await transactions.run(ctx, (tx) => process.settle(tx, attempt, 'FAILED' as never));
    }
    for (const process of both)
      await expect(process.claim(ctx, email)).rejects.toMatchObject({
        code: 'RATE_LIMITED',
        details: { retryAfterSeconds: expect.any(Number) },
      });
  });
});

describe('given the audit trail of failures', () => {
  it('when an account is locked and tried again, then each is an event, and none holds the email or a password', async () => {
    const [{ id, email }, from] = [await account(), anAddress()];
    await fail(6, email, from);
    const events = await trail.events('resource_id = $1 AND organization_id = $2', [id, practice.id]);
    const of = events.slice(1).map(({ action, outcome, details }): unknown[] => [action, outcome, details]);
    expect(of).toEqual([
      ...Array<unknown>(5).fill(['LOGIN_FAILURE', 'FAILURE', null]),
      ['LOGIN_LOCKED', 'DENIED', { seconds: 60 }],
      ['LOGIN_FAILURE', 'DENIED', { locked: true }],
    ]);
    expect(JSON.stringify(events.slice(1))).not.toContain(email);
  });

  it('when nobody has the email, then the events belong to no organization', async () => {
    const [before] = await trail.rows<{ at: Date }>('SELECT clock_timestamp() AS at');
    await fail(6, nobody(), anAddress());
    const events = await trail.events('occurred_at > $1', [before!.at]);
    expect(events.map(({ organization_id: of, action }) => [of, action])).toEqual([
      ...Array<unknown>(5).fill([null, 'LOGIN_FAILURE']),
      [null, 'LOGIN_LOCKED'],
      [null, 'LOGIN_FAILURE'],
    ]);
  });

  it('when the counts are read, then neither an email nor an address is in them', async () => {
    const rows = await trail.rows<{ text: string }>('SELECT a::text AS text FROM app.login_attempts a');
    expect(rows.length).toBeGreaterThan(10);
    const text = rows.map((row) => row.text).join();
    expect(text).not.toMatch(/example|192\.0/);
    expect(text).not.toContain(Buffer.from('practice.example').toString('hex'));
  });

  it('when housekeeping comes by days later, then what has no meaning any more is forgotten', async () => {
    await fail(1, nobody(), anAddress());
    await pass('40 days');
    await world.test.app.get(Housekeeping, { strict: false }).purge();
    expect(await trail.rows('SELECT key FROM app.login_attempts')).toEqual([]);
  });
});

describe('given the application role', () => {
  it.each(['app.login_attempts', 'app.call_counts'])(
    'when it reads or writes %s itself, then it may not',
    async (table) => {
      const dataSource = world.test.app.get(DataSource);
      for (const sql of [`SELECT * FROM ${table}`, `DELETE FROM ${table}`, `UPDATE ${table} SET key = key`])
        await expect(dataSource.query(sql)).rejects.toMatchObject({ code: '42501' });
    },
  );
});
