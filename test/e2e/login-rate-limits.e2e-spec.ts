import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DataSource } from 'typeorm';
import { Environment } from '../../src/platform/config/environment.ts';
import { JwtSecret } from '../../src/platform/config/jwt-secret.ts';
import { Transactions } from '../../src/platform/database/transactions/transactions.ts';
import { DoorLimits } from '../../src/rules/rate-limits/door-limits.service.ts';
import { CallLimits } from '../../src/rules/rate-limits/call-limits.service.ts';
import { FairShare } from '../../src/foundation/fair-share/fair-share.ts';
import { RequestContext, Role } from '../../src/foundation/request-context/request-context.ts';
import { RateLimited, TryAgain } from '../../src/foundation/errors/domain-error.ts';
import { Points } from '../../src/rules/rate-limits/points.service.ts';
import { standingsOf } from '../../src/rules/rate-limits/told-limits.ts';
import { Trail } from '../support/readings.ts';
import type { GraphQLAnswer } from '../support/test-app.ts';
import { PASSWORD, together, World, type Practice } from '../support/world.ts';

const LOGINS = 5;
const CALLS = 120;

let world: World;
let practice: Practice;
let trail: Trail;

beforeAll(async () => {
  world = await World.create({
    LOGINS_PER_MINUTE: String(LOGINS),
    POINTS_PER_MINUTE: String(CALLS),
    TRUST_PROXY: '10.0.0.0/8',
  });
  practice = await world.practice();
  trail = await Trail.open(world);
});
afterAll(async () => {
  await trail.close();
  await world.close();
});
afterEach(() => void jest.restoreAllMocks());

interface Answer extends GraphQLAnswer {
  readonly headers: Record<string, unknown>;
}
async function post(query: string, from: string, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await world.test.app.inject({
    method: 'POST',
    url: '/graphql',
    remoteAddress: from,
    headers,
    payload: { query },
  });
  const { data, errors } = response.json<Pick<GraphQLAnswer, 'data' | 'errors'>>();
  return { status: response.statusCode, headers: response.headers, data, errors, code: errors?.[0]?.extensions.code };
}
const codes = (answers: readonly GraphQLAnswer[]): Record<string, number> => {
  const count: Record<string, number> = {};
  for (const { code = 'answered' } of answers) count[code] = (count[code] ?? 0) + 1;
  return count;
};
/** Every minute that was begun is over, and what the process remembers of it. */
async function nextMinute(): Promise<void> {
  await sleep(1_000);
  await trail.rows(`UPDATE app.call_counts SET ends_at = ends_at - interval '61 seconds'`);
}
const of = <Service>(type: new (...args: never[]) => Service): Service => world.test.app.get(type, { strict: false });
const anyone = (): string =>
  `mutation { login(input: { email: "${randomUUID()}@x.example", password: "p" }) { expiresIn } }`;
const REFRESH = 'mutation { refreshToken(refreshToken: "unknown") { expiresIn } }';
const LOGOUT = 'mutation { logout(refreshToken: "unknown") }';

