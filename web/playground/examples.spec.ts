import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { buildSchema, parse, validate } from 'graphql';
import { EXAMPLES } from './examples.ts';
import { fill, learn } from './placeholders.ts';

const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
const LEARNT = learn(
  {},
  {
    me: { practitioner: { id: 'm' } },
    patients: { nodes: [{ id: 'p', authorizations: { nodes: [{ id: 'a', status: 'ACTIVE' }] } }] },
    createAppointment: { id: 'b' },
    visit: { id: 'v' },
  },
);

describe('given the worked examples', () => {
  it.each(EXAMPLES)('then $query is of the schema, and its placeholders can be filled', ({ query, variables }) => {
    expect(validate(schema, parse(query))).toEqual([]);
    expect(JSON.stringify(fill(JSON.parse(variables), LEARNT, new Date()))).not.toContain('{{');
  });
});
