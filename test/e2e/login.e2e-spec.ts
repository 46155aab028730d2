import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { post, Trail } from '../support/readings.ts';
import type { GraphQLAnswer } from '../support/test-app.ts';
import { login as tokenOf, PASSWORD, World, type Practice } from '../support/world.ts';

const USER = 'id email role isSuperAdmin active organization { id timeZone } practitioner { id } patient { id }';
const LOGIN = `mutation($input: LoginInput!) { login(input: $input) {
  accessToken refreshToken expiresIn user { ${USER} } } }`;
const REFRESH = `mutation($token: String!) { refreshToken(refreshToken: $token) {
  accessToken refreshToken expiresIn user { id role organization { id } patient { id authorizations { totalCount } } } } }`;

interface Tokens {
  accessToken: string;
  refreshToken: string;
}

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

/** A new admin of the practice, or whoever else. */
const account = (input?: object): Promise<{ id: string; email: string }> => world.account(practice.admin, input);

const login = (email: string, password = PASSWORD, authorization?: string): Promise<GraphQLAnswer> =>
  post(world, LOGIN, { input: { email, password } }, { authorization });
const refresh = (token: string, authorization?: string): Promise<GraphQLAnswer> =>
  post(world, REFRESH, { token }, { authorization });
const logout = (token: string, authorization?: string): Promise<GraphQLAnswer> =>
  post(world, 'mutation($token: String!) { logout(refreshToken: $token) }', { token }, { authorization });
const me = (token?: string): Promise<GraphQLAnswer> => world.query('{ me { id role active } }', {}, token);
async function signIn(email: string): Promise<Tokens> {
  const { data, errors } = await login(email);
  if (errors) throw new Error(JSON.stringify(errors));
  return data.login as Tokens;
}
/** What somebody who tries to find out something sees of a refusal. */
const shown = ({ status, data, errors }: GraphQLAnswer): unknown => [
  status,
  data,
  errors?.map(({ message, path, extensions: { code, details } }) => ({ message, path, code, details })),
];

describe('given an account', () => {
  it('when it signs in, then it gets tokens, and who it is', async () => {
    const { id, email } = await account();
    const { data, errors } = await login(email);
    expect(errors).toBeUndefined();
    expect(data.login).toEqual({
      accessToken: expect.any(String),
      refreshToken: expect.any(String),
      expiresIn: expect.any(Number),
      user: {
        id,
        email,
        role: 'ADMIN',
        isSuperAdmin: false,
        active: true,
        organization: { id: practice.id, timeZone: practice.timeZone },
        practitioner: null,
        patient: null,
      },
    });
    const claims = JSON.parse(
      Buffer.from((data.login as Tokens).accessToken.split('.')[1]!, 'base64url').toString(),
    ) as { iat: number; exp: number };
    expect(data.login.expiresIn).toBe(claims.exp - claims.iat);
    expect((await me((data.login as Tokens).accessToken)).data).toEqual({ me: { id, role: 'ADMIN', active: true } });
  });

  it('when the email is typed with capitals and spaces, then it signs in all the same', async () => {
    const { email } = await account();
    expect((await login(` ${email.toUpperCase()} `)).errors).toBeUndefined();
  });

  it('when the password is wrong, the email unknown or the user inactive, then the answer is the same', async () => {
    const { email } = await account();
    const gone = await account();
    await world.make('updateUser', { id: gone.id, active: false }, practice.admin);
    const wrong = await login(email, `${PASSWORD}!`);
    expect([wrong.code, wrong.data]).toEqual(['UNAUTHENTICATED', null]);
    for (const answer of [
      await login(`nobody-${randomUUID()}@practice.example`),
      await login(gone.email),
      await login(gone.email, 'wrong-password'),
      await login(email, ''),
      await login('', PASSWORD),
      await login('no email at all', 'x'),
    ])
      expect(shown(answer)).toEqual(shown(wrong));
  });

  it('when a stale, broken or foreign Authorization header comes with it, then it passes, as who just signed in', async () => {
    const patient = await world.patient(practice);
    await world.authorization(practice, patient.id);
    const { email, id } = await account({ role: 'PATIENT', patientId: patient.id });
    for (const header of ['Bearer garbage', 'Basic eDp5', `Bearer ${practice.admin}`, `Bearer ${world.superAdmin}`]) {
      const first = await login(email, PASSWORD, header);
      expect(first.data).toMatchObject({
        login: { user: { id, role: 'PATIENT', patient: { id: patient.id }, organization: { id: practice.id } } },
      });
      const second = await refresh((first.data.login as Tokens).refreshToken, header);
      expect(second.data).toMatchObject({
        refreshToken: { user: { id, patient: { id: patient.id, authorizations: { totalCount: 1 } } } },
      });
      expect((await logout((second.data.refreshToken as Tokens).refreshToken, header)).data).toEqual({ logout: true });
    }
  });

  it('when a practitioner signs in, then relations are read with their rights', async () => {
    const { id: practitionerId } = await world.practitioner(practice);
    const { email } = await account({ role: 'PRACTITIONER', practitionerId });
    expect((await login(email)).data).toMatchObject({
      login: { user: { role: 'PRACTITIONER', practitioner: { id: practitionerId }, patient: null } },
    });
  });

  it('when a token is missing or broken, then UNAUTHENTICATED', async () => {
    const { accessToken } = await signIn((await account()).email);
    const [header, claims, signature] = accessToken.split('.') as [string, string, string];
    const unsigned = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
    const another = Buffer.from(
      JSON.stringify({ ...JSON.parse(Buffer.from(claims, 'base64url').toString()), sub: randomUUID() }),
    ).toString('base64url');
    for (const token of [
      undefined,
      'x',
      `${header}.${claims}.`,
      `${unsigned}.${claims}.`,
      `${header}.${another}.${signature}`,
    ])
      expect((await me(token)).code).toBe('UNAUTHENTICATED');
  });
});

