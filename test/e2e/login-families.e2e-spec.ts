import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DataSource } from 'typeorm';
import { Environment } from '../../src/platform/config/environment.ts';
import { Transactions } from '../../src/platform/database/transactions/transactions.ts';
import { AccountsService } from '../../src/people/users/accounts.service.ts';
import { Housekeeping } from '../../src/platform/database/housekeeping.service.ts';
import { post, standAt, Trail } from '../support/readings.ts';
import type { GraphQLAnswer } from '../support/test-app.ts';
import { PASSWORD, together, World, type Practice } from '../support/world.ts';

const LOGIN = 'mutation($input: LoginInput!) { login(input: $input) { accessToken refreshToken } }';
const REFRESH = 'mutation($token: String!) { refreshToken(refreshToken: $token) { accessToken refreshToken } }';
const LOGOUT = 'mutation($token: String!) { logout(refreshToken: $token) }';

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

const account = (input?: object): Promise<{ id: string; email: string }> => world.account(practice.admin, input);
async function signIn(email: string): Promise<Tokens> {
  const { data, errors } = await post(world, LOGIN, { input: { email, password: PASSWORD } });
  if (errors) throw new Error(JSON.stringify(errors));
  return data.login as Tokens;
}
const refresh = (token: string): Promise<GraphQLAnswer> => post(world, REFRESH, { token });
async function next(token: string): Promise<Tokens> {
  const { data, errors } = await refresh(token);
  if (errors) throw new Error(JSON.stringify(errors));
  return data.refreshToken as Tokens;
}
const me = async (token: string): Promise<string | undefined> => (await world.query('{ me { id } }', {}, token)).code;
const endsOf = async (userId: string): Promise<(string | null)[]> =>
  (
    await trail.rows<{ end_reason: string | null }>('SELECT end_reason FROM sign_ins WHERE user_id = $1 ORDER BY id', [
      userId,
    ])
  ).map((row) => row.end_reason);

describe('given a sign-in that was refreshed twice', () => {
  it('when a spent refresh token comes again, then all tokens of the sign-in are refused, access tokens too', async () => {
    const { id, email } = await account();
    const first = await signIn(email);
    const second = await next(first.refreshToken);
    const third = await next(second.refreshToken);
    expect(await me(third.accessToken)).toBeUndefined();

    expect((await refresh(first.refreshToken)).code).toBe('UNAUTHENTICATED');

    expect((await refresh(third.refreshToken)).code).toBe('UNAUTHENTICATED');
    for (const { accessToken } of [first, second, third]) expect(await me(accessToken)).toBe('UNAUTHENTICATED');
    expect(await endsOf(id)).toEqual(['REUSE']);
  });

  it('when it ends, then other sign-ins of the user go on', async () => {
    const { email } = await account();
    const other = await signIn(email);
    const first = await signIn(email);
    await next(first.refreshToken);
    await refresh(first.refreshToken);
    expect(await me(first.accessToken)).toBe('UNAUTHENTICATED');
    expect(await me(other.accessToken)).toBeUndefined();
    expect((await refresh(other.refreshToken)).errors).toBeUndefined();
  });

  it('when the spent token comes again and again, then it is in the trail once, as a security event', async () => {
    const { id, email } = await account();
    const first = await signIn(email);
    await next(first.refreshToken);
    const { events } = await trail.of(REFRESH, { token: first.refreshToken });
    const of = { resource: 'user', resource_id: id, organization_id: practice.id };
    expect(events).toMatchObject([
      { ...of, action: 'REFRESH_TOKEN', outcome: 'FAILURE' },
      { ...of, action: 'REFRESH_TOKEN_REUSED', outcome: 'DENIED' },
    ]);
    const again = await trail.of(REFRESH, { token: first.refreshToken });
    expect(again.events.map(({ action }) => action)).toEqual(['REFRESH_TOKEN']);
  });
});

