import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FoundingService } from '../../src/people/users/founding.service.ts';
import { hashPassword } from '../../src/people/users/passwords.ts';
import type { GraphQLAnswer } from '../support/test-app.ts';
import { Trail } from '../support/readings.ts';
import { PASSWORD, World, type Practice } from '../support/world.ts';

let world: World;
let practice: Practice;

beforeAll(async () => {
  world = await World.create();
  practice = await world.practice();
});
afterAll(() => world.close());

const anEmail = (): string => `who-${randomUUID()}@practice.example`;
const complaint = ({ code, errors }: GraphQLAnswer, field = 'password'): unknown => {
  expect(code).toBe('BAD_USER_INPUT');
  return (errors![0]!.extensions.details as { fields: Record<string, string[]> }).fields[field]?.[0];
};

describe.each([
  ['nine characters', 'n1ne-char', /at least 10 characters/],
  ['a common one', 'password1234', /common password/],
  ['a common one in capitals', 'QWERTYUIOP', /common password/],
  ['a common one in full-width characters', 'ｐａｓｓｗｏｒｄ１２３４', /common password/],
  ['201 characters', 'x1'.repeat(100) + 'y', /at most 200 characters/],
])('given a new password of %s', (_, password, said) => {
  it('when it is for a new user, then BAD_USER_INPUT says what to do', async () => {
    const answer = await world.mutate('createUser', { email: anEmail(), password, role: 'ADMIN' }, practice.admin);
    expect(complaint(answer)).toMatch(said);
    expect(JSON.stringify(answer.errors)).not.toContain(password);
  });

  it('when a user is to have it, then BAD_USER_INPUT, and the old one serves', async () => {
    const { userId } = await world.user(practice.admin, { role: 'ADMIN' });
    expect(complaint(await world.mutate('updateUser', { id: userId, password }, practice.admin))).toMatch(said);
  });

  it("when it is for an organization's first admin, then BAD_USER_INPUT, and there is no organization", async () => {
    const input = { name: `Never ${randomUUID()}`, timeZone: 'UTC', adminEmail: anEmail(), adminPassword: password };
    expect(complaint(await world.mutate('createOrganization', input, world.superAdmin), 'adminPassword')).toMatch(said);
    const { data } = await world.query('{ organizations { name } }', {}, world.superAdmin);
    expect(JSON.stringify(data)).not.toContain(input.name);
  });

  it('when it is for a super admin from the command line, then it is refused', async () => {
    const founding = world.test.app.get(FoundingService, { strict: false });
    await expect(founding.createSuperAdmin(anEmail(), password)).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      details: { fields: { password: [expect.stringMatching(said)] } },
    });
  });
});

describe('given a password that is the email', () => {
  it.each([
    ['itself', (email: string) => email],
    ['in capitals', (email: string) => email.toUpperCase()],
    ['the part before the @', (email: string) => email.split('@')[0]!],
  ])('when it is %s, then BAD_USER_INPUT, for a new user and for one who is there', async (_, of) => {
    const email = anEmail();
    const said = /must not be the email/;
    const create = (password: string): Promise<GraphQLAnswer> =>
      world.mutate('createUser', { email, password, role: 'ADMIN' }, practice.admin);
    expect(complaint(await create(of(email)))).toMatch(said);
    const { id } = ((await create(PASSWORD)).data as { createUser: { id: string } }).createUser;
    expect(complaint(await world.mutate('updateUser', { id, password: of(email) }, practice.admin))).toMatch(said);
  });
});

describe('given an account with a password from before these rules', () => {
  it('when it signs in, then it is let in', async () => {
    const email = anEmail();
    const { id } = await world.make('createUser', { email, password: PASSWORD, role: 'ADMIN' }, practice.admin);
    const trail = await Trail.open(world);
    await trail.rows(`SELECT set_config('app.organization_id', $1, false)`, [practice.id]);
    await trail.rows('UPDATE users SET password_hash = $2 WHERE id = $1', [id, await hashPassword('12345678')]);
    await trail.close();
    const { errors } = await world.query('mutation($input: LoginInput!) { login(input: $input) { expiresIn } }', {
      input: { email, password: '12345678' },
    });
    expect(errors).toBeUndefined();
  });
});