describe('given so many failures a minute for an address', () => {
  it('when more come, whoever they are for, then RATE_LIMITED with 429 and Retry-After; other addresses are served', async () => {
    const answers = await together(LOGINS + 3, () => post(anyone(), '192.0.2.1'));
    expect(codes(answers)).toEqual({ UNAUTHENTICATED: LOGINS, RATE_LIMITED: 3 });
    const refused = answers.find(({ code }) => code === 'RATE_LIMITED')!;
    const seconds = refused.errors![0]!.extensions.details!.retryAfterSeconds as number;
    expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': String(seconds) } });
    expect(seconds).toBeGreaterThan(50);
    expect(seconds).toBeLessThanOrEqual(60);
    expect((await post(anyone(), '192.0.2.2')).code).toBe('UNAUTHENTICATED');
  });

  it('when the minute is over, then they are let in again', async () => {
    await together(LOGINS + 1, () => post(anyone(), '192.0.2.3'));
    expect((await post(anyone(), '192.0.2.3')).code).toBe('RATE_LIMITED');
    await nextMinute();
    expect((await post(anyone(), '192.0.2.3')).code).toBe('UNAUTHENTICATED');
  });

  it.each([
    ['refreshes', REFRESH, 'UNAUTHENTICATED'],
    ['logouts', LOGOUT, 'answered'],
  ])('when they are %s, then they are counted on their own', async (_, query, within) => {
    await together(LOGINS, () => post(anyone(), '192.0.2.4'));
    const answers = await together(LOGINS + 2, () => post(query, '192.0.2.4'));
    expect(codes(answers)).toEqual({ [within]: LOGINS, RATE_LIMITED: 2 });
    await nextMinute();
  });

  it('when a flood is refused, then the trail tells of it once a minute', async () => {
    const count = async (): Promise<number> => (await trail.events(`action = 'RATE_LIMITED'`)).length;
    const before = await count();
    for (let n = 0; n < LOGINS + 4; n++) await post(anyone(), '192.0.2.5');
    expect(await count()).toBe(before + 1);
    const [event] = (await trail.events(`action = 'RATE_LIMITED'`)).slice(-1);
    expect(event).toMatchObject({ outcome: 'DENIED', organization_id: null, details: { door: 'login' } });
  });

  it('when some of a flood are right and give their points back, then the trail still tells of it once a minute', async () => {
    const [doors, transactions] = [of(DoorLimits), of(Transactions)];
    const nobody = RequestContext.anonymous({ requestId: 'a-flood', ipAddress: '192.0.2.7' }, () => new Date());
    const count = async (): Promise<number> => (await trail.events(`action = 'RATE_LIMITED'`)).length;
    const before = await count();
    for (let n = 0; n < LOGINS - 1; n++) await doors.pass(nobody, 'login');
    for (let turn = 0; turn < 3; turn++) {
      const right = await doors.pass(nobody, 'login');
      await expect(doors.pass(nobody, 'login')).rejects.toThrow(RateLimited);
      await transactions.run(nobody, (tx) => right.uncount(tx));
    }
    expect(await count()).toBe(before + 1);
    await nextMinute();
    await together(LOGINS + 1, () => doors.pass(nobody, 'login').catch(() => undefined));
    expect(await count()).toBe(before + 2);
  });

  it('when something is added behind a token that was given out here, then it is junk, and counted for the address', async () => {
    const { email } = await world.account(practice.admin);
    const login = `mutation { login(input: { email: "${email}", password: "${PASSWORD}" }) { refreshToken } }`;
    const { refreshToken } = ((await post(login, '192.0.2.8')).data as { login: { refreshToken: string } }).login;
    const answers = await together(LOGINS + 2, (n) =>
      post(`mutation { logout(refreshToken: "${refreshToken}.${n}") }`, '192.0.2.8'),
    );
    expect(codes(answers)).toEqual({ answered: LOGINS, RATE_LIMITED: 2 });
  });

  it('when they come from many addresses of one IPv6 network, then they share one turn', async () => {
    const take = jest.spyOn(FairShare.prototype, 'take');
    await together(2, (n) => post(anyone(), `2001:db8:1:2::${n + 1}`));
    const nobodies = take.mock.calls.filter(([{ practice }]) => practice === 'nobody').map(([{ user }]) => user);
    expect(new Set(nobodies)).toEqual(new Set(['2001:db8:1:2::/64']));
  });

  it('when a trusted proxy forwards them, then they are counted for whom it names; from others the header is not believed', async () => {
    const via = (proxy: string, client: string): Promise<Answer> =>
      post(anyone(), proxy, { 'x-forwarded-for': client });
    expect(codes(await together(LOGINS + 1, () => via('10.1.2.3', '198.51.100.1')))).toMatchObject({ RATE_LIMITED: 1 });
    expect((await via('10.1.2.3', '198.51.100.2')).code).toBe('UNAUTHENTICATED');
    // what the client itself wrote stands before what the proxy added
    expect((await via('10.1.2.3', '203.0.113.9, 198.51.100.1')).code).toBe('RATE_LIMITED');
    const direct = await together(LOGINS + 2, (n) => via('192.0.2.6', `198.51.100.${100 + n}`));
    expect(codes(direct)).toEqual({ UNAUTHENTICATED: LOGINS, RATE_LIMITED: 2 });
  });

  it('when the proxy names addresses with ports, then they are counted without; what is none is counted for the proxy', async () => {
    const via = (proxy: string, client: string): Promise<Answer> =>
      post(anyone(), proxy, { 'x-forwarded-for': client });
    for (const of of [
      (n: number) => `198.51.100.3:${50_000 + n}`,
      (n: number) => `[2001:db8:7::${n}]:443`,
      (n: number) => 'nobody'.repeat(500 + n),
    ]) {
      const answers = await together(LOGINS + 2, (n) => via('10.1.2.4:8080', of(n)));
      expect(codes(answers)).toEqual({ UNAUTHENTICATED: LOGINS, RATE_LIMITED: 2 });
    }
    expect((await via('10.1.2.4', '198.51.100.4:1, 10.1.2.4:443')).code).toBe('UNAUTHENTICATED');
    const told = await trail.events(`action = 'LOGIN_FAILURE' AND ip_address IN ('198.51.100.3', '10.1.2.4')`);
    expect(told).toHaveLength(2 * LOGINS);
    expect(await trail.events(`length(ip_address) > 45`)).toEqual([]);
  });
});