describe('given a refresh token', () => {
  it('when it is used, then it serves once: the new one goes on, the spent one does not', async () => {
    const { email, id } = await account();
    const first = await signIn(email);
    const second = await refresh(first.refreshToken);
    expect(second.data).toMatchObject({ refreshToken: { user: { id, organization: { id: practice.id } } } });
    const { accessToken, refreshToken } = second.data.refreshToken as Tokens;
    expect(refreshToken).not.toBe(first.refreshToken);
    expect((await me(accessToken)).data).toMatchObject({ me: { id } });
    const third = await refresh(refreshToken);
    expect(third.errors).toBeUndefined();
    expect((await refresh(first.refreshToken)).code).toBe('UNAUTHENTICATED');
  });

  it('when it is used ten times at once, then once', async () => {
    const { refreshToken } = await signIn((await account()).email);
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(refreshToken)));
    expect(answers.filter(({ errors }) => !errors)).toHaveLength(1);
    expect(answers.filter(({ code }) => code === 'UNAUTHENTICATED')).toHaveLength(9);
  });

  it('when it is logged out, then it is over; again or with an unknown one, it is true all the same', async () => {
    const { refreshToken } = await signIn((await account()).email);
    expect((await logout(refreshToken)).data).toEqual({ logout: true });
    expect((await refresh(refreshToken)).code).toBe('UNAUTHENTICATED');
    expect((await logout(refreshToken)).data).toEqual({ logout: true });
    expect((await logout('unknown')).data).toEqual({ logout: true });
    expect((await refresh('unknown')).code).toBe('UNAUTHENTICATED');
  });

  it('when the password changes, then it is over, and only the new password signs in', async () => {
    const { id, email } = await account();
    const { refreshToken } = await signIn(email);
    await world.make('updateUser', { id, password: 'another-horse-8' }, practice.admin);
    expect((await refresh(refreshToken)).code).toBe('UNAUTHENTICATED');
    expect((await login(email)).code).toBe('UNAUTHENTICATED');
    expect((await login(email, 'another-horse-8')).errors).toBeUndefined();
  });
});

describe('given somebody who is signed in', () => {
  it('when they are deactivated, then their tokens are refused; reactivated, they sign in again', async () => {
    const { id, email } = await account();
    const { accessToken, refreshToken } = await signIn(email);
    expect((await me(accessToken)).errors).toBeUndefined();
    expect((await world.mutate('updateUser', { id, active: false }, practice.admin, 'active')).data).toEqual({
      updateUser: { active: false },
    });
    expect((await me(accessToken)).code).toBe('UNAUTHENTICATED');
    expect((await refresh(refreshToken)).code).toBe('UNAUTHENTICATED');
    await world.make('updateUser', { id, active: true }, practice.admin);
    expect((await refresh(refreshToken)).code).toBe('UNAUTHENTICATED');
    expect((await login(email)).errors).toBeUndefined();
  });

  it('when their role changes, then the token that is out has the new rights', async () => {
    const { id: practitionerId } = await world.practitioner(practice);
    const { id, email } = await account({ role: 'PRACTITIONER', practitionerId });
    const { accessToken } = await signIn(email);
    const users = (): Promise<GraphQLAnswer> => world.query('{ users { totalCount } }', {}, accessToken);
    const patient = { firstName: 'A', lastName: 'B', dateOfBirth: '2015-01-01', medicalRecordNumber: randomUUID() };
    expect((await users()).data).toEqual({ users: { totalCount: 1 } });
    expect((await world.mutate('createPatient', patient, accessToken)).code).toBe('FORBIDDEN');
    await world.make('updateUser', { id, role: 'ADMIN' }, practice.admin);
    expect((await me(accessToken)).data).toMatchObject({ me: { role: 'ADMIN' } });
    expect((await world.mutate('createPatient', patient, accessToken)).errors).toBeUndefined();
    await world.make('updateUser', { id, role: 'PRACTITIONER' }, practice.admin);
    expect((await users()).data).toEqual({ users: { totalCount: 1 } });
  });
});

