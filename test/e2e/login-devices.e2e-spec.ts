import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Clock } from '../../src/foundation/time/clock.ts';
import { Trail } from '../support/readings.ts';
import { read } from '../support/sql.ts';
import { statementsOf } from '../support/statements.ts';
import type { GraphQLAnswer } from '../support/test-app.ts';
import { PASSWORD, World, type Practice } from '../support/world.ts';

const MOST = 6;
const WRONG = 'wrong-horse-1';

let world: World;
let practice: Practice;
let trail: Trail;
let addresses = 0;

beforeAll(async () => {
  world = await World.create({ LOGINS_PER_MINUTE: String(MOST) });
  practice = await world.practice();
  trail = await Trail.open(world);
});
afterAll(async () => {
  await trail.close();
  await world.close();
});
afterEach(() => void jest.restoreAllMocks());

/** An office that nobody has come from yet. */
const anOffice = (): string => `198.51.${Math.floor(++addresses / 250)}.${addresses % 250}`;
const account = (): Promise<{ id: string; email: string }> => world.account(practice.admin);

interface SignedIn {
  readonly refreshToken: string;
  readonly deviceToken: string | null;
}
interface Answer extends GraphQLAnswer {
  readonly limits: string;
}
async function post(from: string, query: string, variables: object): Promise<Answer> {
  const response = await world.test.app.inject({
    method: 'POST',
    url: '/graphql',
    remoteAddress: from,
    payload: { query, variables },
  });
  const { data, errors } = response.json<Pick<GraphQLAnswer, 'data' | 'errors'>>();
  const limits = String(response.headers.ratelimit);
  return { status: response.statusCode, data, errors, code: errors?.[0]?.extensions.code, limits };
}
const login = (from: string, email: string, deviceToken?: string | null, password = PASSWORD): Promise<Answer> =>
  post(from, 'mutation($i: LoginInput!) { login(input: $i) { refreshToken deviceToken } }', {
    i: { email, password, deviceToken },
  });
const refresh = (from: string, t: string): Promise<Answer> =>
  post(from, 'mutation($t: String!) { refreshToken(refreshToken: $t) { refreshToken deviceToken } }', { t });
const logout = (from: string, t: string): Promise<Answer> =>
  post(from, 'mutation($t: String!) { logout(refreshToken: $t) }', { t });
const junk = (from: string): Promise<Answer> => login(from, `nobody-${randomUUID()}@x.example`, null, WRONG);

async function signedIn(from: string, email: string, deviceToken?: string): Promise<SignedIn> {
  const { data, errors } = await login(from, email, deviceToken);
  if (errors) throw new Error(JSON.stringify(errors));
  return (data as { login: SignedIn }).login;
}
async function device(email: string): Promise<string> {
  return (await signedIn(anOffice(), email)).deviceToken!;
}
async function times(count: number, call: () => Promise<Answer>): Promise<(string | undefined)[]> {
  const codes: (string | undefined)[] = [];
  for (let time = 0; time < count; time++) codes.push((await call()).code);
  return codes;
}
const REFUSED = 'RATE_LIMITED';
const WRONGLY = 'UNAUTHENTICATED';