describe('given one refresh token in two hands', () => {
  it('when both use it at the same instant, then one is served, the other is a reuse, and the sign-in is over', async () => {
    const { id, email } = await account();
    const { refreshToken } = await signIn(email);
    const answers = await together(2, () => refresh(refreshToken));
    const served = answers.filter(({ errors }) => !errors);
    expect(served).toHaveLength(1);
    const { accessToken, refreshToken: after } = served[0]!.data.refreshToken as Tokens;
    expect(await me(accessToken)).toBe('UNAUTHENTICATED');
    expect((await refresh(after)).code).toBe('UNAUTHENTICATED');
    expect(await endsOf(id)).toEqual(['REUSE']);
    expect(await trail.events(`action = 'REFRESH_TOKEN_REUSED' AND resource_id = $1`, [id])).toHaveLength(1);
  });
});

describe('given somebody who is signed in twice', () => {
  it('when they log out in one place, then its access token is refused, and the other place goes on', async () => {
    const { id, email } = await account();
    const [here, there] = [await signIn(email), await signIn(email)];
    expect((await post(world, LOGOUT, { token: here.refreshToken })).data).toEqual({ logout: true });
    expect(await me(here.accessToken)).toBe('UNAUTHENTICATED');
    expect(await me(there.accessToken)).toBeUndefined();
    expect(await endsOf(id)).toEqual(['LOGOUT', null]);
  });

  it('when a token that was spent before is logged out, then the sign-in is over all the same', async () => {
    const { email } = await account();
    const first = await signIn(email);
    const second = await next(first.refreshToken);
    expect((await post(world, LOGOUT, { token: first.refreshToken })).data).toEqual({ logout: true });
    expect(await me(second.accessToken)).toBe('UNAUTHENTICATED');
    expect((await refresh(second.refreshToken)).code).toBe('UNAUTHENTICATED');
  });

  it.each([
    ['their password changes', { password: 'another-horse-8' }, 'PASSWORD_CHANGE'],
    ['they are deactivated', { active: false }, 'DEACTIVATION'],
  ])('when %s, then both sign-ins are over, and no reuse is reported', async (_, change, reason) => {
    const { id, email } = await account();
    const both = [await signIn(email), await signIn(email)];
    await world.make('updateUser', { id, ...change }, practice.admin);
    for (const { accessToken, refreshToken } of both) {
      expect(await me(accessToken)).toBe('UNAUTHENTICATED');
      expect((await refresh(refreshToken)).code).toBe('UNAUTHENTICATED');
    }
    expect(await endsOf(id)).toEqual([reason, reason]);
    expect(await trail.events(`action = 'REFRESH_TOKEN_REUSED' AND resource_id = $1`, [id])).toEqual([]);
  });

  it('when an admin changes their own password, then all their sign-ins are over, the one that did it too', async () => {
    const { id, email } = await account();
    const [here, there] = [await signIn(email), await signIn(email)];
    await world.make('updateUser', { id, password: 'another-horse-8' }, here.accessToken);
    for (const { accessToken, refreshToken } of [here, there]) {
      expect(await me(accessToken)).toBe('UNAUTHENTICATED');
      expect((await refresh(refreshToken)).code).toBe('UNAUTHENTICATED');
    }
  });

  it('when their role changes, then no refresh goes on, and access tokens have the new rights till a password change', async () => {
    const { id: practitionerId } = await world.practitioner(practice);
    const { id, email } = await account({ role: 'PRACTITIONER', practitionerId });
    const { accessToken, refreshToken } = await signIn(email);
    await world.make('updateUser', { id, role: 'ADMIN' }, practice.admin);
    expect((await refresh(refreshToken)).code).toBe('UNAUTHENTICATED');
    expect((await world.query('{ me { role } }', {}, accessToken)).data).toEqual({ me: { role: 'ADMIN' } });
    await world.make('updateUser', { id, password: 'another-horse-8' }, practice.admin);
    expect(await me(accessToken)).toBe('UNAUTHENTICATED');
  });
});

