import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { JwtService } from '@nestjs/jwt';
import { PASSWORD, World, type Practice } from '../support/world.ts';

const A_MINUTE = 300;
const OFFICE = '203.0.113.7';

describe('given an address that sends access tokens which nobody has signed', () => {
  let world: World;
  let practice: Practice;
  let expired: string;
  beforeAll(async () => {
    world = await World.create({ TRUST_PROXY: '127.0.0.1' });
    practice = await world.practice();
    const jwt = world.test.app.get(JwtService, { strict: false });
    const claims = jwt.decode<Record<string, unknown>>(practice.admin);
    delete claims.exp;
    expired = await jwt.signAsync(claims, { algorithm: 'HS256', expiresIn: -60 });
    for (let nth = 0; nth < A_MINUTE; nth++) expect((await me(`a.${nth}.c`)).code).toBe('UNAUTHENTICATED');
  });
  afterAll(() => world.close());

  async function ask(query: string, variables: object, token?: string, address = OFFICE) {
    const answer = await world.test.app.inject({
      method: 'POST',
      url: '/graphql',
      headers: { 'x-forwarded-for': address, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      payload: { query, variables },
    });
    const body = answer.json<{ errors?: { extensions: { code: string } }[]; data?: unknown }>();
    return { code: body.errors?.[0]?.extensions.code, headers: answer.headers };
  }
  const me = (token?: string, address?: string) => ask('{ me { id } }', {}, token, address);

  it('when it sends another one, then it is refused at the door, and told for how long', async () => {
    const { code, headers } = await me('a.b.c');
    expect(code).toBe('RATE_LIMITED');
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  });

  it('when the signature is of another secret, then it is junk, too', async () => {
    const [header, claims] = practice.admin.split('.');
    expect((await me(`${header}.${claims}.AAAA`)).code).toBe('RATE_LIMITED');
  });

  it('when somebody there has a token that counts, none, or one that has expired, then nobody notices', async () => {
    expect((await me(practice.admin)).code).toBeUndefined();
    expect((await me()).code).toBe('UNAUTHENTICATED');
    expect((await me(expired)).code).toBe('UNAUTHENTICATED');
    const { email } = await world.account(practice.admin);
    const login = 'mutation($i: LoginInput!) { login(input: $i) { expiresIn } }';
    expect((await ask(login, { i: { email, password: PASSWORD } })).code).toBeUndefined();
  });

  it('when another address sends one, then it is told what is wrong with it', async () => {
    expect((await me('a.b.c', '203.0.113.8')).code).toBe('UNAUTHENTICATED');
  });
});
