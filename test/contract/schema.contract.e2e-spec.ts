import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import {
  buildSchema,
  DangerousChangeType,
  findBreakingChanges,
  findDangerousChanges,
  isInputObjectType,
  type GraphQLSchema,
} from 'graphql';
import { schemaText } from '../../src/platform/graphql/schema-text.ts';
import { createTestApp, type TestApp } from '../support/test-app.ts';

describe('given the application', () => {
  let test: TestApp;
  let schema: GraphQLSchema;
  beforeAll(async () => {
    test = await createTestApp();
    ({ schema } = test.app.get(GraphQLSchemaHost));
  });
  afterAll(() => test.close());

  it('when its schema is printed, then it is the committed schema.graphql (else: npm run schema, and commit)', () => {
    expect(schemaText(schema)).toBe(readFileSync('schema.graphql', 'utf8'));
  });

  it('when it is held against what front-end teams were promised, then nothing is taken away or changed', () => {
    const promised = buildSchema(readFileSync('test/contract/promised.graphql', 'utf8'));
    const built = buildSchema(schemaText(schema));
    const changedDefaults = findDangerousChanges(promised, built).filter(
      ({ type }) => type === DangerousChangeType.ARG_DEFAULT_VALUE_CHANGE,
    );
    expect([...findBreakingChanges(promised, built), ...changedDefaults]).toEqual([]);
    expect(inputsOf(built, inputsOf(promised))).toEqual(inputsOf(promised));
  });
});

/** The fields of every input with type and default, which graphql-js lets change; of those alone that `like` has. */
function inputsOf(schema: GraphQLSchema, like?: Record<string, string>): Record<string, string> {
  const fields = Object.values(schema.getTypeMap())
    .filter(isInputObjectType)
    .flatMap((type) => Object.values(type.getFields()).map((field) => [type.name, field] as const))
    .map(([input, { name, type, defaultValue }]) => [`${input}.${name}`, `${String(type)} = ${String(defaultValue)}`]);
  const all = Object.fromEntries(fields) as Record<string, string>;
  return Object.fromEntries(Object.entries(all).filter(([name]) => !like || name in like));
}