describe('given so many points a minute for a user', () => {
  const call = (token: string): Promise<Answer> =>
    post('{ me { id } }', '192.0.2.20', { authorization: `Bearer ${token}` });

  it('when more come, then RATE_LIMITED with 429; another user is served, and after the minute so are they', async () => {
    const [one, other] = [await world.user(practice.admin, ADMIN), await world.user(practice.admin, ADMIN)];
    await call(other.token); // the first time a document costs more
    const answers = [];
    for (let turn = 0; turn < 13; turn++) answers.push(...(await together(10, () => call(one.token))));
    expect(codes(answers)).toEqual({ answered: CALLS, RATE_LIMITED: 10 });
    const refused = await call(one.token);
    expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': expect.any(String) } });
    expect((await call(other.token)).code).toBeUndefined();
  });

  it('when many calls of many fields come at once, then those are not begun that there are no points for', async () => {
    const { token } = await world.user(practice.admin, ADMIN);
    const fields = Array.from({ length: 20 }, (_, index) => `a${index}: me { id }`).join(' ');
    await post(`{ ${fields} }`, '192.0.2.21', { authorization: `Bearer ${practice.admin}` });
    const answers = await together(40, () => post(`{ ${fields} }`, '192.0.2.21', { authorization: `Bearer ${token}` }));
    const { answered = 0, RATE_LIMITED = 0 } = codes(answers);
    expect(answered + RATE_LIMITED).toBe(40);
    expect(answered).toBeGreaterThanOrEqual(1);
    expect(answered).toBeLessThanOrEqual(CALLS / 20);
  });

  it('when a token is broken, then it is nobody, not too many', async () => {
    expect(codes(await together(CALLS + 5, () => call('broken')))).toEqual({ UNAUTHENTICATED: CALLS + 5 });
  });
});
const ADMIN = { role: 'ADMIN' };
const process = (most: number): { limits: CallLimits; asked: () => number } => {
  const environment = Environment.read({ POINTS_PER_MINUTE: String(most) });
  const transactions = new Transactions(world.test.app.get(DataSource));
  const points = new Points(transactions, world.test.app.get(JwtSecret, { strict: false }));
  const take = jest.spyOn(points, 'take');
  return { limits: new CallLimits(environment, points), asked: () => take.mock.calls.length };
};
const asUser = (userId: string): RequestContext =>
  RequestContext.anonymous({ requestId: 'a-call' }, () => new Date()).as({
    userId,
    organizationId: practice.id,
    role: Role.ADMIN,
    isSuperAdmin: false,
  });