describe('given a sign-in whose user got another role', () => {
  async function changed(): Promise<Tokens & { id: string; spent: string }> {
    const { id: practitionerId } = await world.practitioner(practice);
    const { id, email } = await account({ role: 'PRACTITIONER', practitionerId });
    const { refreshToken: spent } = await signIn(email);
    const tokens = await next(spent);
    await world.make('updateUser', { id, role: 'ADMIN' }, practice.admin);
    expect(await me(tokens.accessToken)).toBeUndefined();
    return { ...tokens, id, spent };
  }

  it('when they log out, then the access token is refused, and it is in the trail', async () => {
    const { id, accessToken, refreshToken } = await changed();
    const { answer, events } = await trail.of(LOGOUT, { token: refreshToken });
    expect(answer.data).toEqual({ logout: true });
    expect(await me(accessToken)).toBe('UNAUTHENTICATED');
    expect(events).toMatchObject([{ action: 'LOGOUT', resource_id: id, outcome: 'SUCCESS' }]);
    expect(await endsOf(id)).toEqual(['LOGOUT']);
  });

  it('when a spent refresh token comes again, then the access token is refused, and it is in the trail', async () => {
    const { id, accessToken, spent } = await changed();
    const { events } = await trail.of(REFRESH, { token: spent });
    expect(await me(accessToken)).toBe('UNAUTHENTICATED');
    expect(events.map(({ action }) => action)).toEqual(['REFRESH_TOKEN', 'REFRESH_TOKEN_REUSED']);
    expect(await endsOf(id)).toEqual(['REUSE']);
  });
});

describe('given two processes on one database', () => {
  // passport keeps one strategy for the process, so the other process is its service alone
  const other = (): AccountsService => new AccountsService(new Transactions(world.test.app.get(DataSource)));
  const claims = (token: string): [string, string, string] => {
    const { org, sub, sid } = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as {
      org: string;
      sub: string;
      sid: string;
    };
    return [org, sub, sid];
  };

  it('when one ends a sign-in, then the other, which remembers it, refuses it once its reading is 15 seconds old', async () => {
    const { email } = await account();
    const { accessToken, refreshToken } = await signIn(email);
    const elsewhere = other();
    expect(await elsewhere.accountOf(...claims(accessToken))).toBeDefined();
    await post(world, LOGOUT, { token: refreshToken });
    const [start, real] = [performance.now(), performance.now.bind(performance)];
    try {
      performance.now = () => start + 16_000;
      expect(await elsewhere.accountOf(...claims(accessToken))).toBeUndefined();
    } finally {
      performance.now = real;
    }
  });

  it('when a user is deactivated or gets another role in one, then the other knows within 60 seconds', async () => {
    const { id: practitionerId } = await world.practitioner(practice);
    const { id, email } = await account({ role: 'PRACTITIONER', practitionerId });
    const { accessToken } = await signIn(email);
    const elsewhere = other();
    expect(await elsewhere.accountOf(...claims(accessToken))).toMatchObject({ role: 'PRACTITIONER' });
    const [start, real] = [performance.now(), performance.now.bind(performance)];
    try {
      await world.make('updateUser', { id, role: 'ADMIN' }, practice.admin);
      performance.now = () => start + 60_000;
      expect(await elsewhere.accountOf(...claims(accessToken))).toMatchObject({ role: 'ADMIN' });
      await world.make('updateUser', { id, active: false }, practice.admin);
      performance.now = () => start + 120_000;
      expect(await elsewhere.accountOf(...claims(accessToken))).toBeUndefined();
    } finally {
      performance.now = real;
    }
  });

  it('when a sign-in is over and its token comes again and again, then the database is asked once a second', async () => {
    const transactions = new Transactions(world.test.app.get(DataSource));
    const asked = jest.spyOn(transactions, 'ask');
    const [accounts, { accessToken, refreshToken }] = [
      new AccountsService(transactions),
      await signIn((await account()).email),
    ];
    await post(world, LOGOUT, { token: refreshToken });
    const [start, real] = [performance.now(), performance.now.bind(performance)];
    try {
      for (const after of [0, 400, 900, 1_100]) {
        performance.now = () => start + after;
        expect(await accounts.accountOf(...claims(accessToken))).toBeUndefined();
      }
    } finally {
      performance.now = real;
    }
    expect(asked).toHaveBeenCalledTimes(2);
  });

  it('when an access token names a sign-in of somebody else, then it is nobody', async () => {
    const [mine, theirs] = [await signIn((await account()).email), await signIn((await account()).email)];
    const [org, sub] = claims(mine.accessToken);
    expect(await other().accountOf(org, sub, claims(theirs.accessToken)[2])).toBeUndefined();
    expect(await other().accountOf(org, sub, randomUUID())).toBeUndefined();
  });
});