describe('given an office, of which all come from one address', () => {
  it('when twice as many sign in as may fail a minute, then all are let in, and the address has not been charged', async () => {
    const office = anOffice();
    for (let n = 0; n < 2 * MOST; n++) {
      const answer = await login(office, (await account()).email);
      expect([answer.code, answer.limits]).toEqual([undefined, expect.stringContaining(`"login";r=${MOST};`)]);
    }
  });

  it('when junk has used up what may fail there, then strangers are refused, and whoever was there on that device is not', async () => {
    const office = anOffice();
    const { email } = await account();
    const known = await device(email);
    const { refreshToken } = await signedIn(office, email);
    expect(await times(MOST + 2, () => junk(office))).toEqual([
      ...Array<string>(MOST).fill(WRONGLY),
      ...[REFUSED, REFUSED],
    ]);
    expect((await login(office, email)).code).toBe(REFUSED);
    const { code, limits } = await login(office, email, known);
    expect([code, limits]).toEqual([undefined, expect.stringMatching(/^"device";r=/)]);
    expect((await refresh(office, refreshToken)).code).toBeUndefined();
  });

  it.each([
    ['refreshes', refresh, WRONGLY],
    ['logouts', logout, undefined],
  ])('when junk %s have used up what may fail there, then tokens of ours are served', async (_, call, within) => {
    const office = anOffice();
    const { refreshToken } = await signedIn(office, (await account()).email);
    const codes = await times(MOST + 3, () => call(office, `${randomUUID()}.${'x'.repeat(22)}`));
    expect(codes).toEqual([...Array<unknown>(MOST).fill(within), ...Array<string>(3).fill(REFUSED)]);
    expect((await call(office, refreshToken)).code).toBeUndefined();
  });

  it('when tokens of the version before come, which have no stamp, then they serve, and the address is not charged', async () => {
    const office = anOffice();
    for (let n = 0; n < MOST + 2; n++) {
      const { refreshToken } = await signedIn(anOffice(), (await account()).email);
      const old = randomUUID();
      const text = 'UPDATE refresh_tokens SET token_hash = sha256($1::bytea) WHERE token_hash = sha256($2::bytea)';
      await read(world.test.database.adminUrl, text, [Buffer.from(old), Buffer.from(refreshToken)]);
      expect((await refresh(office, old)).code).toBeUndefined();
    }
  });

  it('when junk is refused, then from memory: it costs the database nothing, till a second is over', async () => {
    const office = anOffice();
    await times(MOST + 1, () => refresh(office, 'junk'));
    expect(await statementsOf(() => times(20, () => refresh(office, 'junk')))).toEqual([]);
  });

  it('when somebody guesses at a colleague, then it locks the colleague there, and not on their device', async () => {
    const office = anOffice();
    const { email } = await account();
    const known = await device(email);
    await times(5, () => login(office, email, null, WRONG));
    expect((await login(office, email)).code).toBe(REFUSED);
    expect((await login(office, email, known)).code).toBeUndefined();
  });
});

describe('given the token of a device', () => {
  it('when it is another account’s, changed, or three months old, then whoever sends it is a stranger', async () => {
    const [{ email }, other] = [await account(), await account()];
    const [known, theirs] = [await device(email), await device(other.email)];
    const [slot = '', ...rest] = known.split('.');
    const changed = [String((Number(slot) + 1) % 16), ...rest].join('.');
    const office = anOffice();
    await times(MOST, () => junk(office));
    for (const token of [theirs, changed, `${known}x`, '', 'x'])
      expect((await login(office, email, token)).code).toBe(REFUSED);
    expect((await login(office, email, known)).code).toBeUndefined();
    const later = new Date(Date.now() + 91 * 86_400_000);
    jest.spyOn(world.test.app.get(Clock, { strict: false }), 'now').mockReturnValue(later);
    expect((await login(office, email, known)).code).toBe(REFUSED);
  });

  it('when a thief has it, then they have a slot to guess in: five guesses, and nobody else is locked out by them', async () => {
    const { email } = await account();
    const [stolen, office] = [await device(email), anOffice()];
    const guesses = await times(6, () => login(anOffice(), email, stolen, WRONG));
    expect(guesses).toEqual([...Array<string>(5).fill(WRONGLY), REFUSED]);
    expect((await login(office, email)).code).toBeUndefined();
    const others = Array.from({ length: 4 }, () => device(email));
    const another = (await Promise.all(others)).find((token) => token.split('.')[0] !== stolen.split('.')[0]);
    if (another) expect((await login(anOffice(), email, another)).code).toBeUndefined();
  });

  it('when the password was changed, then it is a stranger’s, and uses up nothing of the account’s devices', async () => {
    const { id, email } = await account();
    const [old, office] = [await device(email), anOffice()];
    await world.make('updateUser', { id, password: 'another-horse-8' }, practice.admin);
    await times(MOST, () => junk(office));
    expect((await login(office, email, old, 'another-horse-8')).code).toBe(REFUSED);
    await times(8, () => login(anOffice(), email, old, WRONG));
    const fresh = await login(anOffice(), email, null, 'another-horse-8');
    const { deviceToken } = (fresh.data as { login: SignedIn }).login;
    expect((await login(office, email, deviceToken, 'another-horse-8')).code).toBeUndefined();
  });

  it('when it signs in again and again, then it stays the same device; a refresh gives none', async () => {
    const { email } = await account();
    const known = await device(email);
    const { deviceToken, refreshToken } = await signedIn(anOffice(), email, known);
    expect(deviceToken!.split('.')[0]).toBe(known.split('.')[0]);
    const { data } = await refresh(anOffice(), refreshToken);
    expect((data as { refreshToken: SignedIn }).refreshToken.deviceToken).toBeNull();
  });

  it('when REST signs in, then it gives and takes it, too', async () => {
    const { email } = await account();
    const signIn = (body: object) => world.test.rest({ method: 'POST', url: '/auth/login', body });
    const { body } = await signIn({ email, password: PASSWORD });
    const { deviceToken } = body as SignedIn;
    const again = await signIn({ email, password: PASSWORD, deviceToken });
    expect([again.status, again.headers.ratelimit]).toEqual([200, expect.stringMatching(/^"device";r=/)]);
  });
});

