import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import type { OpenAPIObject } from '@nestjs/swagger';
import {
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLField,
  type GraphQLInputType,
} from 'graphql';
import { statementsOf } from '../support/statements.ts';
import { World, type Practice } from '../support/world.ts';

const NOBODY = '00000000-0000-4000-8000-000000000000';
const MOST = 100;
/** A million bytes of them, or nearly so. */
const AS_MANY_AS_FIT = 70_000;
/** Of this process, on a machine that does much else. What looks at each pair of them takes a minute. */
const MOST_CPU_MS = 5_000;

/** A list of values that a field takes: by the name of its argument and, where that is an input, of the input's field. */
interface ValueList {
  readonly field: GraphQLField<unknown, unknown>;
  readonly of: 'query' | 'mutation';
  readonly path: readonly [argument: string, field?: string];
  readonly type: GraphQLInputType;
}

describe('given lists of values that a caller sends', () => {
  let world: World;
  let practice: Practice;
  let lists: ValueList[];
  beforeAll(async () => {
    world = await World.create({ POINTS_PER_MINUTE: '0' });
    practice = await world.practice();
    const { schema } = world.test.app.get(GraphQLSchemaHost);
    lists = (['query', 'mutation'] as const).flatMap((of) =>
      Object.values(schema.getRootType(of as never)!.getFields()).flatMap((field) => listsOf(of, field)),
    );
  });
  afterAll(() => world.close());

  async function send(
    list: ValueList,
    values: readonly unknown[],
  ): Promise<{ code?: string; told: string; cpuMs: number }> {
    const { query, variables } = callOf(list, values);
    const before = process.cpuUsage();
    const { code, errors } = await world.query(query, variables, practice.admin);
    const { user, system } = process.cpuUsage(before);
    return { ...(code !== undefined && { code }), told: JSON.stringify(errors ?? []), cpuMs: (user + system) / 1_000 };
  }
  const distinct = (count: number): string[] => Array.from({ length: count }, (_, nth) => `X-${nth}`);
  const valid = ({ type }: ValueList, count: number): string[] => {
    const named = getNamedType(type);
    return Array<string>(count).fill(isEnumType(named) ? named.getValues()[0]!.name : 'X-1');
  };

  it('when the schema is walked, then there are some, of queries and of mutations', () => {
    expect(lists.map(({ field, path }) => [field.name, ...path].join('.')).sort()).toEqual([
      'appointments.filter.status',
      'auditEvents.filter.action',
      'authorizations.filter.status',
      'createAuthorization.input.serviceCodes',
      'sessions.filter.status',
    ]);
  });

  it('when one has more than a hundred, each the same or another, then it is refused, and named', async () => {
    for (const list of lists)
      for (const values of [valid(list, MOST + 1), distinct(MOST + 1)]) {
        const { code, told } = await send(list, values);
        const name = list.path.at(-1)!;
        expect([list.field.name, code, told.includes(name) || told]).toEqual([list.field.name, 'BAD_USER_INPUT', true]);
      }
  });

  it('when one has as many as a body holds, then that is found out as quickly', async () => {
    for (const list of lists)
      for (const values of [valid(list, AS_MANY_AS_FIT), distinct(AS_MANY_AS_FIT)]) {
        const { code, told, cpuMs } = await send(list, values);
        expect([list.field.name, code, cpuMs < MOST_CPU_MS || cpuMs]).toEqual([
          list.field.name,
          'BAD_USER_INPUT',
          true,
        ]);
        expect(told).toContain('must have at most 1000 values');
      }
  });

  it('when a filter has the same value a hundred times, then it counts once', async () => {
    for (const list of lists.filter(({ of }) => of === 'query')) {
      const asked = async (count: number): Promise<string[]> => {
        const { query, variables } = callOf(list, valid(list, count));
        return statementsOf(async () => {
          expect((await world.query(query, variables, practice.admin)).errors).toBeUndefined();
        });
      };
      await asked(1);
      expect([list.field.name, await asked(MOST)]).toEqual([list.field.name, await asked(1)]);
    }
  });

  it('when a REST parameter takes several, then no others than there are, each once', async () => {
    const document = (await world.test.app.inject({ url: '/api-docs/json' })).json<OpenAPIObject>();
    const parameters = Object.entries(document.paths).flatMap(([path, { get }]) =>
      (get?.parameters ?? []).flatMap((parameter) =>
        'name' in parameter && JSON.stringify(parameter.schema).includes('"array"')
          ? [{ path, name: parameter.name, values: JSON.stringify(parameter.schema).match(/[A-Z]{2,}[A-Z_]*/g) ?? [] }]
          : [],
      ),
    );
    expect(parameters.length).toBeGreaterThan(1);
    const get = async (path: string, query: string): Promise<number> =>
      (
        await world.test.rest({
          method: 'GET',
          url: `${path.replace('/api', '').replace(/\{\w+\}/, NOBODY)}?${query}`,
          token: practice.admin,
        })
      ).status;
    for (const { path, name, values } of parameters) {
      const known = path.includes('{') ? 404 : 200;
      expect([
        path,
        await get(
          path,
          `${name}=${Array(MOST + 1)
            .fill(values[0])
            .join(',')}`,
        ),
      ]).toEqual([path, known]);
      expect([path, await get(path, `${name}=${distinct(MOST + 1).join(',')}`)]).toEqual([path, 400]);
    }
  });
});

function listsOf(of: ValueList['of'], field: GraphQLField<unknown, unknown>): ValueList[] {
  return field.args.flatMap((arg): ValueList[] => {
    if (isListType(getNullableType(arg.type))) return [{ field, of, path: [arg.name], type: arg.type }];
    const type = getNamedType(arg.type);
    if (!isInputObjectType(type)) return [];
    return Object.values(type.getFields()).flatMap((below) => {
      if (isInputObjectType(getNamedType(below.type)))
        throw new Error(`${below.name}: an input in an input: walk it, too`);
      return isListType(getNullableType(below.type))
        ? [{ field, of, path: [arg.name, below.name], type: below.type }]
        : [];
    });
  });
}

/** A call of the field with these values, and with whatever else it has to be told. */
function callOf(
  { field, of, path: [argument, name] }: ValueList,
  values: readonly unknown[],
): { query: string; variables: Record<string, unknown> } {
  const { type } = field.args.find((arg) => arg.name === argument)!;
  const input = getNamedType(type);
  const needed = isInputObjectType(input)
    ? Object.values(input.getFields()).filter((each) => isNonNullType(each.type) && each.name !== name)
    : [];
  const value =
    name === undefined
      ? values
      : {
          ...Object.fromEntries(needed.map((each) => [each.name, exampleOf(getNamedType(each.type).name)])),
          [name]: values,
        };
  const below = of === 'query' ? 'nodes { id }' : 'id';
  return {
    query: `${of}($given: ${String(type)}) { ${field.name}(${argument}: $given) { ${below} } }`,
    variables: { given: value },
  };
}

function exampleOf(type: string): unknown {
  return { ID: NOBODY, Int: 10, Date: '2025-01-01', String: 'words' }[type];
}
