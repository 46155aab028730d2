import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { Secret, TOTP } from 'otpauth';
import { ErrorCode } from '../../src/foundation/errors/error-code.ts';
import { refusalsIn } from '../../src/platform/graphql/edge/refuses.decorator.ts';
import { standAt, Trail } from '../support/readings.ts';
import { read } from '../support/sql.ts';
import { statementsOf } from '../support/statements.ts';
import type { GraphQLAnswer } from '../support/test-app.ts';
import { login, PASSWORD, World, type Practice } from '../support/world.ts';

const WRONG = 'wrong-horse-1';

let world: World;
let practice: Practice;
let trail: Trail;
beforeAll(async () => {
  world = await World.create({ POINTS_PER_MINUTE: '0' }); // to count is to send statements
  practice = await world.practice();
  trail = await Trail.open(world);
});
afterAll(async () => {
  await trail.close();
  await world.close();
});
afterEach(() => void jest.restoreAllMocks());

interface Admin {
  readonly id: string;
  readonly email: string;
  readonly token: string;
}
async function admin(): Promise<Admin> {
  const account = await world.account(practice.admin);
  return { ...account, token: await login(world.test, account.email) };
}
/** So long ago, by the database's clock, all that this user showed was shown. */
async function shownAgo({ id }: Admin, interval: string): Promise<void> {
  const text = 'UPDATE sign_ins SET confirmed_at = clock_timestamp() - $2::interval WHERE user_id = $1';
  await read(world.test.database.adminUrl, text, [id, interval]);
}
const confirm = ({ token }: Pick<Admin, 'token'>, input: object): Promise<GraphQLAnswer> =>
  world.query('mutation($i: ConfirmIdentityInput!) { confirmIdentity(input: $i) }', { i: input }, token);
const makeAdmin = ({ token }: Pick<Admin, 'token'>): Promise<GraphQLAnswer> =>
  world.mutate(
    'createUser',
    { email: `new-${Math.random()}@practice.example`, password: PASSWORD, role: 'ADMIN' },
    token,
  );

describe('given an admin who signed in a while ago', () => {
  it('when they change accounts within 10 minutes, then the login was proof; later they are asked who they are', async () => {
    const somebody = await admin();
    await shownAgo(somebody, '9 minutes 50 seconds');
    expect((await makeAdmin(somebody)).errors).toBeUndefined();
    await shownAgo(somebody, '10 minutes');
    const { code, data, errors } = await makeAdmin(somebody);
    expect([code, data, errors![0]!.extensions.details]).toEqual([
      'IDENTITY_UNCONFIRMED',
      null,
      { confirmedWithinSeconds: 600 },
    ]);
    expect(errors![0]!.message).toContain('confirmIdentity');
  });

  it('when they confirm with the password, then it is let through, for 10 minutes, and in this sign-in alone', async () => {
    const somebody = await admin();
    const elsewhere = { ...somebody, token: await login(world.test, somebody.email) };
    await shownAgo(somebody, '1 hour');
    const { data } = await confirm(somebody, { password: PASSWORD });
    const minutes = (new Date((data as { confirmIdentity: string }).confirmIdentity).getTime() - Date.now()) / 60_000;
    expect(Math.round(minutes)).toBe(10);
    expect((await makeAdmin(somebody)).errors).toBeUndefined();
    expect((await makeAdmin(elsewhere)).code).toBe('IDENTITY_UNCONFIRMED');
  });

  it('when a refresh goes on, then it proves nothing', async () => {
    const { id, email } = await world.account(practice.admin);
    const signIn = await world.query('mutation($i: LoginInput!) { login(input: $i) { refreshToken } }', {
      i: { email, password: PASSWORD },
    });
    const { refreshToken: t } = (signIn.data as { login: { refreshToken: string } }).login;
    await shownAgo({ id, email, token: '' }, '1 hour');
    const next = await world.query('mutation($t: String!) { refreshToken(refreshToken: $t) { accessToken } }', { t });
    const { accessToken } = (next.data as { refreshToken: { accessToken: string } }).refreshToken;
    expect((await makeAdmin({ token: accessToken })).code).toBe('IDENTITY_UNCONFIRMED');
  });

  it('when they do what changes no account, then nothing is asked, of them or of the database', async () => {
    const somebody = await admin();
    await shownAgo(somebody, '1 hour');
    await world.query('{ me { id } }', {}, somebody.token);
    const statements = await statementsOf(() =>
      world.query('mutation { logout(refreshToken: "x") } ', {}, somebody.token),
    );
    const reads = await statementsOf(() => world.query('{ patients { totalCount } }', {}, somebody.token));
    expect([...statements, ...reads].filter((text) => /confirmed_at > /.test(text))).toEqual([]);
    const person = { firstName: 'A', lastName: 'B', licenseNumber: 'L', specialization: 'S' };
    expect((await world.mutate('createPractitioner', person, somebody.token)).errors).toBeUndefined();
  });

  it('when the application’s clock is wrong, then the database’s counts', async () => {
    const somebody = await admin();
    standAt(world, new Date(Date.now() + 5 * 60_000));
    expect((await makeAdmin(somebody)).errors).toBeUndefined();
    await shownAgo(somebody, '11 minutes');
    standAt(world, new Date(Date.now() - 60_000));
    expect((await makeAdmin(somebody)).code).toBe('IDENTITY_UNCONFIRMED');
  });

  it('when REST confirms, then it is the same', async () => {
    const somebody = await admin();
    await shownAgo(somebody, '1 hour');
    const { token } = somebody;
    const wrong = await world.test.rest({ method: 'POST', url: '/auth/confirm', token, body: { password: WRONG } });
    expect([wrong.status, wrong.body]).toMatchObject([
      400,
      { details: { fields: { password: [expect.any(String)] } } },
    ]);
    const right = await world.test.rest({ method: 'POST', url: '/auth/confirm', token, body: { password: PASSWORD } });
    expect([right.status, right.body]).toEqual([200, { confirmedUntil: expect.any(String) }]);
    expect((await makeAdmin(somebody)).errors).toBeUndefined();
  });
});

