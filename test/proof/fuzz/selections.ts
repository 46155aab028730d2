import fc, { type Arbitrary } from 'fast-check';
import { getNamedType, isObjectType, type GraphQLField, type GraphQLObjectType } from 'graphql';
import { inputOf, type Malice } from './leaves.ts';
import type { Place } from './rig.ts';
import { literalOf, settled } from './values.ts';

type Field = GraphQLField<unknown, unknown>;

/** A field that is asked for, with what is asked for below it. */
interface Picked {
  readonly field: Field;
  readonly args: Record<string, unknown>;
  readonly below: readonly Picked[];
  readonly spread: boolean;
}

export type Selection = readonly Picked[];

const DEEPEST = 4;

/** Fields of a type, at random: plain ones more often than relations. */
export class Selections {
  private readonly known = new Map<string, Arbitrary<Selection>>();

  of(type: GraphQLObjectType, depth = 0, malice: Malice = 12): Arbitrary<Selection> {
    const key = `${type.name} ${depth} ${malice}`;
    const known = this.known.get(key);
    if (known) return known;
    const fields = Object.values(type.getFields()).filter(
      (field) => depth < DEEPEST || !isObjectType(getNamedType(field.type)),
    );
    const made = fc
      .tuple(...fields.map((field) => this.picked(field, depth, malice)))
      .map((picked) => picked.flatMap((each) => (each ? [each] : [])));
    this.known.set(key, made);
    return made;
  }

  private picked(field: Field, depth: number, malice: Malice): Arbitrary<Picked | undefined> {
    const type = getNamedType(field.type);
    const at = { call: field.name, owner: field.name, about: type.name };
    const args = Object.fromEntries(field.args.map((arg) => [arg.name, inputOf(arg, at, malice)]));
    const picked = fc.record({
      field: fc.constant(field),
      args: fc.record(args),
      below: isObjectType(type) ? this.of(type, depth + 1, malice) : fc.constant([]),
      spread: fc.nat(9).map((one) => one === 9),
    });
    const seldom = isObjectType(type) && !['nodes', 'edges', 'node'].includes(field.name);
    return fc.oneof(
      { weight: 1, arbitrary: fc.constant(undefined) },
      { weight: seldom ? 1 : 3, arbitrary: picked },
      { weight: seldom ? 1 : 0, arbitrary: fc.constant(undefined) },
    );
  }
}

/** `{ ... }`; nothing for a scalar. */
export function selectionText(selection: Selection, isObject: boolean, place: Place): string {
  if (!isObject) return '';
  if (!selection.length) return '{ __typename }';
  return `{ ${selection.map((picked) => pickedText(picked, place)).join(' ')} }`;
}

function pickedText({ field, args, below, spread }: Picked, place: Place): string {
  const type = getNamedType(field.type);
  const text = `${field.name}${argsText(field, args, place)} ${selectionText(below, isObjectType(type), place)}`;
  return spread ? `... { ${text} }` : text;
}

/** `(a: 1, b: "x")`; nothing where none is given. */
export function argsText(field: Field, args: Record<string, unknown>, place: Place): string {
  const given = Object.entries(settled(args, place) as Record<string, unknown>).filter(
    ([, value]) => value !== undefined,
  );
  if (!given.length) return '';
  const types = new Map(field.args.map(({ name, type }) => [name, type]));
  return `(${given.map(([name, value]) => `${name}: ${literalOf(value, types.get(name))}`).join(', ')})`;
}
