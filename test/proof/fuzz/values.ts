import { GraphQLEnumType, isInputObjectType, isListType, isNonNullType, type GraphQLInputType } from 'graphql';
import type { Place } from './rig.ts';

/** What is known only when an input is sent: an id of the rig, an email that nobody has, a text too long to keep. */
export class Late {
  constructor(readonly of: (place: Place) => unknown) {}
}

/** A piece of JSON, or of GraphQL, as it is: what JavaScript would write otherwise, or could not hold. */
export class Raw {
  constructor(readonly text: string) {}
}

/** The same with nothing late in it. */
export function settled(value: unknown, place: Place): unknown {
  if (value instanceof Late) return settled(value.of(place), place);
  if (value instanceof Raw || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => settled(each, place));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, settled(inner, place)]));
}

/** JSON, with pieces as they are; undefined is left out. */
export function jsonOf(value: unknown): string {
  if (value instanceof Raw) return value.text;
  if (typeof value !== 'object' || value === null) return typeof value === 'undefined' ? 'null' : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(jsonOf).join(',')}]`;
  const fields = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return `{${fields.map(([key, inner]) => `${JSON.stringify(key)}:${jsonOf(inner)}`).join(',')}}`;
}

/** A GraphQL literal. Strings where the type wants an enum are its names, whatever they hold. */
export function literalOf(value: unknown, type: GraphQLInputType | undefined): string {
  if (isNonNullType(type)) return literalOf(value, type.ofType);
  if (value instanceof Raw) return value.text;
  if (typeof value === 'string') return type instanceof GraphQLEnumType ? value : JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return value === undefined ? 'null' : JSON.stringify(value);
  if (Array.isArray(value)) {
    const inner = isListType(type) ? (type.ofType as GraphQLInputType) : undefined;
    return `[${value.map((each) => literalOf(each, inner)).join(', ')}]`;
  }
  const known = isInputObjectType(type) ? type.getFields() : {};
  const fields = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return `{ ${fields.map(([key, inner]) => `${key}: ${literalOf(inner, Object.hasOwn(known, key) ? known[key]?.type : undefined)}`).join(', ')} }`;
}
