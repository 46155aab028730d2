import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BadUserInput } from '../../src/foundation/errors/domain-error.ts';
import { RequestContext, Role } from '../../src/foundation/request-context/request-context.ts';
import { UsersService } from '../../src/people/users/users.service.ts';
import { Trail } from '../support/readings.ts';
import type { GraphQLAnswer } from '../support/test-app.ts';
import { PASSWORD, together, World, type Practice } from '../support/world.ts';

const MOST = 10;

let world: World;
let theirs: Practice;
let trail: Trail;
let practice: Practice;
let elsewhere: string;

beforeAll(async () => {
  world = await World.create();
  theirs = await world.practice();
  trail = await Trail.open(world);
});
beforeEach(async () => {
  practice = await world.practice();
  elsewhere = (await world.account(theirs.admin)).email;
});
afterAll(async () => {
  await trail.close();
  await world.close();
});

const create = (email: string, token = practice.admin, more: object = {}): Promise<GraphQLAnswer> =>
  world.mutate('createUser', { email, password: PASSWORD, role: 'ADMIN', ...more }, token);
const free = (): string => `free-${randomUUID()}@practice.example`;
const codes = (answers: readonly GraphQLAnswer[]): unknown[] => answers.map(({ code }) => code).sort();
const told = () =>
  trail.events(`action = 'CREATE_USER' AND outcome = 'FAILURE' AND organization_id = $1`, [practice.id]);

describe('given an email that has an account in another practice', () => {
  it('when an admin asks for it, then the answer does not say where it is, and the trail has that it was asked', async () => {
    const own = (await world.account(practice.admin)).email;
    const [here, there] = [await create(own), await create(elsewhere.toUpperCase())];
    expect(there.code).toBe('BAD_USER_INPUT');
    expect(there.errors![0]!.message).toBe(here.errors![0]!.message);
    const events = await told();
    expect(events).toMatchObject([{ resource: 'user', details: { field: 'email', reason: 'TAKEN_ELSEWHERE' } }]);
    expect(JSON.stringify(events)).not.toContain(elsewhere.split('@')[0]);
  });

  it('when the practice was told of ten within an hour, then it is refused whatever the email is, whoever of it asks', async () => {
    const colleague = (await world.user(practice.admin, { role: 'ADMIN' })).token;
    for (let turn = 0; turn < MOST; turn++) expect((await create(elsewhere)).code).toBe('BAD_USER_INPUT');
    for (const token of [practice.admin, colleague])
      for (const email of [elsewhere, free()]) {
        const { code, errors } = await create(email, token);
        expect(code).toBe('RATE_LIMITED');
        expect(errors![0]!.extensions.details!.retryAfterSeconds).toBeGreaterThan(3_500);
      }
    expect(await told()).toHaveLength(MOST);
    expect((await create(free(), theirs.admin)).code).toBeUndefined();
    expect((await create(elsewhere, world.superAdmin, { organizationId: practice.id })).code).toBe('BAD_USER_INPUT');

    await trail.rows(`UPDATE app.call_counts SET ends_at = ends_at - interval '1 hour'`);
    expect((await create(free())).code).toBeUndefined();
  });

  it('when whoever asks hangs up, then it counts and is in the trail all the same', async () => {
    const users = world.test.app.get(UsersService, { strict: false });
    const gone = RequestContext.anonymous({ requestId: 'gone', isGone: () => true }, () => new Date()).as({
      userId: randomUUID(),
      organizationId: practice.id,
      role: Role.ADMIN,
      isSuperAdmin: false,
    });
    const input = { email: elsewhere, password: PASSWORD, role: Role.ADMIN };
    await expect(users.create(gone, input)).rejects.toThrow(BadUserInput);
    expect(await told()).toHaveLength(1);
  });

  it('when twenty-five ask at the same instant, then ten are told', async () => {
    const answers = await together(25, () => create(elsewhere));
    expect(codes(answers)).toEqual([...Array(MOST).fill('BAD_USER_INPUT'), ...Array(15).fill('RATE_LIMITED')]);
    expect(await told()).toHaveLength(MOST);
  });
});

describe("given an email of the practice's own", () => {
  it('when it is asked for again and again, as by an import that runs twice, then nothing is counted and nothing recorded', async () => {
    const { email } = await world.account(practice.admin);
    for (let turn = 0; turn < MOST + 2; turn++) expect((await create(email)).code).toBe('BAD_USER_INPUT');
    expect((await create(free())).code).toBeUndefined();
    expect(await told()).toEqual([]);
  });
});
