import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Secret, TOTP } from 'otpauth';
import { Environment } from '../../src/platform/config/environment.ts';
import { JwtSecret } from '../../src/platform/config/jwt-secret.ts';
import { Sealing } from '../../src/people/second-factor/sealing.service.ts';
import { standAt, Trail } from '../support/readings.ts';
import type { GraphQLAnswer } from '../support/test-app.ts';
import { PASSWORD, together, World, type Practice } from '../support/world.ts';

const NOW = new Date('2026-03-03T10:00:05Z');
const SIGNED_IN = 'accessToken refreshToken user { id secondFactorEnabled }';

let world: World;
let practice: Practice;
let trail: Trail;

beforeAll(async () => {
  world = await World.create();
  practice = await world.practice();
  trail = await Trail.open(world);
});
afterAll(async () => {
  await trail.close();
  await world.close();
});
afterEach(() => void jest.restoreAllMocks());

interface Account {
  readonly id: string;
  readonly email: string;
}
const account = (input?: object, of = practice): Promise<Account> => world.account(of.admin, input);
const login = (email: string, totpCode?: string | null, password = PASSWORD): Promise<GraphQLAnswer> =>
  world.query(`mutation($input: LoginInput!) { login(input: $input) { ${SIGNED_IN} } }`, {
    input: { email, password, ...(totpCode !== undefined && { totpCode }) },
  });
async function signIn(email: string, code?: string): Promise<{ accessToken: string; refreshToken: string }> {
  const { data, errors } = await login(email, code);
  if (errors) throw new Error(JSON.stringify(errors));
  return data.login as { accessToken: string; refreshToken: string };
}
/** What the answer says of the second factor. */
const asked = ({ code, errors }: GraphQLAnswer): unknown => [code, errors?.[0]?.extensions.details?.secondFactor];

const refresh = (token: string): Promise<GraphQLAnswer> =>
  world.query('mutation($t: String!) { refreshToken(refreshToken: $t) { accessToken refreshToken } }', { t: token });
const me = async (token: string): Promise<string | undefined> => (await world.query('{ me { id } }', {}, token)).code;

const begin = (token: string, password = PASSWORD): Promise<GraphQLAnswer> =>
  world.query('mutation($p: String!) { beginTotpEnrolment(password: $p) { secret uri } }', { p: password }, token);
const confirm = (token: string, code: string): Promise<GraphQLAnswer> =>
  world.query('mutation($code: String!) { confirmTotpEnrolment(code: $code) }', { code }, token);
const disable = (token: string, code: string): Promise<GraphQLAnswer> =>
  world.query('mutation($code: String!) { disableTotp(code: $code) }', { code }, token);

/** What the user's app shows so many seconds after NOW. */
const codeOf = (secret: string, seconds = 0): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: NOW.getTime() + seconds * 1_000 });
const wrong = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, '0');
const after = (seconds: number): void => {
  standAt(world, new Date(NOW.getTime() + seconds * 1_000));
};

interface Enrolled extends Account {
  readonly secret: string;
  readonly recoveryCodes: string[];
  readonly token: string;
}
/** Somebody with a second factor; it is NOW, and the code of NOW has served. */
async function enrolled(input?: object): Promise<Enrolled> {
  standAt(world, NOW);
  const who = await account(input);
  const { accessToken: token } = await signIn(who.email);
  const { secret } = (await begin(token)).data.beginTotpEnrolment as { secret: string };
  const { data, errors } = await confirm(token, codeOf(secret));
  if (errors) throw new Error(JSON.stringify(errors));
  return { ...who, secret, token, recoveryCodes: data.confirmTotpEnrolment as string[] };
}