describe('given the rules of accounts', () => {
  const create = (input: object, token = practice.admin): Promise<GraphQLAnswer> =>
    world.mutate(
      'createUser',
      { email: `new-${randomUUID()}@practice.example`, password: PASSWORD, ...input },
      token,
      `id role organization { id }`,
    );

  it('when the role and its link do not fit, then BAD_USER_INPUT names the link', async () => {
    const patientId = (await world.patient(practice)).id;
    const practitionerId = (await world.practitioner(practice)).id;
    for (const [input, ...fields] of [
      [{ role: 'PRACTITIONER' }, 'practitionerId'],
      [{ role: 'PATIENT' }, 'patientId'],
      [{ role: 'ADMIN', patientId }, 'patientId'],
      [{ role: 'ADMIN', practitionerId }, 'practitionerId'],
      [{ role: 'PATIENT', practitionerId, patientId }, 'practitionerId'],
      [{ role: 'PRACTITIONER', patientId }, 'practitionerId', 'patientId'],
    ] as const) {
      const { code, errors } = await create(input);
      expect(code).toBe('BAD_USER_INPUT');
      expect(Object.keys(errors![0]!.extensions.details!.fields as object)).toEqual(fields);
    }
  });

  it("when the link is nobody's or another organization's, then NOT_FOUND", async () => {
    const other = await world.practice();
    const theirs = await world.patient(other);
    expect((await create({ role: 'PATIENT', patientId: theirs.id })).code).toBe('NOT_FOUND');
    expect((await create({ role: 'PATIENT', patientId: randomUUID() })).code).toBe('NOT_FOUND');
    expect((await create({ role: 'PRACTITIONER', practitionerId: randomUUID() })).code).toBe('NOT_FOUND');
    expect((await create({ role: 'ADMIN', organizationId: other.id })).code).toBe('NOT_FOUND');
  });

  it('when a super admin creates one, then they say in which organization', async () => {
    expect((await create({ role: 'ADMIN' }, world.superAdmin)).code).toBe('BAD_USER_INPUT');
    expect((await create({ role: 'ADMIN', organizationId: randomUUID() }, world.superAdmin)).code).toBe('NOT_FOUND');
    expect((await create({ role: 'ADMIN', organizationId: practice.id }, world.superAdmin)).data).toMatchObject({
      createUser: { role: 'ADMIN', organization: { id: practice.id } },
    });
  });

  it.each([
    ['a password of 7 characters', { role: 'ADMIN', password: 'short-7' }],
    ['an email that is none', { role: 'ADMIN', email: 'nobody' }],
  ])('when it has %s, then BAD_USER_INPUT', async (_, input) => {
    expect((await create(input)).code).toBe('BAD_USER_INPUT');
  });

  it('when somebody else than an admin creates or changes one, then FORBIDDEN', async () => {
    const { id } = await account();
    for (const { token, userId } of [await world.practitioner(practice), await world.patient(practice)]) {
      expect((await create({ role: 'ADMIN' }, token)).code).toBe('FORBIDDEN');
      expect((await world.mutate('updateUser', { id, active: false }, token)).code).toBe('FORBIDDEN');
      // themselves neither
      expect((await world.mutate('updateUser', { id: userId, role: 'ADMIN' }, token)).code).toBe('FORBIDDEN');
    }
  });

  it('when the email is taken, in whatever spelling and organization, then BAD_USER_INPUT and no second account', async () => {
    const { email } = await account();
    const other = await world.practice();
    for (const token of [practice.admin, other.admin])
      for (const spelling of [email, email.toUpperCase(), ` ${email}`]) {
        const { code, errors } = await create({ role: 'ADMIN', email: spelling }, token);
        expect(code).toBe('BAD_USER_INPUT');
        expect(errors![0]!.extensions.details).toMatchObject({ fields: { email: [expect.any(String)] } });
      }
    const founding = { name: 'Second', timeZone: 'UTC', adminEmail: email, adminPassword: PASSWORD };
    const { code, errors } = await world.mutate('createOrganization', founding, world.superAdmin);
    expect(code).toBe('BAD_USER_INPUT');
    expect(errors![0]!.extensions.details).toMatchObject({ fields: { adminEmail: [expect.any(String)] } });
    expect(await trail.rows('SELECT id FROM users WHERE lower(email) = $1', [email])).toHaveLength(1);
    expect(await trail.rows(`SELECT id FROM organizations WHERE name = 'Second'`)).toHaveLength(0);
  });

  it('when a user is to have a role that nobody linked, then BAD_USER_INPUT', async () => {
    const { id } = await account();
    for (const role of ['PRACTITIONER', 'PATIENT'])
      expect((await world.mutate('updateUser', { id, role }, practice.admin)).code).toBe('BAD_USER_INPUT');
  });

  it('when an admin changes a super admin, then FORBIDDEN in the same organization, NOT_FOUND from another', async () => {
    const platform = (await world.query('{ me { id organization { id } } }', {}, world.superAdmin)).data.me as {
      id: string;
      organization: { id: string };
    };
    const email = `ops-${randomUUID()}@platform.example`;
    await world.make(
      'createUser',
      { email, password: PASSWORD, role: 'ADMIN', organizationId: platform.organization.id },
      world.superAdmin,
    );
    const admin = await tokenOf(world.test, email);
    for (const change of [{ active: false }, { password: 'taken-over-9' }, { role: 'ADMIN' }]) {
      const input = { id: platform.id, ...change };
      expect((await world.mutate('updateUser', input, admin)).code).toBe('FORBIDDEN');
      expect((await world.mutate('updateUser', input, practice.admin)).code).toBe('NOT_FOUND');
    }
    expect((await me(world.superAdmin)).data).toMatchObject({ me: { id: platform.id, active: true } });
  });

  it('when a super admin is to lose role ADMIN, then BAD_USER_INPUT', async () => {
    const { id } = (await me(world.superAdmin)).data.me as { id: string };
    const input = { id, role: 'PATIENT' };
    expect((await world.mutate('updateUser', input, world.superAdmin)).code).toBe('BAD_USER_INPUT');
  });
});