describe('given somebody who has an access token alone', () => {
  it('when they guess the password, then five guesses lock the sign-in, each in the trail; the owner signs in elsewhere', async () => {
    const owner = await admin();
    await shownAgo(owner, '1 hour');
    for (let guess = 0; guess < 5; guess++) {
      const { code, errors } = await confirm(owner, { password: WRONG });
      expect([code, errors![0]!.extensions.details]).toEqual([
        'BAD_USER_INPUT',
        { fields: { password: ['is not your password'] } },
      ]);
    }
    expect((await confirm(owner, { password: PASSWORD })).code).toBe('RATE_LIMITED');
    expect((await makeAdmin(owner)).code).toBe('IDENTITY_UNCONFIRMED');
    const again = { ...owner, token: await login(world.test, owner.email) };
    expect((await confirm(again, { password: PASSWORD })).errors).toBeUndefined();
    const events = await trail.events(`resource_id = $1 AND action LIKE 'LOGIN_%'`, [owner.id]);
    expect(events.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      ...Array<string>(5).fill('LOGIN_FAILURE FAILURE'),
      'LOGIN_LOCKED DENIED',
      'LOGIN_FAILURE DENIED',
    ]);
  });

  it('when they are refused, then the trail has who tried what; a confirmation is an event, too', async () => {
    const owner = await admin();
    await shownAgo(owner, '1 hour');
    const { userId } = await world.user(practice.admin, { role: 'ADMIN' });
    const denied = await trail.mutation('updateUser', { id: userId, password: 'taken-over-9' }, owner.token);
    expect(denied.events).toMatchObject([
      {
        ...{ action: 'ACCESS_DENIED', outcome: 'DENIED', actor_id: owner.id },
        ...{ resource: 'user', resource_id: userId, details: { code: 'IDENTITY_UNCONFIRMED' } },
      },
    ]);
    const text = 'mutation($i: ConfirmIdentityInput!) { confirmIdentity(input: $i) }';
    const confirmed = await trail.of(text, { i: { password: PASSWORD } }, owner.token);
    expect(confirmed.events).toMatchObject([{ action: 'CONFIRM_IDENTITY', outcome: 'SUCCESS', resource_id: owner.id }]);
  });

  it('when they send nothing, or something empty, then it is said what is needed, and no guess is counted', async () => {
    const owner = await admin();
    for (const input of [{}, { password: null }, { totpCode: ' ' }])
      for (let time = 0; time < 3; time++) expect((await confirm(owner, input)).code).toBe('BAD_USER_INPUT');
    expect((await confirm(owner, { password: PASSWORD })).errors).toBeUndefined();
  });
});

describe('given an admin with a second factor', () => {
  it('when they confirm with a code, then it serves once; with a wrong one, or without a second factor, none does', async () => {
    const owner = await admin();
    const text = 'mutation($p: String!) { beginTotpEnrolment(password: $p) { secret } }';
    const begun = await world.query(text, { p: PASSWORD }, owner.token);
    const { secret } = (begun.data as { beginTotpEnrolment: { secret: string } }).beginTotpEnrolment;
    const totp = new TOTP({ secret: Secret.fromBase32(secret) });
    const codeIn = (seconds: number): string => totp.generate({ timestamp: Date.now() + seconds * 1_000 });
    expect((await confirm(owner, { totpCode: codeIn(0) })).code).toBe('BAD_USER_INPUT'); // it is not on yet
    await world.query('mutation($c: String!) { confirmTotpEnrolment(code: $c) }', { c: codeIn(0) }, owner.token);
    await shownAgo(owner, '1 hour');
    expect((await confirm(owner, { totpCode: codeIn(0) })).code).toBe('BAD_USER_INPUT'); // it has served
    const next = codeIn(30);
    expect((await confirm(owner, { password: WRONG, totpCode: next })).code).toBe('BAD_USER_INPUT');
    expect((await confirm(owner, { totpCode: next })).errors).toBeUndefined();
    expect((await makeAdmin(owner)).errors).toBeUndefined();
    expect((await confirm(owner, { password: PASSWORD, totpCode: next })).code).toBe('BAD_USER_INPUT');
  });
});

it('given the mutations that change accounts, rights or security, then these ask for it, each in its list of refusals', () => {
  const { schema } = world.test.app.get(GraphQLSchemaHost);
  const asking = Object.values(schema.getMutationType()!.getFields()).filter((field) =>
    refusalsIn(field).includes(ErrorCode.IDENTITY_UNCONFIRMED),
  );
  expect(asking.map(({ name }) => name).sort()).toEqual([
    'createOrganization',
    'createUser',
    'grantEmergencyAccess',
    'resetSecondFactor',
    'updateOrganizationSecurity',
    'updateUser',
  ]);
});