describe('given an account without a second factor', () => {
  it('when its user sets one up, then it is asked for once a code has confirmed it', async () => {
    standAt(world, NOW);
    const { id, email } = await account();
    const { accessToken } = await signIn(email);
    const { secret, uri } = (await begin(accessToken)).data.beginTotpEnrolment as { secret: string; uri: string };
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    const read = new URL(uri);
    expect([read.protocol, read.host, read.searchParams.get('secret')]).toEqual(['otpauth:', 'totp', secret]);
    expect(decodeURIComponent(uri)).toContain(email);
    expect((await login(email)).errors).toBeUndefined();

    const wrongCode = await confirm(accessToken, wrong(codeOf(secret)));
    expect(wrongCode).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect((await login(email)).errors).toBeUndefined();

    const { data } = await confirm(accessToken, codeOf(secret));
    expect(new Set(data.confirmTotpEnrolment as string[]).size).toBe(10);
    expect(asked(await login(email))).toEqual(['UNAUTHENTICATED', 'REQUIRED']);
    expect(asked(await login(email, null))).toEqual(['UNAUTHENTICATED', 'REQUIRED']);
    expect(asked(await login(email, ' '))).toEqual(['UNAUTHENTICATED', 'REQUIRED']);
    after(30);
    expect((await login(email, codeOf(secret, 30))).data).toMatchObject({
      login: { user: { id, secondFactorEnabled: true } },
    });
  });

  it('when one is confirmed, then the other sign-ins of its user are over, and the one that did it goes on', async () => {
    standAt(world, NOW);
    const { email } = await account();
    const [here, there] = [await signIn(email), await signIn(email)];
    const { secret } = (await begin(here.accessToken)).data.beginTotpEnrolment as { secret: string };
    await confirm(here.accessToken, wrong(codeOf(secret)));
    expect(await me(there.accessToken)).toBeUndefined();
    expect((await confirm(here.accessToken, codeOf(secret))).errors).toBeUndefined();
    expect(await me(there.accessToken)).toBe('UNAUTHENTICATED');
    expect((await refresh(there.refreshToken)).code).toBe('UNAUTHENTICATED');
    expect(await me(here.accessToken)).toBeUndefined();
    expect((await refresh(here.refreshToken)).errors).toBeUndefined();
  });

  it('when somebody has the access token alone, then they cannot set one up', async () => {
    const { accessToken } = await signIn((await account()).email);
    expect((await begin(accessToken, 'wrong-horse-1')).code).toBe('BAD_USER_INPUT');
    expect((await confirm(accessToken, '123456')).code).toBe('BAD_USER_INPUT');
    // guesses of the password count as at the login
    for (let guess = 0; guess < 4; guess++) await begin(accessToken, 'wrong-horse-1');
    expect((await begin(accessToken)).code).toBe('RATE_LIMITED');
  });

  it('when what is not on is switched off between guesses of the password, then it is refused, and forgives none', async () => {
    const { email } = await account();
    const { accessToken } = await signIn(email);
    for (let guess = 0; guess < 4; guess++) await begin(accessToken, 'wrong-horse-1');
    expect((await disable(accessToken, '000000')).code).toBe('BAD_USER_INPUT');
    expect((await begin(accessToken, 'wrong-horse-1')).code).toBe('BAD_USER_INPUT');
    expect((await begin(accessToken)).code).toBe('RATE_LIMITED');
    // they were guesses of this sign-in, and lock no other way in
    expect((await login(email)).errors).toBeUndefined();
  });

  it('when a login brings a code all the same, then it is let in', async () => {
    expect((await login((await account()).email, '123456')).errors).toBeUndefined();
  });
});

