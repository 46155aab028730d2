import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { INEXACT, isExact, lossOf } from './exact-json.ts';

describe('given a number as JSON writes it', () => {
  it.each([
    '0',
    '-0',
    '1.0',
    '1e2',
    '100',
    '0.1',
    '1.50e-3',
    '9007199254740991',
    '1e300',
    '5e-324',
    `1${'0'.repeat(30)}`,
  ])('when it is %s, then a double holds it', (number) => {
    expect(isExact(number)).toBe(true);
  });

  it.each([
    '9007199254740993',
    '-9007199254740993',
    '0.12345678901234567890',
    '1e400',
    '-1e400',
    '1e-400',
    '1.0e999999',
  ])('when it is %s, then a double does not', (number) => {
    expect(isExact(number)).toBe(false);
  });

  it('when it is any that JavaScript writes, then a double holds it', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => isExact(JSON.stringify(number))),
    );
  });

  it('when it is a million digits long, then that is no work', () => {
    expect(isExact(`1${'0'.repeat(1_000_000)}1`)).toBe(false);
  });
});

describe('given a text of JSON', () => {
  it('when JavaScript wrote it, then nothing is lost', () => {
    const value = fc.jsonValue({ maxDepth: 5, stringUnit: 'binary' });
    fc.assert(fc.property(value, fc.constantFrom(0, 2), (json, space) => !lossOf(JSON.stringify(json, null, space))));
  });

  it.each([
    ['at the top', '{"a":1,"b":2,"a":1}', ['a']],
    ['deep inside', '{"a":[0,{"b":{"c":"x,\\"c\\":","c" : 2}}]}', ['a', 1, 'b', 'c']],
    ['in another spelling', '{"\\u0061":1,"a":2}', ['a']],
    ['behind a string that ends in a backslash', '{"a":"\\\\","a":2}', ['a']],
    ['called __proto__', '{"__proto__":1,"__proto__":2}', ['__proto__']],
    ['empty', '{"":1,"":2}', ['']],
  ])('when a key %s is there twice, then it is named', (_, text, path) => {
    expect(lossOf(text)).toEqual({ path, said: 'is there twice' });
  });

  it.each([
    ['{"a":{"b":[1,2,9007199254740993]}}', ['a', 'b', 2]],
    ['{"a": 1e400 }', ['a']],
    ['[-1e400]', [0]],
    ['1e400', []],
  ])('when %s has a number that no double holds, then it is named', (text, path) => {
    expect(lossOf(text)).toEqual({ path, said: INEXACT });
  });

  it.each([
    '{"a":"9007199254740993, 1e400"}',
    '{"a":[{"b":1},{"b":1}],"b":"a"}',
    '{"a":"\\"a\\":1,"}',
    '"a"',
    '{}',
    '[]',
  ])('when it is %s, then nothing is lost', (text) => {
    expect(lossOf(text)).toBeUndefined();
  });

  it('when it is half a million arrays deep, then that is no matter', () => {
    expect(lossOf(`${'['.repeat(500_000)}${']'.repeat(500_000)}`)).toBeUndefined();
  });
});