describe('given what no address is charged for', () => {
  it('when somebody signs in without end, then their account is refused, and nobody else', async () => {
    const [one, other] = [await account(), await account()];
    const office = anOffice();
    const codes = await times(MOST + 3, () => login(office, one.email));
    // the first is a stranger’s: from then on the account is known there
    expect(codes).toEqual([...Array<undefined>(MOST + 1).fill(undefined), REFUSED, REFUSED]);
    expect((await login(office, other.email)).code).toBeUndefined();
  });

  it('when somebody refreshes without end, then their account is refused', async () => {
    const { refreshToken } = await signedIn(anOffice(), (await account()).email);
    let token = refreshToken;
    const codes: (string | undefined)[] = [];
    for (let n = 0; n < MOST + 1; n++) {
      const { code, data } = await refresh(anOffice(), token);
      codes.push(code);
      if (data) token = (data as { refreshToken: SignedIn }).refreshToken.refreshToken;
    }
    expect(codes).toEqual([...Array<undefined>(MOST).fill(undefined), REFUSED]);
  });

  it('when a token that has served is sent without end, then it is refused, and its owner’s other sign-ins go on', async () => {
    const { id, email } = await account();
    const [stolen, own] = [await signedIn(anOffice(), email), await signedIn(anOffice(), email)];
    expect((await refresh(anOffice(), stolen.refreshToken)).code).toBeUndefined();
    const codes = await times(MOST + 4, () => refresh(anOffice(), stolen.refreshToken));
    expect(codes.filter((code) => code === WRONGLY).length).toBeLessThanOrEqual(MOST);
    expect(codes.slice(-3)).toEqual([REFUSED, REFUSED, REFUSED]);
    expect((await refresh(anOffice(), own.refreshToken)).code).toBeUndefined();
    const failures = await trail.events(`resource_id = $1 AND action = 'REFRESH_TOKEN' AND outcome = 'FAILURE'`, [id]);
    expect(failures.length).toBeLessThanOrEqual(MOST);
  });
});

describe('given guesses on one account from ever new addresses', () => {
  it('when fifty have failed, then each further one makes the next wait longer, up to a minute; its device waits for none', async () => {
    const { email } = await account();
    const known = await device(email);
    for (let n = 0; n < 50; n++) expect((await login(anOffice(), email, null, WRONG)).code).toBe(WRONGLY);
    const waits: number[] = [];
    for (let n = 0; n < 8; n++) {
      const { code, errors } = await login(anOffice(), email, null, WRONG);
      expect(code).toBe(REFUSED);
      waits.push(errors![0]!.extensions.details!.retryAfterSeconds as number);
      await trail.rows(`UPDATE app.login_attempts SET locked_until = clock_timestamp() WHERE locked_until IS NOT NULL`);
      expect((await login(anOffice(), email, null, WRONG)).code).toBe(WRONGLY);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    expect((await login(anOffice(), email, known)).code).toBeUndefined();
  });
});