describe('given an account with a second factor', () => {
  it('when the password is wrong, then the answer does not tell that there is one', async () => {
    const { email, secret } = await enrolled();
    after(30);
    const plain = await login((await account()).email, undefined, 'wrong-horse-1');
    for (const code of [undefined, codeOf(secret, 30), '000000']) {
      const answer = await login(email, code, 'wrong-horse-1');
      expect([answer.code, answer.errors![0]!.message, answer.errors![0]!.extensions.details]).toEqual([
        plain.code,
        plain.errors![0]!.message,
        undefined,
      ]);
    }
  });

  it('when a code has served, then neither it nor an older one serves again', async () => {
    const { email, secret } = await enrolled();
    expect(asked(await login(email, codeOf(secret)))).toEqual(['UNAUTHENTICATED', 'INVALID']);
    after(60);
    expect((await login(email, codeOf(secret, 60))).errors).toBeUndefined();
    expect(asked(await login(email, codeOf(secret, 60)))).toEqual(['UNAUTHENTICATED', 'INVALID']);
    expect(asked(await login(email, codeOf(secret, 30)))).toEqual(['UNAUTHENTICATED', 'INVALID']);
  });

  it('when four use one code at the same instant, then one is let in', async () => {
    const { email, secret } = await enrolled();
    after(30);
    const answers = await together(4, () => login(email, codeOf(secret, 30)));
    expect(answers.filter(({ errors }) => !errors)).toHaveLength(1);
  });

  it.each([
    [-30, true],
    [30, true],
    [-60, false],
    [60, false],
  ])('when the clock of the device is %s seconds off, then the code serves: %s', async (seconds, serves) => {
    const { email, secret } = await enrolled();
    after(300);
    expect((await login(email, codeOf(secret, 300 + seconds))).errors === undefined).toBe(serves);
  });

  it('when the code is typed with spaces, then it serves', async () => {
    const { email, secret } = await enrolled();
    after(30);
    expect((await login(email, codeOf(secret, 30).replace(/^.../, '$& '))).errors).toBeUndefined();
  });

  it('when codes are guessed, then they lock as passwords do, and a right password in between forgives nothing', async () => {
    const { id, email, secret } = await enrolled();
    after(30);
    const code = codeOf(secret, 30);
    for (let guess = 0; guess < 5; guess++) {
      expect(asked(await login(email))).toEqual(['UNAUTHENTICATED', 'REQUIRED']);
      expect(asked(await login(email, wrong(code)))).toEqual(['UNAUTHENTICATED', 'INVALID']);
    }
    expect((await login(email, code)).code).toBe('RATE_LIMITED');
    expect((await login(email)).code).toBe('RATE_LIMITED');
    const events = await trail.events(`resource_id = $1 AND action LIKE 'LOGIN_%'`, [id]);
    const refusal = (secondFactor: string): unknown => ['LOGIN_FAILURE', 'FAILURE', { secondFactor }];
    expect(events.slice(0, 11).map(({ action, outcome, details }): unknown => [action, outcome, details])).toEqual([
      ...Array<unknown>(5)
        .fill([refusal('REQUIRED'), refusal('INVALID')])
        .flat(),
      ['LOGIN_LOCKED', 'DENIED', { seconds: 60 }],
    ]);
  });

  it('when a right code comes without a password between guesses of it, then it forgives none', async () => {
    const { email, token, recoveryCodes } = await enrolled();
    for (let guess = 0; guess < 4; guess++) await login(email, undefined, 'wrong-horse-1');
    expect((await disable(token, recoveryCodes[0]!)).errors).toBeUndefined();
    await login(email, undefined, 'wrong-horse-1');
    expect((await login(email)).code).toBe('RATE_LIMITED');
  });

  it('when the device is lost, then each recovery code serves once, in whatever spelling', async () => {
    const { email, recoveryCodes } = await enrolled();
    const [first, second] = recoveryCodes as [string, string];
    expect((await login(email, first)).errors).toBeUndefined();
    expect(asked(await login(email, first))).toEqual(['UNAUTHENTICATED', 'INVALID']);
    expect((await login(email, ` ${second.toLowerCase().replaceAll('-', '')}`)).errors).toBeUndefined();
    expect(asked(await login(email, second))).toEqual(['UNAUTHENTICATED', 'INVALID']);
  });

  it('when it is switched off, then it takes a code; the login asks for none then, and another may be set up', async () => {
    const { email, secret, token, recoveryCodes } = await enrolled();
    expect((await begin(token)).code).toBe('BAD_USER_INPUT');
    expect((await disable(token, wrong(codeOf(secret)))).code).toBe('BAD_USER_INPUT');
    expect(asked(await login(email))).toEqual(['UNAUTHENTICATED', 'REQUIRED']);
    expect((await disable(token, recoveryCodes[0]!)).data).toEqual({ disableTotp: true });
    expect((await login(email)).data).toMatchObject({ login: { user: { secondFactorEnabled: false } } });
    expect(((await begin(token)).data.beginTotpEnrolment as { secret: string }).secret).not.toBe(secret);
  });

  it('when a refresh goes on, then no code is asked for', async () => {
    const { email, secret } = await enrolled();
    after(30);
    const { refreshToken } = await signIn(email, codeOf(secret, 30));
    expect((await refresh(refreshToken)).errors).toBeUndefined();
  });

  it('when an admin resets it, then the password alone signs in, and all sessions are over', async () => {
    const { id, email, token } = await enrolled();
    const reset = 'mutation($id: ID!) { resetSecondFactor(userId: $id) { id secondFactorEnabled } }';
    expect((await world.query(reset, { id }, (await world.practice()).admin)).code).toBe('NOT_FOUND');
    expect((await world.query(reset, { id }, practice.admin)).data).toEqual({
      resetSecondFactor: { id, secondFactorEnabled: false },
    });
    expect((await world.query('{ me { id } }', {}, token)).code).toBe('UNAUTHENTICATED');
    expect((await login(email)).errors).toBeUndefined();
    const [event, ...more] = await trail.events(`resource_id = $1 AND action = 'RESET_SECOND_FACTOR'`, [id]);
    expect([event?.actor_role, event?.organization_id, more]).toEqual(['ADMIN', practice.id, []]);
    // nothing is left to reset
    expect((await world.query(reset, { id }, practice.admin)).errors).toBeUndefined();
    expect(await trail.events(`resource_id = $1 AND action = 'RESET_SECOND_FACTOR'`, [id])).toHaveLength(1);
  });

  it('when an admin resets their own, then it is refused, and stays on', async () => {
    const { id, email, token } = await enrolled();
    const answer = await world.query('mutation($id: ID!) { resetSecondFactor(userId: $id) { id } }', { id }, token);
    expect(answer.code).toBe('BAD_USER_INPUT');
    expect(answer.errors![0]!.message).toContain('disableTotp');
    expect(await me(token)).toBeUndefined();
    expect(asked(await login(email))).toEqual(['UNAUTHENTICATED', 'REQUIRED']);
  });

  it('when users are listed, then their admin sees who has one', async () => {
    const { id } = await enrolled();
    const other = await account();
    const { data } = await world.query(
      '{ users(first: 200) { nodes { id secondFactorEnabled } } }',
      {},
      practice.admin,
    );
    const nodes = (data as { users: { nodes: { id: string; secondFactorEnabled: boolean }[] } }).users.nodes;
    expect(nodes.find((user) => user.id === id)?.secondFactorEnabled).toBe(true);
    expect(nodes.find((user) => user.id === other.id)?.secondFactorEnabled).toBe(false);
  });

  it('when a super admin sets one up, then it is asked for, and no admin resets it', async () => {
    standAt(world, NOW);
    const { data } = await world.query('{ me { id email } }', {}, world.superAdmin);
    const { id, email } = data.me as Account;
    const { secret } = (await begin(world.superAdmin)).data.beginTotpEnrolment as { secret: string };
    expect((await confirm(world.superAdmin, codeOf(secret))).errors).toBeUndefined();
    expect(asked(await login(email))).toEqual(['UNAUTHENTICATED', 'REQUIRED']);
    const reset = 'mutation($id: ID!) { resetSecondFactor(userId: $id) { id } }';
    expect((await world.query(reset, { id }, practice.admin)).code).toBe('NOT_FOUND');
    after(30);
    expect((await disable(world.superAdmin, codeOf(secret, 30))).data).toEqual({ disableTotp: true });
  });
});

