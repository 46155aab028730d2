import { getMetadataStorage } from 'class-validator';
import {
  getNullableType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLEnumType,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLSchema,
  type GraphQLType,
} from 'graphql';
import { ErrorCode } from '../../foundation/errors/error-code.ts';
import type { Length } from '../../platform/graphql/inputs/validation.ts';
import type { InputClass } from './input-of.pipe.ts';

/** A JSON Schema (2020-12, as OpenAPI 3.1 has it). */
export type Schema = Readonly<Record<string, unknown>>;

interface View {
  /** Relations that may be null, and are told by their id all the same. */
  readonly nullableIds?: readonly string[];
  /** Plain fields that another feature adds, at the price of a query. */
  readonly without?: readonly string[];
}
interface Body {
  readonly input: InputClass;
  /** Sent elsewhere: in the path, or as a header. */
  readonly without: readonly string[];
}

const views = new Map<string, View>();
const lists = new Map<string, string>();
const bodies = new Map<string, Body>();
const others = new Map<string, Schema>();

/** Declares that REST answers this GraphQL type: its plain fields as they are, its relations by their ids. */
export function view(type: string, of: View = {}): string {
  views.set(type, of);
  return type;
}

/** Declares a page of a view. */
export function listOf(name: string): string {
  lists.set(`${name}Page`, name);
  return `${name}Page`;
}

/** Declares what a call sends: a GraphQL input without what comes in the path or as a header. */
export function body(input: InputClass, path: readonly string[] = []): string {
  const name = input.name.replace(/Input$/, '');
  bodies.set(name, { input, without: ['idempotencyKey', ...path] });
  return name;
}

/** Declares a schema that GraphQL has no type for. */
export function schema(name: string, of: Schema): string {
  others.set(name, of);
  return name;
}

export function ref(name: string): { $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}

/** Everything declared above, made from the GraphQL schema: so no type, enum or description stands twice. */
export function componentSchemas(graphql: GraphQLSchema): Record<string, Schema> {
  const enums = Object.values(graphql.getTypeMap()).filter((type) => isEnumType(type) && USED.test(type.name));
  return {
    ...Object.fromEntries(enums.map((type) => [type.name, enumSchema(type as GraphQLEnumType)])),
    ...Object.fromEntries([...views].map(([name, of]) => [name, viewSchema(graphql, name, of)])),
    ...Object.fromEntries([...lists].map(([name, of]) => [name, pageSchema(of)])),
    ...Object.fromEntries([...bodies].map(([name, of]) => [name, bodySchema(graphql, of)])),
    ...Object.fromEntries(others),
    Pagination: PAGINATION,
    Error: ERROR,
  };
}

const USED = /^(AppointmentStatus|SessionStatus|ServiceLocation|Role)$/;

const SCALARS: Readonly<Record<string, Schema>> = {
  ID: { type: 'string', format: 'uuid' },
  String: { type: 'string' },
  Boolean: { type: 'boolean' },
  Int: { type: 'integer', format: 'int32' },
  DateTime: { type: 'string', format: 'date-time' },
  Date: { type: 'string', format: 'date' },
  JSONObject: { type: 'object', additionalProperties: true },
};

function viewSchema(graphql: GraphQLSchema, name: string, { nullableIds = [], without = [] }: View): Schema {
  const type = graphql.getType(name);
  if (!isObjectType(type)) throw new Error(`GraphQL has no type ${name}.`);
  const properties = Object.fromEntries(
    Object.values(type.getFields())
      .filter((field) => !without.includes(field.name))
      .flatMap((field) => viewField(field, nullableIds)),
  );
  return object(properties, Object.keys(properties), type.description);
}

function viewField(field: GraphQLField<unknown, unknown>, nullableIds: readonly string[]): [string, Schema][] {
  const inner = getNullableType(field.type);
  if (isLeafType(inner)) return [[field.name, typed(field)]];
  if (!isObjectType(inner)) return [];
  const id = { ...SCALARS.ID, description: `The ${field.name}.` };
  if (isNonNullType(field.type)) return [[`${field.name}Id`, id]];
  return nullableIds.includes(field.name) ? [[`${field.name}Id`, nullable(id)]] : [];
}

