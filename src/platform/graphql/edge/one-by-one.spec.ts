import { describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { buildSchema, graphql } from 'graphql';
import { Effort } from '../../../foundation/request-context/effort.ts';
import { RequestContext } from '../../../foundation/request-context/request-context.ts';
import { oneByOne } from './one-by-one.ts';

/** Of three fields of Query that all take a while, how many were read at the same moment, and what came of them. */
async function readTogether(effort: Partial<Effort>): Promise<{ most: number; data: unknown; errors: number }> {
  const schema = buildSchema('type Query { list: Int, other: Int }');
  let [now, most] = [0, 0];
  const { list, other } = schema.getQueryType()!.getFields();
  list!.resolve = async () => {
    most = Math.max(most, ++now);
    await pause(5);
    return now--;
  };
  other!.resolve = () => {
    throw new Error('refused');
  };
  const of = Object.assign(new Effort(), effort);
  const current = RequestContext.anonymous({ requestId: 'one-by-one' }, () => new Date(), of);
  const { data, errors = [] } = await graphql({
    schema: oneByOne(schema),
    source: '{ a: list other b: list c: list }',
    contextValue: { request: { holder: { current, atEnd: [] } } },
  });
  return { most, data: { ...data }, errors: errors.length };
}

describe('given an operation of several fields of Query', () => {
  it("when it may read much, then they are read one after the other, and one that is refused is in nobody's way", async () => {
    expect(await readTogether({ roots: 4, expected: 5_000 })).toEqual({
      ...{ most: 1, errors: 1 },
      data: { a: 1, other: null, b: 1, c: 1 },
    });
  });

  it('when it reads little, then they are read together', async () => {
    expect(await readTogether({ roots: 4, expected: 40 })).toMatchObject({ most: 3, errors: 1 });
  });
});