describe('given an organization that wants a second factor of its staff', () => {
  const REQUIRE = `mutation($input: UpdateOrganizationSecurityInput!) {
    updateOrganizationSecurity(input: $input) { id staffSecondFactorRequired } }`;
  const require = (
    of: Practice,
    staffSecondFactorRequired: boolean,
    token = of.admin,
    more = {},
  ): Promise<GraphQLAnswer> => world.query(REQUIRE, { input: { staffSecondFactorRequired, ...more } }, token);

  it('when staff without one sign in, then they set one up there, and are signed in with it', async () => {
    standAt(world, NOW);
    const strict = await world.practice();
    const { id, email } = await account({ role: 'ADMIN' }, strict);
    expect((await require(strict, true)).data).toEqual({
      updateOrganizationSecurity: { id: strict.id, staffSecondFactorRequired: true },
    });
    expect(asked(await login(email))).toEqual(['UNAUTHENTICATED', 'ENROLMENT_REQUIRED']);
    expect(asked(await login(email, undefined, 'wrong-horse-1'))).toEqual(['UNAUTHENTICATED', undefined]);

    const atLogin = (name: string, input: object, selection: string): Promise<GraphQLAnswer> =>
      world.query(`mutation($input: LoginInput!) { ${name}(input: $input) { ${selection} } }`, { input });
    const wrongPassword = { email, password: 'wrong-horse-1' };
    expect((await atLogin('beginLoginEnrolment', wrongPassword, 'uri')).code).toBe('UNAUTHENTICATED');
    const begun = await atLogin('beginLoginEnrolment', { email, password: PASSWORD }, 'secret');
    const { secret } = begun.data.beginLoginEnrolment as { secret: string };
    const finish = (totpCode?: string): Promise<GraphQLAnswer> =>
      atLogin('confirmLoginEnrolment', { email, password: PASSWORD, totpCode }, `recoveryCodes ${SIGNED_IN}`);
    expect(asked(await finish())).toEqual(['UNAUTHENTICATED', 'REQUIRED']);
    expect(asked(await finish(wrong(codeOf(secret))))).toEqual(['UNAUTHENTICATED', 'INVALID']);
    const { data } = await finish(codeOf(secret));
    expect(data.confirmLoginEnrolment).toMatchObject({ user: { id, secondFactorEnabled: true } });
    const { accessToken, recoveryCodes } = data.confirmLoginEnrolment as {
      accessToken: string;
      recoveryCodes: string[];
    };
    expect(recoveryCodes).toHaveLength(10);
    expect((await world.query('{ me { id } }', {}, accessToken)).data).toEqual({ me: { id } });
    expect(asked(await login(email))).toEqual(['UNAUTHENTICATED', 'REQUIRED']);
    after(30);
    expect((await login(email, codeOf(secret, 30))).errors).toBeUndefined();
  });

  it('when staff who were signed in before refresh, then they have to sign in', async () => {
    const strict = await world.practice();
    const { email } = await account({ role: 'ADMIN' }, strict);
    const { refreshToken } = await signIn(email);
    await require(strict, true);
    expect((await refresh(refreshToken)).code).toBe('UNAUTHENTICATED');
    await require(strict, false);
    expect((await login(email)).errors).toBeUndefined();
  });

  it('when one of two sign-ins sets one up, or a login does, then none that used no code goes on', async () => {
    standAt(world, NOW);
    const strict = await world.practice();
    const { email } = await account({ role: 'ADMIN' }, strict);
    const before = await signIn(email);
    await require(strict, true);
    const input = { email, password: PASSWORD };
    const begun = await world.query('mutation($input: LoginInput!) { beginLoginEnrolment(input: $input) { secret } }', {
      input,
    });
    const { secret } = begun.data.beginLoginEnrolment as { secret: string };
    const { data } = await world.query(
      'mutation($input: LoginInput!) { confirmLoginEnrolment(input: $input) { accessToken refreshToken } }',
      { input: { ...input, totpCode: codeOf(secret) } },
    );
    const enrolledThere = data.confirmLoginEnrolment as { accessToken: string; refreshToken: string };
    expect(await me(before.accessToken)).toBe('UNAUTHENTICATED');
    expect((await refresh(before.refreshToken)).code).toBe('UNAUTHENTICATED');
    expect(await me(enrolledThere.accessToken)).toBeUndefined();
    expect((await refresh(enrolledThere.refreshToken)).errors).toBeUndefined();
  });

  it('when a sign-in refreshes, then it goes on only if that sign-in used one, and not its user elsewhere', async () => {
    standAt(world, NOW);
    const strict = await world.practice();
    const { id, email } = await account({ role: 'ADMIN' }, strict);
    const here = await signIn(email);
    const { secret } = (await begin(here.accessToken)).data.beginTotpEnrolment as { secret: string };
    await confirm(here.accessToken, codeOf(secret));
    after(30);
    const there = await signIn(email, codeOf(secret, 30));
    await require(strict, true);
    const used = await trail.rows('SELECT second_factor FROM sign_ins WHERE user_id = $1 ORDER BY id', [id]);
    expect(used).toEqual([{ second_factor: true }, { second_factor: true }]);
    // as a sign-in from before the upgrade, which nothing is known of
    await trail.rows(`SELECT set_config('app.organization_id', $1, false)`, [strict.id]);
    const oldest = 'id = (SELECT id FROM sign_ins WHERE user_id = $1 ORDER BY id LIMIT 1)';
    await trail.rows(`UPDATE sign_ins SET second_factor = false WHERE ${oldest}`, [id]);
    expect((await refresh(here.refreshToken)).code).toBe('UNAUTHENTICATED');
    expect((await refresh(there.refreshToken)).errors).toBeUndefined();
  });

  it('when a patient signs in, then none is asked for', async () => {
    const strict = await world.practice();
    const { id: patientId } = await world.patient(strict);
    const { email } = await account({ role: 'PATIENT', patientId }, strict);
    await require(strict, true);
    expect((await login(email)).errors).toBeUndefined();
  });

  it('when the setting changes, then it is in the trail; again, it is not; and nobody changes that of others', async () => {
    const strict = await world.practice();
    for (const wanted of [true, true, false]) await require(strict, wanted);
    const events = await trail.events(`organization_id = $1 AND action = 'UPDATE_ORGANIZATION'`, [strict.id]);
    expect(events.map(({ details }) => details as unknown)).toEqual([
      { fields: ['staffSecondFactorRequired'], staffSecondFactorRequired: true },
      { fields: ['staffSecondFactorRequired'], staffSecondFactorRequired: false },
    ]);
    expect((await require(strict, true, practice.admin, { organizationId: strict.id })).code).toBe('NOT_FOUND');
    expect((await require(strict, true, world.superAdmin)).code).toBe('BAD_USER_INPUT');
    expect((await require(strict, true, world.superAdmin, { organizationId: strict.id })).errors).toBeUndefined();
    expect((await require(strict, true, (await world.practitioner(practice)).token)).code).toBe('FORBIDDEN');
  });
});