describe('given clients that look at what is left', () => {
  const header = (name: string, { headers }: Pick<Answer, 'headers'>): string | undefined =>
    headers[name] as string | undefined;
  /** Policy, what is left, and whether the seconds are those of the minute. */
  const left = (answer: Pick<Answer, 'headers'>): unknown => {
    const [, policy, r, t] = /^"(\w+)";r=(\d+);t=(\d+)$/.exec(header('ratelimit', answer) ?? '') ?? [];
    return policy && [policy, Number(r), Number(t) >= 1 && Number(t) <= 60];
  };
  const bearer = async (): Promise<Record<string, string>> => ({
    authorization: `Bearer ${(await world.user(practice.admin, ADMIN)).token}`,
  });

  /** After four queries of two fields, a list that is counted, one object, and a document that is new. */
  const LEFT = [118, 116, 114, 112, 100, 99, 88];

  it('when a user calls, then each answer tells the limit and what is left of it, GraphQL and REST alike', async () => {
    const headers = await bearer();
    const answers = [];
    await post('{ me { id } organizations { id } }', '192.0.2.30', await bearer()); // the first time a document costs more
    for (let n = 0; n < 4; n++) answers.push(await post('{ me { id } organizations { id } }', '192.0.2.30', headers));
    answers.push(await world.test.rest({ method: 'GET', url: '/appointments', headers }));
    answers.push(await world.test.rest({ method: 'GET', url: `/appointments/${randomUUID()}`, headers }));
    answers.push(
      await post(`mutation { cancelAppointment(input: { id: "${randomUUID()}" }) { id } }`, '192.0.2.30', headers),
    );
    expect(answers.map(left)).toEqual(LEFT.map((r) => ['points', r, true]));
    expect(new Set(answers.map((answer) => header('ratelimit-policy', answer)))).toEqual(
      new Set([`"points";q=${CALLS};w=60`]),
    );
  });

  it('when nothing is left, then the refusal says so, and the seconds are those of Retry-After', async () => {
    const headers = await bearer();
    const calls = await together(CALLS + 1, () => post('{ me { id } }', '192.0.2.31', headers));
    const refused = calls.find(({ code }) => code === 'RATE_LIMITED')!;
    expect(header('ratelimit', refused)).toBe(`"points";r=0;t=${header('retry-after', refused)}`);
    const rest = await world.test.rest({ method: 'GET', url: '/appointments', headers });
    expect([rest.status, header('ratelimit', rest)]).toEqual([429, `"points";r=0;t=${header('retry-after', rest)}`]);
  });

  it('when they call two processes, then each knows what the other had taken when it last asked', async () => {
    const user = asUser(randomUUID());
    const told = async (limits: CallLimits): Promise<string> => {
      const call = RequestContext.anonymous({ requestId: 'a-call' }, () => new Date()).as(user.actor);
      await limits.spend(call);
      return standingsOf(call.origin)
        .map(({ left }) => left)
        .join();
    };
    const [one, other] = [process(600).limits, process(600).limits]; // lots of 10
    expect([await told(one), await told(other), await told(one)]).toEqual(['599', '589', '598']);
  });

  it('when an address signs in, then the door it came to tells of its own limit', async () => {
    const answers = [];
    for (let n = 0; n <= LOGINS; n++) answers.push(await post(anyone(), '192.0.2.32'));
    expect(answers.map(left)).toEqual([4, 3, 2, 1, 0, 0].map((r) => ['login', r, true]));
    expect(left(await post(REFRESH, '192.0.2.32'))).toEqual(['refresh', 4, true]);
    const both = await post(
      `mutation { logout(refreshToken: "x") refreshToken(refreshToken: "x") { expiresIn } }`,
      '192.0.2.32',
    );
    expect(header('ratelimit-policy', both)).toBe(`"logout";q=${LOGINS};w=60, "refresh";q=${LOGINS};w=60`);
    expect(header('ratelimit', both)).toMatch(/^"logout";r=4;t=\d+, "refresh";r=3;t=\d+$/);
  });

  it('when a request is not counted, then there is nothing to tell', async () => {
    for (const answer of [await post('{ __typename }', '192.0.2.33'), await post('{ nothing }', '192.0.2.33')])
      expect([header('ratelimit', answer), header('ratelimit-policy', answer)]).toEqual([undefined, undefined]);
  });
});

