import { getNamedType, getNullableType, isListType, isObjectType, type GraphQLObjectType } from 'graphql';
import { costOf, textOf, tokensOf, type Asked, type Field } from './asked.ts';
import { MOST } from './limits.ts';

/** The arguments of a field but for its page, as they are written: `id: "..."`. */
export type Told = (field: Field) => readonly string[];

/** A relation that may be asked for, too. */
interface Slot {
  readonly above: Asked;
  readonly field: Field;
  /** Of the relation itself; what is asked of it stands below. */
  readonly depth: number;
}

/**
 * The dearest query of a field that passes the limits, or nearly so: all plain fields, then relations, level by level and lists
 * first, in pages as large as there is room for.
 *
 * @param roots how often it asks for the field, under aliases
 */
export function dearestOf(field: Field, roots: number, told: Told): Asked[] {
  const most = { cost: MOST.cost / roots, tokens: (MOST.tokens - 2) / roots };
  const root = plain(field, told);
  const fits = (): boolean => costOf(root) <= most.cost && tokensOf({ ...root, alias: 'a' }) <= most.tokens;
  const shrink = (asked: Asked): void => {
    while (!fits() && asked.page !== undefined && asked.page > 1) asked.page = Math.floor(asked.page / 2);
  };
  shrink(root);
  for (const rows = rowsOf(root); !fits() && rows.below.length > 1;) rows.below.pop();
  const waiting = slotsOf(root, 1);
  for (let slot = waiting.shift(); slot; slot = waiting.shift()) {
    const asked = plain(slot.field, told);
    slot.above.below.push(asked);
    shrink(asked);
    if (fits()) waiting.push(...slotsOf(asked, slot.depth));
    else slot.above.below.pop();
  }
  return Array.from({ length: roots }, (_, nth) => ({ ...root, alias: `a${nth}` }));
}

/** Of a query with pages of so many rows at most. */
export function textWith(roots: readonly Asked[], most: number): string {
  const smaller = (asked: Asked): Asked => ({
    ...asked,
    page: asked.page === undefined ? undefined : Math.min(asked.page, most),
    below: asked.below.map(smaller),
  });
  return `{ ${roots.map((root) => textOf(smaller(root))).join(' ')} }`;
}

/** All fields that it asks for, by the names of their types and their own. */
export function fieldsOf(type: GraphQLObjectType, roots: readonly Asked[]): string[] {
  return roots.flatMap(({ field, below }) => {
    const named = getNamedType(field.type);
    return [`${type.name}.${field.name}`, ...(isObjectType(named) ? fieldsOf(named, below) : [])];
  });
}

/** With all that comes along with its rows, and nothing that has to be read for itself but the number of a list's rows. */
function plain(field: Field, told: Told): Asked {
  const isPaged = field.args.some(({ name }) => name === 'first');
  const type = getNamedType(field.type) as GraphQLObjectType;
  const leaf = (each: Field): Asked => ({ field: each, alias: undefined, args: [], page: undefined, below: [] });
  const leavesOf = (each: GraphQLObjectType): Asked[] => Object.values(each.getFields()).filter(isPlain).map(leaf);
  const { nodes, pageInfo } = type.getFields();
  const below = leavesOf(type);
  if (nodes && pageInfo) {
    below.unshift({ ...leaf(nodes), below: leavesOf(getNamedType(nodes.type) as GraphQLObjectType) });
    below.push({ ...leaf(pageInfo), below: leavesOf(getNamedType(pageInfo.type) as GraphQLObjectType) });
  }
  return { ...leaf(field), args: told(field), page: isPaged ? MOST.page : undefined, below };
}

/** What stands for a row: the field itself, or the nodes of its page. */
function rowsOf(asked: Asked): Asked {
  return asked.below.find(({ field }) => field.name === 'nodes') ?? asked;
}

function slotsOf(asked: Asked, depth: number): Slot[] {
  const rows = rowsOf(asked);
  const below = depth + (rows === asked ? 1 : 2);
  // and there has to be a level for what is asked of it, which of a page is two
  const fields = Object.values((getNamedType(rows.field.type) as GraphQLObjectType).getFields()).filter(
    (field) => !isPlain(field) && below + (isPage(field) ? 2 : 1) <= MOST.depth,
  );
  return fields
    .sort((one, other) => worthOf(other) - worthOf(one))
    .map((field) => ({ above: rows, field, depth: below }));
}

function isPlain({ type }: Field): boolean {
  return !isObjectType(getNamedType(type));
}

function isPage({ type }: Field): boolean {
  return getNamedType(type).name.endsWith('Connection');
}

function worthOf(field: Field): number {
  return isPage(field) ? 2 : isListType(getNullableType(field.type)) ? 1 : 0;
}