describe('given the tables and the trail', () => {
  const failures = async (id: string): Promise<unknown[]> =>
    (await trail.events(`resource_id = $1 AND action = 'LOGIN_FAILURE'`, [id])).map(
      ({ outcome, details, actor_id: actor }): unknown => [outcome, details, actor],
    );
  const atLogin = (name: string, email: string, totpCode?: string): Promise<GraphQLAnswer> =>
    world.query(`mutation($input: LoginInput!) { ${name}(input: $input) { __typename } }`, {
      input: { email, password: PASSWORD, totpCode },
    });
  const required = ['FAILURE', { secondFactor: 'REQUIRED' }, null];
  const enrolmentRequired = ['FAILURE', { secondFactor: 'ENROLMENT_REQUIRED' }, null];

  it('when somebody has the password alone, then each refusal is an event, and none counts as a guess', async () => {
    const { id, email, secret } = await enrolled();
    for (let time = 0; time < 2; time++) await login(email);
    for (let time = 0; time < 2; time++)
      expect((await atLogin('beginLoginEnrolment', email)).code).toBe('BAD_USER_INPUT');
    expect((await atLogin('confirmLoginEnrolment', email)).code).toBe('UNAUTHENTICATED');
    expect((await atLogin('confirmLoginEnrolment', email, '123456')).code).toBe('BAD_USER_INPUT');
    expect(await failures(id)).toEqual(Array<unknown>(6).fill(required));
    after(30);
    expect((await login(email, codeOf(secret, 30))).errors).toBeUndefined();
  });

  it('when the organization wants one and there is none, then each refusal of the login is an event', async () => {
    const strict = await world.practice();
    const { id, email } = await account({ role: 'ADMIN' }, strict);
    await world.make('updateOrganizationSecurity', { staffSecondFactorRequired: true }, strict.admin);
    await login(email);
    expect((await atLogin('confirmLoginEnrolment', email, '123456')).code).toBe('BAD_USER_INPUT');
    expect(await failures(id)).toEqual([enrolmentRequired, enrolmentRequired]);
  });

  it('when they are read, then no secret, code or recovery code is in them', async () => {
    const { id, email, secret, recoveryCodes } = await enrolled();
    after(30);
    const code = codeOf(secret, 30);
    await signIn(email, code);
    const rows = await trail.rows<{ text: string }>('SELECT f::text AS text FROM second_factors f WHERE id = $1', [id]);
    const events = await trail.events('resource_id = $1', [id]);
    expect(events.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['BEGIN_SECOND_FACTOR', 'ENABLE_SECOND_FACTOR', 'LOGIN']),
    );
    expect(events.at(-1)).toMatchObject({ action: 'LOGIN', details: { secondFactor: 'TOTP' } });
    const kept = `${rows[0]!.text} ${JSON.stringify(events.map(({ details }) => details as unknown))}`;
    const bytes = Buffer.from(Secret.fromBase32(secret).bytes).toString('hex');
    for (const clear of [secret, bytes, code, ...recoveryCodes, recoveryCodes[0]!.replaceAll('-', '')])
      expect(kept).not.toContain(clear);
  });
});

