import {
  getNamedType,
  getNullableType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type SelectionSetNode,
} from 'graphql';
import { attachedTo, isAttachable } from './attached.ts';

/** Makes the answer of a value that is there already. @throws NotPlain */
export type Projection = (value: unknown) => unknown;

/** A value that only graphql-js can answer: one that somebody has to read first, or to say why there is none. */
class NotPlain extends Error {}

type Fragments = Readonly<Record<string, FragmentDefinitionNode | undefined>>;

interface Source {
  readonly fragments: Fragments;
  /** Whether relations were read along with the rows. */
  readonly attached: boolean;
}

/** Under each name of the answer, the nodes that ask for it. */
type Fields = Map<string, [FieldNode, ...FieldNode[]]>;

/**
 * What is asked for of a type, written out once as functions from a row to its JSON, where it is plain: properties, and
 * relations that were read along. graphql-js asks of each field of each row how it is resolved, with which arguments,
 * under which path, and whether it is a promise; of a week with 40 visits, that was an eighth of the API's time and two
 * thirds of its garbage. Values are written and checked by the same scalars and for the same nulls.
 *
 * @returns undefined where it is not plain
 */
export function projectionOf(
  type: GraphQLOutputType,
  nodes: readonly FieldNode[],
  source: Source,
): Projection | undefined {
  const whole = projectionOfNullable(getNullableType(type) as GraphQLOutputType, nodes, source);
  if (!whole || isNonNullType(type)) return whole;
  return (value) => (value == null ? null : whole(value));
}

/** Of what is not null; a null is not plain. */
function projectionOfNullable(
  type: GraphQLOutputType,
  nodes: readonly FieldNode[],
  source: Source,
): Projection | undefined {
  if (isLeafType(type)) return leaf(type);
  if (isListType(type)) return list(projectionOf(type.ofType as GraphQLOutputType, nodes, source));
  return isObjectType(type) ? object(type, nodes, source) : undefined;
}

function leaf(type: GraphQLLeafType): Projection {
  return (value) => {
    if (value == null) throw new NotPlain();
    return type.serialize(value);
  };
}

function list(each: Projection | undefined): Projection | undefined {
  return (
    each &&
    ((value) => {
      if (!Array.isArray(value)) throw new NotPlain();
      return value.map(each);
    })
  );
}

function object(type: GraphQLObjectType, nodes: readonly FieldNode[], source: Source): Projection | undefined {
  const fields: Fields = new Map();
  const seen = new Set<string>(); // over all nodes of the field, or fragments that repeat each other would grow without end
  if (!nodes.every(({ selectionSet }) => collect(selectionSet, source.fragments, fields, seen))) return undefined;
  const parts: { readonly key: string; readonly of: (row: object) => unknown }[] = [];
  for (const [key, same] of fields) {
    const of = fieldOf(type, same, source);
    if (!of) return undefined;
    parts.push({ key, of });
  }
  return (row) => {
    if (typeof row !== 'object' || row === null) throw new NotPlain();
    const answer: Record<string, unknown> = {};
    for (const { key, of } of parts) answer[key] = of(row);
    return answer;
  };
}

/** Of a row: what one of its fields answers. */
function fieldOf(
  type: GraphQLObjectType,
  nodes: readonly [FieldNode, ...FieldNode[]],
  source: Source,
): ((row: object) => unknown) | undefined {
  const { value: name } = nodes[0].name;
  if (name === '__typename') return () => type.name;
  const field = type.getFields()[name];
  const isRelation = field && source.attached && isAttachable(field);
  if (!isRelation && !(field && isProperty(field))) return undefined;
  const project = projectionOf(field.type, nodes, source);
  if (!project) return undefined;
  if (isRelation)
    return (row) => {
      const value = attachedTo(row, name);
      if (value === undefined) throw new NotPlain();
      return project(value);
    };
  return (row) => project((row as Record<string, unknown>)[name]);
}

/** Nest gives a field that no resolver is written for one of its own, by this name. Else nothing would be plain, only slower. */
export function isProperty({ resolve, extensions }: GraphQLField<unknown, unknown>): boolean {
  return !extensions[LATER] && (!resolve || resolve.name === 'rootFieldResolver');
}

/** On a field whose property is a promise. */
export const LATER = 'later';

/** By the names they are answered under, as graphql-js does. @returns false where a variable may decide whether one is */
function collect(
  selection: SelectionSetNode | undefined,
  fragments: Fragments,
  into: Fields,
  seen: Set<string>,
): boolean {
  return (selection?.selections ?? []).every((node) => {
    if (node.directives?.length) return false;
    if (node.kind === Kind.INLINE_FRAGMENT) return collect(node.selectionSet, fragments, into, seen);
    if (node.kind === Kind.FRAGMENT_SPREAD) {
      const { value: name } = node.name;
      return seen.has(name) || collect(fragments[name]?.selectionSet, fragments, into, seen.add(name));
    }
    if (node.arguments?.length) return false;
    const key = (node.alias ?? node.name).value;
    const same = into.get(key);
    if (same) same.push(node);
    else into.set(key, [node]);
    return key !== '__proto__'; // a property that cannot be set
  });
}

/** A type of pages of rows. */
export function isConnection(type: GraphQLOutputType): boolean {
  return getNamedType(type).name.endsWith('Connection');
}