describe('given a sign-in that is refreshed again and again', () => {
  /** As if it, and its tokens, had been made so much earlier. */
  const age = async (table: 'sign_ins' | 'refresh_tokens', userId: string, by: string): Promise<void> => {
    await trail.rows(`SELECT set_config('app.organization_id', $1, false)`, [practice.id]);
    await trail.rows(`UPDATE ${table} SET created_at = created_at - $1::interval WHERE user_id = $2`, [by, userId]);
  };

  it.each([
    ['sign_ins', '29 days 23 hours', undefined],
    ['sign_ins', '30 days 1 minute', 'UNAUTHENTICATED'],
    ['sign_ins', '3 years', 'UNAUTHENTICATED'],
    ['refresh_tokens', '71 hours', undefined],
    ['refresh_tokens', '73 hours', 'UNAUTHENTICATED'],
  ] as const)('when %s is %s old by the database, then the answer is %s', async (table, by, code) => {
    const { id, email } = await account();
    const { refreshToken } = await next((await signIn(email)).refreshToken);
    await age(table, id, by);
    const answer = await refresh(refreshToken);
    expect(answer.code).toBe(code);
    if (code) expect(answer.errors![0]!.message).toBe((await refresh('unknown')).errors![0]!.message);
  });

  it('when the clock of the process is years behind, then it makes no difference', async () => {
    const { id, email } = await account();
    standAt(world, '2020-01-01T00:00:00Z');
    const { refreshToken } = await next((await signIn(email)).refreshToken);
    await age('sign_ins', id, '31 days');
    expect((await refresh(refreshToken)).code).toBe('UNAUTHENTICATED');
    jest.restoreAllMocks();
  });

  it('when a token is spent, then it is kept as long as its sign-in may last, to tell a thief', async () => {
    const { id, email } = await account();
    const first = await signIn(email);
    const second = await next(first.refreshToken);
    await age('refresh_tokens', id, '20 days');
    await world.test.app.get(Housekeeping, { strict: false }).purge();
    expect((await refresh(first.refreshToken)).code).toBe('UNAUTHENTICATED');
    expect(await me(second.accessToken)).toBe('UNAUTHENTICATED');
    expect(await endsOf(id)).toEqual(['REUSE']);
    const left = `SELECT (max(t.expires_at) - max(s.created_at))::text AS left FROM refresh_tokens t, sign_ins s
                   WHERE t.user_id = $1 AND s.user_id = $1`;
    expect(await trail.rows(left, [id])).toEqual([{ left: '30 days' }]);
  });
});

describe('given limits that an operator has lowered', () => {
  it('when a sign-in from before is above them, then it is over at its next refresh', async () => {
    const { email } = await account();
    const { refreshToken } = await signIn(email);
    const environment = world.test.app.get(Environment, { strict: false });
    const lowered = jest.replaceProperty(environment, 'SIGN_IN_IDLE_HOURS', 0);
    expect((await refresh(refreshToken)).code).toBe('UNAUTHENTICATED');
    lowered.restore();
    expect((await refresh(refreshToken)).errors).toBeUndefined();
  });
});

describe('given refresh tokens that expired long ago', () => {
  it('when housekeeping comes by, then they and their sign-ins go, and live ones stay', async () => {
    const [gone, stays] = [await account(), await account()];
    await signIn(gone.email);
    const { refreshToken } = await signIn(stays.email);
    await trail.rows(`SELECT set_config('app.organization_id', $1, false)`, [practice.id]);
    await trail.rows(`UPDATE refresh_tokens SET expires_at = now() - interval '32 days' WHERE user_id = $1`, [gone.id]);
    await trail.rows(`UPDATE sign_ins SET created_at = now() - interval '2 days' WHERE user_id = ANY($1)`, [
      [gone.id, stays.id],
    ]);
    await world.test.app.get(Housekeeping, { strict: false }).purge();
    expect(await endsOf(gone.id)).toEqual([]);
    expect(await endsOf(stays.id)).toEqual([null]);
    expect((await refresh(refreshToken)).errors).toBeUndefined();
  });
});
