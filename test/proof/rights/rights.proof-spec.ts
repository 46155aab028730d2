import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import type { OpenAPIObject } from '@nestjs/swagger';
import { getNamedType, isObjectType, type GraphQLSchema } from 'graphql';
import { CHANGING } from './changing.ts';
import { ENDPOINT } from './endpoints.ts';
import type { Heard } from './hearing.ts';
import { READING } from './reading.ts';
import { RELATION } from './relations.ts';
import { SIGNING_IN } from './signing-in.ts';
import { Stage } from './stage.ts';
import { readTable, type Column, type Row } from './table.ts';

const CALLS: Readonly<Record<string, Heard>> = { ...READING, ...RELATION, ...SIGNING_IN, ...CHANGING, ...ENDPOINT };

/** Queries, mutations, and the fields by which one object leads to another. */
function fieldsOf(schema: GraphQLSchema): string[] {
  const types = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type));
  return types
    .filter(({ name }) => !/^__|Connection$|Edge$/.test(name))
    .flatMap((type) =>
      Object.values(type.getFields())
        .filter((field) => ['Query', 'Mutation'].includes(type.name) || isObjectType(getNamedType(field.type)))
        .map((field) => `${type.name}.${field.name}`),
    );
}

function endpointsOf({ paths }: OpenAPIObject): string[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
}

const table = await readTable();

describe('given who-may-what.md, and two practices', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.build();
  });
  afterAll(() => stage.close());

  it('when the API is walked, then the table has every query, mutation, relation and endpoint, and no other', async () => {
    const { schema } = stage.world.test.app.get(GraphQLSchemaHost);
    const document = (await stage.world.test.app.inject({ url: '/api-docs/json' })).json<OpenAPIObject>();
    const all = [...fieldsOf(schema), ...endpointsOf(document)].sort();
    expect(table.map(([call]) => call).sort()).toEqual(all);
    expect(Object.keys(CALLS).sort()).toEqual(all);
  });

  it.each(table.map(([call, cells]): Row => [call, cells]))(
    'when %s is called, then each caller is told what the table says',
    async (call, cells) => {
      const heard: Partial<Record<Column, string>> = {};
      for (const column of Object.keys(cells) as Column[])
        heard[column] = await CALLS[call]!(stage, stage.cell(column));
      expect(heard).toEqual(cells);
    },
  );
});