describe('given two processes on one database', () => {
  const spend = async (limits: CallLimits, userId: string): Promise<number> =>
    limits.spend(asUser(userId)).then(
      () => 1,
      (error: unknown) => {
        if (!(error instanceof RateLimited)) throw error;
        return 0;
      },
    );
  const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0);

  it('when a user calls both at once, then both together let through exactly the limit', async () => {
    const [one, other] = [process(600), process(600)];
    const user = randomUUID();
    const through = await together(900, (n) => spend((n % 2 ? one : other).limits, user));
    expect(sum(through)).toBe(600);
  });

  it('when a user stays within it, then the database is asked for lots, and over it not at all', async () => {
    const { limits, asked } = process(6_000);
    const user = randomUUID();
    const through: number[] = [];
    for (let n = 0; n < 3_000; n++) through.push(await spend(limits, user));
    expect(sum(through)).toBe(3_000);
    expect(asked()).toBe(30);
    for (let n = 0; n < 3_500; n++) through.push(await spend(limits, user));
    expect(sum(through)).toBe(6_000);
    const before = asked();
    for (let n = 0; n < 100; n++) await spend(limits, user);
    expect(asked()).toBe(before);
  });

  it('when one is started anew, then it goes on where the count was', async () => {
    const user = randomUUID();
    const before = process(60);
    expect(sum(await together(60, () => spend(before.limits, user)))).toBe(60);
    expect(await spend(process(60).limits, user)).toBe(0);
  });

  it('when one holds points that it does not spend, then the other gets all but a sixtieth', async () => {
    const user = randomUUID();
    const [idle, busy] = [process(6_000), process(6_000)];
    await spend(idle.limits, user);
    const through: number[] = [];
    for (let n = 0; n < 6_000; n++) through.push(await spend(busy.limits, user));
    expect(sum(through)).toBe(5_900);
  });

  it('when the database does not answer, then calls go on, counted in the process; and the limit 0 asks nothing', async () => {
    const { limits } = process(60);
    const points = (limits as unknown as { points: Points }).points;
    jest.spyOn(points, 'take').mockRejectedValue(new Error('no answer'));
    const through = await together(20, () => spend(limits, randomUUID()));
    expect(sum(through)).toBe(20);
    const off = process(0);
    expect(await spend(off.limits, randomUUID())).toBe(1);
    expect(off.asked()).toBe(0);
  });
});

describe('given a database that does not answer', () => {
  it('when somebody signs in, then they are not let in uncounted', async () => {
    const points = world.test.app.get(Points, { strict: false });
    jest.spyOn(points, 'take').mockRejectedValue(new TryAgain());
    const me = await world.query('{ me { email } }', {}, practice.admin);
    const { email } = me.data.me as { email: string };
    const login = `mutation { login(input: { email: "${email}", password: "correct-horse-7" }) { accessToken } }`;
    expect((await post(login, '192.0.2.40')).code).toBe('TRY_AGAIN');
  });
});