describe('given the audit trail of signing in', () => {
  it('when somebody signs in, refreshes, fails and leaves, then each is an event, and none holds a secret', async () => {
    const { id, email } = await account();
    const input = { email, password: PASSWORD };
    const signedIn = await trail.of(LOGIN, { input });
    const tokens = signedIn.answer.data.login as Tokens;
    const refreshed = await trail.of(REFRESH, { token: tokens.refreshToken });
    const next = refreshed.answer.data.refreshToken as Tokens;
    const reused = await trail.of(REFRESH, { token: tokens.refreshToken });
    const failed = await trail.of(LOGIN, { input: { email, password: 'wrong-horse-1' } });
    const unknown = await trail.of(LOGIN, { input: { email: 'nobody@nowhere.example', password: 'wrong-horse-2' } });
    const left = await trail.of('mutation($token: String!) { logout(refreshToken: $token) }', {
      token: next.refreshToken,
    });
    await world.make('updateUser', { id, password: 'another-horse-8' }, practice.admin);

    const own = { resource: 'user', resource_id: id, organization_id: practice.id };
    const by = { ...own, actor_id: id, actor_role: 'ADMIN' };
    expect(signedIn.events).toMatchObject([{ ...by, action: 'LOGIN', outcome: 'SUCCESS' }]);
    expect(refreshed.events).toMatchObject([{ ...by, action: 'REFRESH_TOKEN', outcome: 'SUCCESS' }]);
    expect(reused.events[0]).toMatchObject({ ...own, action: 'REFRESH_TOKEN', outcome: 'FAILURE' });
    expect(failed.events).toMatchObject([{ ...own, action: 'LOGIN_FAILURE', outcome: 'FAILURE', actor_id: null }]);
    expect(unknown.events).toMatchObject([
      { action: 'LOGIN_FAILURE', outcome: 'FAILURE', actor_id: null, organization_id: null, resource_id: null },
    ]);
    expect(left.answer.data).toEqual({ logout: true });

    const all = JSON.stringify(await trail.events());
    const [{ password_hash: hash }] = (await trail.rows('SELECT password_hash FROM users WHERE id = $1', [id])) as [
      { password_hash: string },
    ];
    for (const secret of [
      PASSWORD,
      'wrong-horse',
      'another-horse-8',
      tokens.accessToken,
      tokens.refreshToken,
      next.refreshToken,
      hash,
      '$argon2',
      ...['hex', 'base64', 'base64url'].map((encoding) =>
        createHash('sha256')
          .update(next.refreshToken)
          .digest(encoding as 'hex'),
      ),
    ])
      expect(all).not.toContain(secret);
  });
});
