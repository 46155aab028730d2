import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import type { OpenAPIObject } from '@nestjs/swagger';
import {
  getNamedType,
  isInterfaceType,
  isIntrospectionType,
  isNonNullType,
  isObjectType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { idOf, Kind } from '../../bench/ids.ts';
import { JWT_SECRET } from '../../bench/stage/api.ts';
import { tokenOf } from '../../bench/tokens.ts';
import { tokensOf, type Field } from '../proof/fair/generator/asked.ts';
import { dearestOf, fieldsOf, textWith, type Told } from '../proof/fair/generator/dearest.ts';
import { MOST } from '../proof/fair/generator/limits.ts';
import { ATTACKERS, fillPractices, GRANTS, SERVICE_CODES } from '../proof/fair/stage/practices.ts';
import { statementsOf } from '../support/statements.ts';
import { World } from '../support/world.ts';

/** A fifth of what it is unless set: so some of the dearest are larger in a small practice. */
const MOST_BYTES = 1_000_000;
/** Of one field with all that is below it, as deep as may be. BEGIN, the tenant, the trail and COMMIT are four of each transaction. */
const MOST_STATEMENTS = 100;
const MOST_STATEMENTS_OF_ALL_ROOTS = 500;
/** Of this process, on a machine that does much else: what takes longer is of another order. */
const MOST_CPU_MS = 5_000;
const WEEKS = 3;

const KINDS: Readonly<Record<string, Kind>> = {
  appointment: Kind.APPOINTMENT,
  authorization: Kind.AUTHORIZATION,
  patient: Kind.PATIENT,
  patientId: Kind.PATIENT,
  practitioner: Kind.PRACTITIONER,
  practitionerId: Kind.PRACTITIONER,
  session: Kind.SESSION,
};
const idFor = (name: string): string => idOf(KINDS[name]!, ATTACKERS.organization, 1);
const told: Told = ({ name, args }) =>
  args.filter(({ type }) => isNonNullType(type)).map((arg) => `${arg.name}: "${idFor(name)}"`);

interface Taken {
  readonly statements: string[];
  readonly bytes: number;
  readonly cpuMs: number;
  readonly refusal: { readonly code: string; readonly details: { readonly most?: number } } | undefined;
}

describe('given a practice with a past, and callers who ask for as much as the limits let pass', () => {
  let world: World;
  let schema: GraphQLSchema;
  let query: GraphQLObjectType;
  const token = tokenOf(ATTACKERS.organization, 1);
  beforeAll(async () => {
    world = await World.create({ JWT_SECRET, POINTS_PER_MINUTE: '0', MAX_ANSWER_BYTES: String(MOST_BYTES) });
    await fillPractices(world.test.database.ownerUrl, WEEKS);
    schema = world.test.app.get(GraphQLSchemaHost).schema;
    query = schema.getQueryType()!;
  });
  afterAll(() => world.close());

  const fields = (): Field[] => Object.values(query.getFields());

  async function taken(request: { method: 'GET' | 'POST'; url: string; payload?: object }): Promise<Taken> {
    await world.query('{ me { id } }', {}, token); // the account is remembered from here on
    let payload = '';
    const before = process.cpuUsage();
    const statements = await statementsOf(async () => {
      const headers = { authorization: `Bearer ${token}` };
      ({ payload } = await world.test.app.inject({ ...request, headers }));
    });
    const { user, system } = process.cpuUsage(before);
    const { errors, code, details } = JSON.parse(payload) as {
      errors?: { extensions: NonNullable<Taken['refusal']> }[];
      code?: string;
      details?: object;
    };
    const refusal = errors?.[0]?.extensions ?? (code === undefined ? undefined : { code, details: details ?? {} });
    return { statements, bytes: payload.length, cpuMs: (user + system) / 1_000, refusal };
  }
  const asked = (text: string): Promise<Taken> => taken({ method: 'POST', url: '/graphql', payload: { query: text } });

  /** What is too large is refused for that and nothing else; all else has an answer that is not. */
  const requireBounded = (name: string, { bytes, cpuMs, refusal }: Taken): void => {
    expect([name, refusal?.code, refusal?.details.most]).toEqual([
      name,
      ...(refusal ? ['BAD_USER_INPUT', MOST_BYTES] : [undefined, undefined]),
    ]);
    expect([name, bytes <= MOST_BYTES, cpuMs < MOST_CPU_MS || `${cpuMs} ms of CPU`]).toEqual([name, true, true]);
  };

  it('when a field of Query is asked for with all that is below it, then it takes the same few statements for 2 rows and for 200', async () => {
    for (const field of fields()) {
      const dearest = dearestOf(field, 1, told);
      const few = await asked(textWith(dearest, 2));
      const many = await asked(textWith(dearest, MOST.page));
      requireBounded(field.name, many);
      expect([field.name, many.statements.length]).toEqual([field.name, few.statements.length]);
      expect([field.name, many.statements.length <= MOST_STATEMENTS || many.statements.length]).toEqual([
        field.name,
        true,
      ]);
    }
  });

  it('when it is asked for under as many aliases as may be, then it takes a bounded number of statements, and no more than so many bytes', async () => {
    const refused: string[] = [];
    for (const field of fields()) {
      const all = await asked(textWith(dearestOf(field, MOST.roots, told), MOST.page));
      requireBounded(field.name, all);
      if (all.refusal) refused.push(field.name);
      expect([field.name, all.statements.length <= MOST_STATEMENTS_OF_ALL_ROOTS || all.statements.length]).toEqual([
        field.name,
        true,
      ]);
    }
    expect(refused).toEqual(
      expect.arrayContaining(['allEmergencyAccessGrants', 'emergencyAccessGrants', 'appointments']),
    );
    expect(refused).not.toContain('me');
  });

  it('when these queries are looked through, then they are near the limits, and every relation of the schema is in one', () => {
    const queries = fields().map((field) => dearestOf(field, 1, told));
    const seen = new Set(queries.flatMap((roots) => fieldsOf(query, roots)));
    const missing = relationsBelow(query).filter((name) => !seen.has(name));
    expect(missing).toEqual([]);
    const longest = Math.max(...queries.flat().map((root) => tokensOf(root)));
    expect(longest).toBeGreaterThan(MOST.tokens / 2);
  });

  it('when a REST list is asked for, then a page of 200 takes as many statements as one of 2, and is no larger than an answer may be', async () => {
    const document = (await world.test.app.inject({ url: '/api-docs/json' })).json<OpenAPIObject>();
    const lists = Object.entries(document.paths).flatMap(([path, { get }]) =>
      get?.parameters?.some((parameter) => 'name' in parameter && parameter.name === 'limit') ? [path] : [],
    );
    expect(lists.length).toBeGreaterThan(3);
    for (const path of lists) {
      const url = path.replace(/\{(\w+)\}/g, (_, name: string) => idFor(name));
      const few = await taken({ method: 'GET', url: `${url}?limit=2` });
      const many = await taken({ method: 'GET', url: `${url}?limit=200` });
      requireBounded(path, many);
      expect([path, few.refusal]).toEqual([path, undefined]);
      expect([path, many.statements.length]).toEqual([path, few.statements.length]);
      expect([path, (await taken({ method: 'GET', url: `${url}?limit=201` })).refusal?.code]).toEqual([
        path,
        'BAD_USER_INPUT',
      ]);
    }
  });

  it('when a list has no pages, then it is one of these, and has 200 rows at most', async () => {
    const plain = objectTypes(schema).flatMap((type) =>
      type.name.endsWith('Connection')
        ? []
        : Object.values(type.getFields()).flatMap((field) =>
            /^\[/.test(String(field.type)) ? [`${type.name}.${field.name}`] : [],
          ),
    );
    expect(plain.sort()).toEqual([
      'Authorization.serviceCodes', // 50 may be given
      'EnrolledAuthPayload.recoveryCodes', // a fixed number
      'Mutation.confirmTotpEnrolment', // the same
      'Query.emergencyAccessGrants',
      'Query.organizations',
      'Query.serviceCodes',
    ]);
    const { data } = await world.query('{ serviceCodes { id } emergencyAccessGrants { id } }', {}, token);
    expect([SERVICE_CODES, GRANTS].every((count) => count > MOST.page)).toBe(true);
    expect([data.serviceCodes.length, data.emergencyAccessGrants.length]).toEqual([MOST.page, MOST.page]);
  });
});

function objectTypes(schema: GraphQLSchema): GraphQLObjectType[] {
  return Object.values(schema.getTypeMap()).filter(
    (type): type is GraphQLObjectType => isObjectType(type) && !isIntrospectionType(type),
  );
}

/** `Patient.authorizations` and the like, of all types that a query can come to; of pages only their rows. */
function relationsBelow(root: GraphQLObjectType): string[] {
  const known = new Set<GraphQLObjectType>([root]);
  const relations: string[] = [];
  for (const type of known)
    for (const field of Object.values(type.getFields())) {
      const below = getNamedType(field.type);
      if (isInterfaceType(below) || !isObjectType(below) || field.name === 'edges') continue;
      relations.push(`${type.name}.${field.name}`);
      known.add(below);
    }
  return relations;
}