describe('given a sealed secret', () => {
  const sealing = (settings: object = {}): Sealing => {
    const environment = Environment.read({ JWT_SECRET: 'k'.repeat(32), ...settings });
    return new Sealing(environment, new JwtSecret(environment));
  };
  const secret = randomBytes(20);

  it('when it is opened with the same key for the same owner, then it is the same; sealed twice it looks different', () => {
    expect(sealing().open(sealing().seal(secret, 'ann'), 'ann')).toEqual(secret);
    expect(sealing().seal(secret, 'ann')).not.toEqual(sealing().seal(secret, 'ann'));
  });

  it('when the owner, the key or a bit is another, then it does not open', () => {
    const sealed = sealing().seal(secret, 'ann');
    expect(() => sealing().open(sealed, 'bob')).toThrow('does not open');
    expect(() => sealing({ SECOND_FACTOR_SECRET: 's'.repeat(32) }).open(sealed, 'ann')).toThrow('does not open');
    for (const at of [0, 12, 28, sealed.length - 1]) {
      const broken = Buffer.from(sealed);
      broken[at]! ^= 1;
      expect(() => sealing().open(broken, 'ann')).toThrow('does not open');
    }
  });

  it('when SECOND_FACTOR_SECRET is set, then JWT_SECRET may change without it', () => {
    const own = { SECOND_FACTOR_SECRET: 's'.repeat(32) };
    expect(sealing({ ...own, JWT_SECRET: 'x'.repeat(32) }).open(sealing(own).seal(secret, 'ann'), 'ann')).toEqual(
      secret,
    );
  });
});
