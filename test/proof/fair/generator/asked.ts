import { getNamedType, getNullableType, isListType, isObjectType, type GraphQLField } from 'graphql';
import { isAttachable } from '../../../../src/platform/graphql/lists/attached.ts';
import { isProperty } from '../../../../src/platform/graphql/lists/projection.ts';
import { weightOf } from '../../../../src/platform/graphql/lists/long-text.ts';
import { mostOf } from '../../../../src/platform/graphql/lists/plain-lists.ts';

export type Field = GraphQLField<unknown, unknown>;

/** A field that is asked for, with what is asked for below it. */
export interface Asked {
  readonly field: Field;
  readonly alias: string | undefined;
  /** As they are written, but for the page's size. */
  readonly args: readonly string[];
  /** Rows of a page; undefined where the field is no connection. */
  page: number | undefined;
  readonly below: Asked[];
}

/** What texts that may be long count as, in objects, for a schema that was read as text: that does not tell. */
const LONG_TEXTS: Readonly<Record<string, number>> = { narrativeNotes: 50, metrics: 50, notes: 5 };

/** In a schema that was read as text. */
const READ_FOR_THEMSELVES = ['grantedTo', 'grantedBy'];

/** What the API counts as its cost (src/platform/graphql/edge/limits.ts), or somewhat more. */
export function costOf({ field, page, below }: Asked): number {
  const child = below.reduce((sum, each) => sum + costOf(each), 0);
  if (!isObjectType(getNamedType(field.type))) return weightOf(field) || (LONG_TEXTS[field.name] ?? 0);
  if (page !== undefined) return 1 + page * child;
  const isPlainList = isListType(getNullableType(field.type)) && field.name !== 'nodes' && field.name !== 'edges';
  if (isPlainList) return mostOf(field) * (1 + child);
  return (isReadForItself(field) ? 10 : 1) + child;
}

function isReadForItself(field: Field): boolean {
  return READ_FOR_THEMSELVES.includes(field.name) || !(isProperty(field) || isAttachable(field));
}

/** How many words and signs its text is made of. */
export function tokensOf({ alias, args, page, below }: Asked): number {
  const given = args.length + (page === undefined ? 0 : 1);
  const ofArgs = given ? 2 + (page === undefined ? 0 : 3) + args.reduce((sum, arg) => sum + wordsOf(arg), 0) : 0;
  return 1 + (alias === undefined ? 0 : 2) + ofArgs + (below.length ? 2 + sumOfTokens(below) : 0);
}

export function sumOfTokens(all: readonly Asked[]): number {
  return all.reduce((sum, each) => sum + tokensOf(each), 0);
}

export function textOf({ field, alias, args, page, below }: Asked): string {
  const given = [...(page === undefined ? [] : [`first: ${page}`]), ...args];
  const name = alias === undefined ? field.name : `${alias}: ${field.name}`;
  return `${name}${given.length ? `(${given.join(', ')})` : ''}${below.length ? ` { ${below.map(textOf).join(' ')} }` : ''}`;
}

function wordsOf(text: string): number {
  return text.match(/"[^"]*"|\w+|[^\s\w,]/g)?.length ?? 0;
}
