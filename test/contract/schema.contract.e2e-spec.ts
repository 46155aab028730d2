import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { schemaText } from '../../src/graphql/schema-text.ts';
import { createTestApp, type TestApp } from '../support/test-app.ts';

describe('given the application', () => {
  let test: TestApp;
  beforeAll(async () => {
    test = await createTestApp();
  });
  afterAll(() => test.close());

  it('when its schema is printed, then it is the committed schema.graphql (else: npm run schema, and commit)', () => {
    const { schema } = test.app.get(GraphQLSchemaHost);
    expect(schemaText(schema)).toBe(readFileSync('schema.graphql', 'utf8'));
  });
});
