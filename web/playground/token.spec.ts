import { describe, expect, it } from '@jest/globals';
import { expiryOf, tokenIn } from './token.ts';

const coded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const TOKEN = `${coded({ alg: 'HS256' })}.${coded({ sub: 'ÿþ~?', exp: 1_767_225_600 })}.c2ln_-nature`;

describe('given what people paste into the token box', () => {
  it.each([
    TOKEN,
    `  ${TOKEN}\n`,
    `"${TOKEN}"`,
    `Bearer ${TOKEN}`,
    `Authorization: Bearer ${TOKEN}`,
    `{"Authorization": "Bearer ${TOKEN}"}`,
    `"accessToken": "${TOKEN}",`,
  ])('when it is %j, then the token is found in it', (pasted) => {
    expect(tokenIn(pasted)).toBe(TOKEN);
  });

  it.each(['', '   '])('when it is %j, then there is none', (pasted) => {
    expect(tokenIn(pasted)).toBe('');
  });

  it('when it is no token, then it is kept, for the server to refuse', () => {
    expect(tokenIn(' not-a-token ')).toBe('not-a-token');
  });
});

describe('given a token', () => {
  it('then it tells when it expires', () => {
    expect(expiryOf(TOKEN)).toEqual(new Date('2026-01-01T00:00:00Z'));
  });

  it.each(['', 'not-a-token', 'a.b.c', `a.${coded({})}.c`, `a.${coded(null)}.c`, `a.${coded({ exp: 'soon' })}.c`])(
    'when it is %j, then it tells nothing',
    (token) => {
      expect(expiryOf(token)).toBeUndefined();
    },
  );
});