function bodySchema(graphql: GraphQLSchema, { input, without }: Body): Schema {
  const type = graphql.getType(input.name);
  if (!isInputObjectType(type)) throw new Error(`GraphQL has no input ${input.name}.`);
  const fields = Object.values(type.getFields()).filter(({ name }) => !without.includes(name));
  const lengths = lengthsOf(input);
  const required = fields.filter(({ type, defaultValue }) => isNonNullType(type) && defaultValue === undefined);
  return object(
    Object.fromEntries(fields.map((field) => [field.name, typed(field, lengths.get(field.name))])),
    required.map(({ name }) => name),
    type.description?.replace('idempotencyKey', 'Idempotency-Key'),
  );
}

function pageSchema(of: string): Schema {
  return object({ data: { type: 'array', items: ref(of) }, pagination: ref('Pagination') }, ['data', 'pagination']);
}

function object(properties: Record<string, Schema>, required: readonly string[], description?: string | null): Schema {
  return { type: 'object', ...(description && { description }), properties, required, additionalProperties: false };
}

function typed(field: GraphQLField<unknown, unknown> | GraphQLInputField, length?: Length): Schema {
  const plain = { ...typeSchema(getNullableType(field.type)), ...(length && lengthSchema(length)) };
  const described = field.description ? { ...plain, description: field.description } : plain;
  return isNonNullType(field.type) ? described : nullable(described);
}

function typeSchema(type: GraphQLType): Schema {
  if (isListType(type)) return { type: 'array', items: typeSchema(getNullableType(type.ofType as GraphQLType)) };
  if (isEnumType(type)) return ref(type.name);
  const scalar = SCALARS[String(type)];
  if (!scalar) throw new Error(`REST has no schema for ${String(type)}.`);
  return scalar;
}

function nullable({ description, ...of }: Schema): Schema {
  const either = typeof of.type === 'string' ? { ...of, type: [of.type, 'null'] } : { oneOf: [of, { type: 'null' }] };
  return description ? { ...either, description } : either;
}

function enumSchema(type: GraphQLEnumType): Schema {
  const described = type.description ? { description: type.description } : {};
  return { type: 'string', enum: type.getValues().map(({ name }) => name), ...described };
}

/** The lengths that the input's class checks. */
function lengthsOf(input: InputClass): Map<string, Length> {
  const checks = getMetadataStorage().getTargetValidationMetadatas(input, '', false, false);
  return new Map(
    checks.flatMap(({ name, propertyName, constraints }) => {
      const [length] = constraints as Length[];
      return (name === 'isText' || name === 'isLine') && length ? [[propertyName, length] as const] : [];
    }),
  );
}

function lengthSchema({ min = 0, max }: Length): Schema {
  return { minLength: min, maxLength: max };
}

const PAGINATION = object(
  {
    page: { type: 'integer', minimum: 1 },
    limit: { type: 'integer', minimum: 1, description: 'Rows of a page, at most.' },
    total: { type: 'integer', minimum: 0, description: 'Rows of the whole list.' },
    totalPages: { type: 'integer', minimum: 0 },
  },
  ['page', 'limit', 'total', 'totalPages'],
);

const ERROR = object(
  {
    error: { type: 'string', description: 'The status in words.' },
    code: {
      type: 'string',
      enum: Object.values(ErrorCode),
      description: 'What to act upon: a closed list, the same as in GraphQL.',
    },
    message: { type: 'string', description: 'For people. Holds no patient data.' },
    details: { type: 'object', additionalProperties: true, description: 'By code, see docs/api-errors.md.' },
    requestId: { type: 'string' },
  },
  ['error', 'code', 'message', 'details', 'requestId'],
);
