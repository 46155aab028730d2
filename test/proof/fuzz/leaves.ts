import fc, { type Arbitrary } from 'fast-check';
import {
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  type GraphQLInputField,
  type GraphQLArgument,
  type GraphQLInputType,
} from 'graphql';
import { frequencyOf, happyFor, type Leaf } from './happy.ts';
import { hostileFor, type LeafKind } from './hostile.ts';

/** How often, of a hundred, a leaf is hostile. */
export type Malice = 0 | 12 | 60;

/** What a call is, for the values that it is given. */
export interface About {
  readonly call: string;
  readonly about: string;
}

/** Absent, null where that may be, meant well, or hostile. */
export function leafOf(leaf: Leaf, required: boolean, malice: Malice): Arbitrary<unknown> {
  const present = mixed(happyFor(leaf), hostileFor(leaf.kind), malice);
  if (required) return present;
  const frequency = frequencyOf(leaf);
  return fc.oneof(
    { weight: frequency, arbitrary: present },
    { weight: 10 - frequency, arbitrary: fc.constant(undefined) },
    { weight: malice ? 1 : 0, arbitrary: fc.constant(null) },
  );
}

/** A value for an argument, or a field of an input, of the schema. */
export function inputOf(
  of: GraphQLArgument | GraphQLInputField,
  at: About & { readonly owner: string },
  malice: Malice,
): Arbitrary<unknown> {
  const required = isRequiredInputField(of);
  return valueOf(of.type, { ...at, name: of.name }, required, malice);
}

function valueOf(
  type: GraphQLInputType,
  at: About & { readonly owner: string; readonly name: string },
  required: boolean,
  malice: Malice,
): Arbitrary<unknown> {
  if (isNonNullType(type)) return valueOf(type.ofType, at, required, malice);
  if (isListType(type)) return listOf(type.ofType, at, required, malice);
  if (!isInputObjectType(type)) return leafOf(leafAt(type, at), required, malice);
  const fields = Object.values(type.getFields());
  const owner = type.name;
  const object = fc.record(
    Object.fromEntries(fields.map((field) => [field.name, inputOf(field, { ...at, owner }, malice)])),
  );
  const whole = mixed(object, hostileFor('JSONObject'), malice && 12, 8);
  return required ? whole : fc.oneof({ weight: 3, arbitrary: whole }, { weight: 1, arbitrary: fc.constant(undefined) });
}

/** Lists of service codes are known by their name; others are made of their elements. */
function listOf(
  inner: GraphQLInputType,
  at: About & { readonly owner: string; readonly name: string },
  required: boolean,
  malice: Malice,
): Arbitrary<unknown> {
  if (at.name === 'serviceCodes') return leafOf({ ...at, kind: 'String' }, required, malice);
  const elements = fc.array(valueOf(inner, at, true, malice), { minLength: malice ? 0 : 1, maxLength: 3 });
  return required ? elements : fc.option(elements, { nil: undefined });
}

function leafAt(type: GraphQLInputType, at: About & { readonly owner: string; readonly name: string }): Leaf {
  if (isEnumType(type)) return { ...at, kind: 'ENUM', names: type.getValues().map(({ name }) => name) };
  return { ...at, kind: String(type) as LeafKind };
}

function mixed(happy: Arbitrary<unknown>, hostile: Arbitrary<unknown>, malice: Malice, part = 1): Arbitrary<unknown> {
  if (!malice) return happy;
  return fc.oneof({ weight: (100 - malice) * part, arbitrary: happy }, { weight: malice, arbitrary: hostile });
}
