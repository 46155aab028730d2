import fc, { type Arbitrary } from 'fast-check';
import { getNamedType, isObjectType, type GraphQLObjectType, type GraphQLSchema } from 'graphql';
import { callersOf } from './callers.ts';
import { documentOf, GraphQLInputs, posted, type Document } from './graphql-inputs.ts';
import { hostileFor, hostileTexts } from './hostile.ts';
import type { Input, Sent, Subject } from './input.ts';
import type { Place } from './rig.ts';
import { jsonOf, settled } from './values.ts';

type Body = Record<string, unknown>;
/** Makes a document of the schema into one that is wrong in some way. */
type Spoil = (document: Document, pick: number, hostile: unknown) => Body;

const at = (text: string, pick: number): number => pick % (text.length + 1);

const SPOILS: Readonly<Record<string, Spoil>> = {
  'an unknown field': ({ query, variables }, pick) => ({
    query: query.replace(/\{/g, (brace, offset: number) => (offset % 3 === pick % 3 ? '{ passwordHash ' : brace)),
    variables,
  }),
  'text that is cut off': ({ query, variables }, pick) => ({ query: query.slice(0, at(query, pick)), variables }),
  'text with a stray piece': ({ query, variables }, pick, hostile) => ({
    query: query.slice(0, at(query, pick)) + jsonOf(hostile) + query.slice(at(query, pick)),
    variables,
  }),
  'missing variables': ({ query }) => ({ query }),
  'variables of wrong types': ({ query, variables }, _, hostile) => ({
    query,
    variables: Object.fromEntries(Object.keys(variables).map((name) => [name, hostile])),
  }),
  'null for every variable': ({ query, variables }) => ({
    query,
    variables: Object.fromEntries(Object.keys(variables).map((name) => [name, null])),
  }),
  'variables that are none': ({ query }, _, hostile) => ({ query, variables: hostile }),
  'variables named as prototypes': ({ query, variables }, _, hostile) => ({
    query: query.replace(/^(query|mutation)(\()?/, '$1($__proto__: ID, $constructor: String, '),
    variables: Object.fromEntries([...Object.entries(variables), ['__proto__', hostile], ['constructor', hostile]]),
  }),
  'several operations and no name': ({ query, variables }) => ({
    query: `${query.replace(/^(query|mutation)/, '$1 A')} query B { me { id } }`,
    variables,
  }),
  'an operation name that is none': ({ query, variables }, _, hostile) => ({
    query,
    variables,
    operationName: hostile,
  }),
  'extensions that are none': ({ query, variables }, _, hostile) => ({ query, variables, extensions: hostile }),
  'an unknown persisted query': (_, pick) => ({
    extensions: { persistedQuery: { version: 1, sha256Hash: String(pick) } },
  }),
  'a persisted query that is none': ({ query, variables }, pick, hostile) => ({
    ...(pick % 2 && { query }),
    variables,
    extensions: {
      persistedQuery: [hostile, { version: 1, sha256Hash: hostile }, { version: hostile, sha256Hash: 'x' }][pick % 3],
    },
  }),
  'a query that is no text': ({ variables }, _, hostile) => ({ query: hostile, variables }),
  'directives out of place': ({ query, variables }, pick) => ({
    query: query.replace(
      ' {',
      [' @skip(if: "x") {', ' @deprecated {', ' @nothing {', ' @include(if: $x) {'][pick % 4] as string,
    ),
    variables,
  }),
  'a document with types': ({ query, variables }) => ({ query: `${query} type A { a: Int } scalar B`, variables }),
  'a subscription': ({ query, variables }) => ({
    query: query.replace(/^(query|mutation)/, 'subscription'),
    variables,
  }),
  'the same name for two fields': ({ query, variables }) => ({
    query: query.replace(/\}\s*$/, ' f0: __typename }'),
    variables,
  }),
  'unused and undefined fragments': ({ query, variables }) => ({
    query: `${query.replace(/\}\s*$/, ' ...Nowhere }')} fragment Unused on Nothing { id }`,
    variables,
  }),
};

/** Documents that no client means: broken, too large, or going round in circles. */
export class Shapes {
  private readonly calls: GraphQLInputs;

  constructor(private readonly schema: GraphQLSchema) {
    this.calls = new GraphQLInputs(schema);
  }

  subjects(): Subject[] {
    const large = { deep, wide, aliased, ring, nested, listed, introspecting };
    return [
      ...Object.entries(SPOILS).map(([kind, spoil]) => ({
        name: kind,
        inputs: this.spoilt(kind, spoil),
        costly: false,
      })),
      ...Object.entries(large).map(([kind, make]) => ({ name: kind, inputs: this.large(kind, make), costly: false })),
    ];
  }

  private spoilt(kind: string, spoil: Spoil): Arbitrary<Input> {
    // without those that compute a password hash, should the spoiling have left it whole
    const roots = this.calls.fields().filter(([, { name }]) => !/login|enrolment|user|organization/i.test(name));
    const whole = fc
      .constantFrom(...roots)
      .chain(([type, field]) => fc.tuple(fc.constant(type), this.calls.call(field, 0)));
    const hostile = fc.oneof(hostileTexts, hostileFor('JSONObject'), hostileFor('Int'), hostileFor('ID'));
    return fc
      .record({ caller: callersOf(''), whole, pick: fc.nat(2_000), hostile })
      .map(({ caller, whole: [type, call], pick, hostile }) => ({
        kind,
        caller,
        render: (place: Place) => {
          const document = documentOf(type, [call], true, place);
          const body = jsonOf(spoil(document, pick, settled(hostile, place)));
          return { ...posted(place, body), roots: document.roots };
        },
      }));
  }

  private large(kind: string, make: (schema: GraphQLSchema, size: number, pick: number) => string): Arbitrary<Input> {
    return fc
      .record({ caller: callersOf(''), size: fc.oneof(fc.nat(15), fc.nat(200), fc.nat(20_000)), pick: fc.nat(1_000) })
      .map(({ caller, size, pick }) => ({
        kind,
        caller,
        render: (place: Place): Sent => {
          const query = make(this.schema, size, pick);
          // a document that is whole may well be answered, and is then read for what it gives away
          return posted(place, jsonOf({ query: query.slice(0, 900_000) }));
        },
      }));
  }
}

const ROOTS = ['appointments', 'sessions', 'authorizations', 'patients', 'users', 'auditEvents', 'organizations', 'me'];

/** A path of relations, so many levels down. */
function deep(schema: GraphQLSchema, size: number, pick: number): string {
  const names: string[] = [];
  let type = schema.getQueryType() as GraphQLObjectType;
  for (let level = 0; level < size; level++) {
    const relations = Object.values(type.getFields()).filter(
      ({ type: of, args, name }) =>
        isObjectType(getNamedType(of)) && name !== 'pageInfo' && !args.some((arg) => String(arg.type).endsWith('!')),
    );
    const next = relations[(pick + level) % Math.max(relations.length, 1)];
    if (!next) break;
    names.push(next.name);
    type = getNamedType(next.type) as GraphQLObjectType;
  }
  return `{ ${names.join(' { ')} { __typename } ${'}'.repeat(Math.max(names.length - 1, 0))} }`;
}

function wide(schema: GraphQLSchema, size: number): string {
  const fields = Object.values(schema.getQueryType()!.getFields()).filter(
    ({ args }) => !args.some((arg) => String(arg.type).endsWith('!')),
  );
  const text = fields
    .map(({ name, type }) => (isObjectType(getNamedType(type)) ? `${name} { __typename }` : name))
    .join(' ');
  return `{ ${`${text} `.repeat(Math.ceil(size / 20) + 1)} }`;
}

function aliased(_: GraphQLSchema, size: number, pick: number): string {
  const root = ROOTS[pick % ROOTS.length]!;
  return `{ ${Array.from({ length: Math.min(size, 5_000) + 1 }, (__, index) => `a${index}: ${root} { __typename }`).join(' ')} }`;
}

function ring(_: GraphQLSchema, size: number): string {
  const length = (size % 50) + 1;
  const fragments = Array.from(
    { length },
    (__, index) => `fragment F${index} on User { id ...F${(index + 1) % length} }`,
  );
  return `{ me { ...F0 } } ${fragments.join(' ')}`;
}

/** Fragments in fragments, each spread twice: a few lines that stand for millions of fields. */
function nested(_: GraphQLSchema, size: number): string {
  const levels = (size % 60) + 1;
  const fragments = Array.from(
    { length: levels },
    (__, index) => `fragment F${index} on User { ...F${index + 1} organization { id } ...F${index + 1} }`,
  );
  return `{ me { ...F0 } } ${fragments.join(' ')} fragment F${levels} on User { email }`;
}

/** Pages of pages. */
function listed(_: GraphQLSchema, size: number, pick: number): string {
  const first = [1, 50, 200, 201][pick % 4];
  return `{ patients(first: ${first}) { nodes { authorizations(first: ${first}) { nodes { ledgerEntries(first: ${(size % 200) + 1}) { totalCount nodes { units } } } } } } }`;
}

function introspecting(_: GraphQLSchema, size: number): string {
  const levels = Math.min(size, 400);
  return `{ __schema { types { name ${'fields { type { fields { name '.repeat(levels)} ${'} } } '.repeat(levels)} } } __type(name: "User") { name } }`;
}
