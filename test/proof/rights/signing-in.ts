import { PASSWORD } from '../../support/world.ts';
import { told, toldByRest, type Heard } from './hearing.ts';
import type { Newcomer, Stage } from './stage.ts';
import type { Column } from './table.ts';

const NO_CODE = '000000';

async function refreshTokenOf({ world }: Stage, { email }: Newcomer): Promise<string> {
  const { data } = await world.mutate('login', { email, password: PASSWORD }, '', 'refreshToken');
  return (data as { login: { refreshToken: string } } | null)?.login.refreshToken ?? 'unknown';
}

/** Sets up a second factor at the login, and gets in by it. */
export async function enrolledSignIn(stage: Stage, column: Column, selection: string): Promise<string> {
  const { email, token } = await stage.newcomer(column);
  const code = token === undefined ? () => NO_CODE : await stage.begun({ email, token });
  const text = `mutation($input: LoginInput!) { confirmLoginEnrolment(input: $input) { ${selection} } }`;
  const answer = await stage.world.query(text, { input: { email, password: PASSWORD, totpCode: code() } });
  return told(answer, 'confirmLoginEnrolment');
}

/** Mutations and endpoints by which somebody gets in, out, or has a second factor. */
export const SIGNING_IN: Readonly<Record<string, Heard>> = {
  'Mutation.login': async (stage, { column }) => {
    const { email } = await stage.member(column);
    return told(await stage.world.mutate('login', { email, password: PASSWORD }, '', 'expiresIn'), 'login');
  },
  'Mutation.refreshToken': async (stage, { column }) => {
    const refreshToken = await refreshTokenOf(stage, await stage.member(column));
    const text = 'mutation($t: String!) { refreshToken(refreshToken: $t) { expiresIn } }';
    return told(await stage.world.query(text, { t: refreshToken }), 'refreshToken');
  },
  'Mutation.logout': async (stage, { column }) => {
    const refreshToken = await refreshTokenOf(stage, await stage.member(column));
    const text = 'mutation($t: String!) { logout(refreshToken: $t) }';
    return told(await stage.world.query(text, { t: refreshToken }), 'logout');
  },
  'Mutation.beginLoginEnrolment': async (stage, { column }) => {
    const { email } = await stage.member(column);
    const text = 'mutation($input: LoginInput!) { beginLoginEnrolment(input: $input) { uri } }';
    return told(await stage.world.query(text, { input: { email, password: PASSWORD } }), 'beginLoginEnrolment');
  },
  'Mutation.confirmLoginEnrolment': (stage, { column }) => enrolledSignIn(stage, column, 'expiresIn'),
  'Mutation.beginTotpEnrolment': async (stage, { column }) => {
    const { token } = await stage.member(column);
    const text = 'mutation($p: String!) { beginTotpEnrolment(password: $p) { uri } }';
    return told(await stage.world.query(text, { p: PASSWORD }, token), 'beginTotpEnrolment');
  },
  'Mutation.confirmTotpEnrolment': async (stage, { column }) => {
    const newcomer = await stage.newcomer(column);
    const code = newcomer.token ? await stage.begun(newcomer) : () => NO_CODE;
    return confirm(stage, newcomer, code());
  },
  'Mutation.disableTotp': async (stage, { column }) => {
    const newcomer = await stage.newcomer(column);
    const code = newcomer.token ? await stage.begun(newcomer) : () => NO_CODE;
    await confirm(stage, newcomer, code());
    const text = 'mutation($code: String!) { disableTotp(code: $code) }';
    return told(await stage.world.query(text, { code: code() }, newcomer.token), 'disableTotp');
  },
  'Mutation.confirmIdentity': async (stage, { column }) => {
    const { token } = await stage.member(column);
    const text = 'mutation($input: ConfirmIdentityInput!) { confirmIdentity(input: $input) }';
    return told(await stage.world.query(text, { input: { password: PASSWORD } }, token), 'confirmIdentity');
  },
  'POST /api/auth/confirm': async (stage, { column }) => {
    const { token } = await stage.member(column);
    const body = { password: PASSWORD };
    return toldByRest(await stage.world.test.rest({ method: 'POST', url: '/auth/confirm', body, token }));
  },
  'POST /api/auth/login': async (stage, { column }) => {
    const { email } = await stage.member(column);
    return toldByRest(
      await stage.world.test.rest({ method: 'POST', url: '/auth/login', body: { email, password: PASSWORD } }),
    );
  },
  'POST /api/auth/refresh': (stage, { column }) => withToken(stage, column, '/auth/refresh'),
  'POST /api/auth/logout': (stage, { column }) => withToken(stage, column, '/auth/logout'),
};

async function confirm({ world }: Stage, { token }: Newcomer, code: string): Promise<string> {
  const text = 'mutation($code: String!) { confirmTotpEnrolment(code: $code) }';
  return told(await world.query(text, { code }, token), 'confirmTotpEnrolment');
}

async function withToken(stage: Stage, column: Column, url: string): Promise<string> {
  const refreshToken = await refreshTokenOf(stage, await stage.member(column));
  return toldByRest(await stage.world.test.rest({ method: 'POST', url, body: { refreshToken } }));
}
