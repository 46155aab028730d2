import { Injectable } from '@nestjs/common';
import type { RowKey, TenantRow } from '../../platform/database/rows/tenant-repository.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { attach, isAttached } from '../../platform/graphql/lists/attached.ts';
import type { Selection } from '../../platform/graphql/lists/selection.ts';
import { mayPass, type Permission } from './permission.ts';

type Class<Row> = abstract new () => Row;

/** A relation field whose values can be read together with the rows of a list. */
export interface Relation<Parent, Value> {
  /** What the field's door asks for: read ahead is only for who may pass it. */
  readonly permission: Permission;
  /** The values for these rows, in their order. Undefined where the field itself has to say why there is none. */
  readonly read: (
    tx: Tx,
    rows: readonly Parent[],
    selection: Selection,
  ) => Promise<readonly (Value | null | undefined)[]>;
  /** What the values are, or their elements, for what is asked for below them. */
  readonly of?: Class<object>;
}

type AnyRelation = Relation<object, unknown>;

/**
 * To the row that a property of each parent names.
 *
 * @param read those that the caller may read, of these
 */
export function belongsTo<Key extends string, Row extends TenantRow>(
  permission: Permission,
  property: Key,
  of: Class<Row>,
  read: (tx: Tx, keys: readonly RowKey[], selection: Selection) => Promise<Row[]>,
): Relation<{ readonly organizationId: string } & Readonly<Record<Key, string>>, Row> {
  return {
    permission,
    of,
    read: async (tx, parents, selection) => {
      const keys = parents.map(({ organizationId, [property]: id }) => ({ organizationId, id }));
      const found = new Map((await read(tx, keys, selection)).map((row) => [row.id, row]));
      return keys.map(({ id }) => found.get(id));
    },
  };
}

/**
 * Reads what a list is asked for beside its rows, in the list's own transaction: 40 appointments with all that belongs
 * to them are six statements, sent in two waves, and 40 rows pass a relation field's door once.
 */
@Injectable()
export class ReadAhead {
  private readonly relations = new Map<Class<object>, Map<string, AnyRelation>>();

  /** Says how a relation field is read ahead. A folder adds those of its own fields, so that none has to know all. */
  add<Parent extends object, Value>(parent: Class<Parent>, field: string, relation: Relation<Parent, Value>): void {
    const ofParent = this.relations.get(parent) ?? new Map<string, AnyRelation>();
    this.relations.set(parent, ofParent.set(field, relation as unknown as AnyRelation));
  }

  /** What of the selection is not known here is left to its own resolver. */
  async read<Row extends object>(tx: Tx, kind: Class<Row>, rows: readonly Row[], selection: Selection): Promise<void> {
    if (!rows.length) return;
    const relations = this.relations.get(kind);
    const reading = [...selection].map(async ([field, below]) => {
      const relation = relations?.get(field);
      if (!relation || !mayPass(tx.ctx.actor, relation.permission)) return;
      const missing = rows.filter((row) => !isAttached(row, field));
      if (!missing.length) return;
      const values = await relation.read(tx, missing, below);
      missing.forEach((row, index) => attach(row, field, values[index]));
      if (relation.of && this.knowsSome(relation.of, below)) await this.read(tx, relation.of, distinct(values), below);
    });
    await Promise.all(reading);
  }

  private knowsSome(kind: Class<object>, selection: Selection): boolean {
    const relations = this.relations.get(kind);
    return relations !== undefined && [...selection.keys()].some((field) => relations.has(field));
  }
}

function distinct(values: readonly unknown[]): object[] {
  return [...new Set(values.flat())].filter((value): value is object => typeof value === 'object' && value !== null);
}
