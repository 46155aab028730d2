import type { CallOf } from './calls.ts';
import { refusal, SOMETHING, type Accepted, type Verdict } from './verdict.ts';
import { userView } from './users.ts';
import { find, get, nextName, put, rows, type Name, type SignIn, type User, type World } from './world.ts';

/** docs/login.md: then the account is locked for a minute, for this address. */
const FAILURES_THAT_LOCK = 5;
const UNAUTHENTICATED = refusal('UNAUTHENTICATED');

/** An unknown email, a wrong password and an inactive user are answered alike, and counted alike. */
export function login(world: World, { input }: CallOf<'login'>): Verdict {
  const { email, password } = input;
  const failures = world.failedLogins[email] ?? 0;
  if (failures >= FAILURES_THAT_LOCK) return { refused: [refusal('RATE_LIMITED')] };
  const user = rows(world, 'users').find((each) => each.email === email);
  if (!user?.active || user.password !== password)
    return { refused: [UNAUTHENTICATED], after: failed(world, email, failures + 1) };
  const signIn: SignIn = { name: nextName(world, 'signIns', 'T'), user: user.name, ended: 'NO' };
  return granted(put(failed(world, email, 0), 'signIns', signIn), signIn, user, signIn.name);
}

function failed(world: World, email: string, times: number): World {
  return { ...world, failedLogins: { ...world.failedLogins, [email]: times } };
}

/** A refresh token serves once; using a spent one ends every session descended from it. */
export function refreshToken(world: World, { input }: CallOf<'refreshToken'>): Verdict {
  const token = find(world, 'refreshTokens', input.refreshToken);
  if (!token) return { refused: [UNAUTHENTICATED] };
  const signIn = get(world, 'signIns', token.signIn);
  const user = get(world, 'users', signIn.user);
  if (token.spent) return { refused: [UNAUTHENTICATED], after: over(world, signIn) };
  const spent = put(world, 'refreshTokens', { ...token, spent: true });
  if (signIn.ended !== 'NO' || !user.active) return { refused: [UNAUTHENTICATED], after: spent };
  return granted(spent, signIn, user, SOMETHING);
}

/** True for an unknown one, too: there is nothing left to end. */
export function logout(world: World, { input }: CallOf<'logout'>): Verdict {
  const token = find(world, 'refreshTokens', input.refreshToken);
  return { data: true, world: token ? over(world, get(world, 'signIns', token.signIn)) : world };
}

function over(world: World, signIn: SignIn): World {
  return put(world, 'signIns', { ...signIn, ended: 'OVER' });
}

function granted(world: World, signIn: SignIn, user: User, accessToken: Name | typeof SOMETHING): Accepted {
  const name = nextName(world, 'refreshTokens', 'R');
  const token = { name, signIn: signIn.name, spent: false };
  return {
    data: { accessToken, refreshToken: name, expiresIn: SOMETHING, user: userView(user) },
    world: put(world, 'refreshTokens', token),
  };
}
