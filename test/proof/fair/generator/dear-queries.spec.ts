import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { buildSchema, parse, validate } from 'graphql';
import { Random } from '../../faults/harness/random.ts';
import { DearQueries } from './dear-queries.ts';

const schema = buildSchema(readFileSync('schema.graphql', 'utf8'));
const QUERIES = 300;

describe('given the schema, when queries are made of it at random', () => {
  const made = (seed: number): string[] => {
    const random = new Random(seed);
    const queries = new DearQueries(schema);
    return Array.from({ length: QUERIES }, () => queries.next(random));
  };

  it('then each is valid, and as long as a document may be at most', () => {
    for (const text of made(1)) expect([text, validate(schema, parse(text, { maxTokens: 1_000 }))]).toEqual([text, []]);
  });

  it('then every field of Query is among them', () => {
    const all = made(2).join(' ');
    const missing = Object.keys(schema.getQueryType()!.getFields()).filter((name) => !all.includes(`: ${name}`));
    expect(missing).toEqual([]);
  });

  it('then the same seed makes the same', () => {
    expect(made(3)).toEqual(made(3));
  });
});
