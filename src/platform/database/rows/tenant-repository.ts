import type { EntityTarget, ObjectLiteral } from 'typeorm';
import { NotFound } from '../../../foundation/errors/domain-error.ts';
import { RowQuery } from './row-query.ts';
import { RowSql } from './row-sql.ts';
import type { Tx } from '../transactions/tx.ts';

/** A row of one organization; its key is (organization_id, id). */
export interface TenantRow extends ObjectLiteral {
  id: string;
  organizationId: string;
}

/** Names a row across organizations. */
export interface RowKey {
  readonly id: string;
  readonly organizationId: string;
}

/**
 * The rows of one table that belong to the transaction's organization: the first of two walls, row-level security is
 * the second. It has no `save()`, which moved another tenant's row to us in TypeORM, and no way to leave the
 * organization out.
 *
 * `Derived` names what a row tells by a getter, of which no column is written.
 */
export class TenantRepository<Row extends TenantRow, Derived extends keyof Row = never> {
  private rowSql: RowSql<Row> | undefined;

  constructor(private readonly entity: new () => Row) {}

  /** A query over the organization's rows (over every organization's while a super admin reads in all), as `row`. */
  select(tx: Tx): RowQuery<Row> {
    const query = new RowQuery(tx, this.entity);
    return tx.reach === null ? query : query.andWhere('row.organizationId = :tenant', { tenant: tx.reach });
  }

  async find(tx: Tx, id: string): Promise<Row | null> {
    if (tx.reach === null) return this.select(tx).andWhere('row.id = :id', { id }).one();
    const [found] = await tx.sql(this.sql(tx).find(), [tx.reach, id]);
    return found ? this.sql(tx).rowOf(found) : null;
  }

  /** Reads the row and keeps it locked until the transaction ends. */
  async lock(tx: Tx, id: string): Promise<Row | null> {
    const [found] = await tx.sql(this.sql(tx).lock(), [tx.organizationId, id]);
    return found ? this.sql(tx).rowOf(found) : null;
  }

  /** As `lock`, of the one row that the condition names; in it $1 is the organization and $2 the value. */
  async lockWhere(tx: Tx, condition: string, value: string): Promise<Row | null> {
    const [found] = await tx.sql(this.sql(tx).lockWhere(condition), [tx.organizationId, value]);
    return found ? this.sql(tx).rowOf(found) : null;
  }

  /** @throws NotFound no such row in the organization */
  async get(tx: Tx, id: string): Promise<Row> {
    return this.existing(id, await this.find(tx, id));
  }

  /** As `lock`. @throws NotFound no such row in the organization */
  async getLocked(tx: Tx, id: string): Promise<Row> {
    return this.existing(id, await this.lock(tx, id));
  }

  /** The rows with these keys, in any order; a loader's batch. */
  async many(tx: Tx, keys: readonly RowKey[]): Promise<Row[]> {
    if (!keys.length) return [];
    return this.select(tx).withKeys(keys).many();
  }

  /** Writes a new row; the values must be complete. */
  async insert(tx: Tx, values: Omit<Row, 'organizationId' | Derived>): Promise<Row> {
    const { row, text, parameters } = this.insertion(tx, values);
    await tx.sql(text, parameters);
    return row;
  }

  /** As `insert`; null where a row, perhaps another organization's, has what this constraint keeps unique. */
  async insertUnlessTaken(
    tx: Tx,
    constraint: string,
    values: Omit<Row, 'organizationId' | Derived>,
  ): Promise<Row | null> {
    const { row, text, parameters } = this.insertion(tx, values);
    const inserted = await tx.sql(`${text} ON CONFLICT ON CONSTRAINT ${constraint} DO NOTHING RETURNING 1`, parameters);
    return inserted.length ? row : null;
  }

  /** As `insert`, not waiting for it: what the database refuses, the transaction fails with. */
  add(tx: Tx, values: Omit<Row, 'organizationId' | Derived>): Row {
    const { row, text, parameters } = this.insertion(tx, values);
    tx.send(text, parameters);
    return row;
  }

  /** Changes columns of a row that this transaction has read, and answers the row as it is then; the given one stays. */
  async update(tx: Tx, row: Row, changes: Partial<Omit<Row, 'id' | 'organizationId'>>): Promise<Row> {
    const { text, parameters } = this.sql(tx).update(tx.organizationId, row.id, changes);
    await tx.sql(text, parameters);
    return Object.assign(new this.entity(), row, changes);
  }

  /** As `update`, not waiting for it: what the database refuses, the transaction fails with. */
  change(tx: Tx, row: Row, changes: Partial<Omit<Row, 'id' | 'organizationId'>>): Row {
    const { text, parameters } = this.sql(tx).update(tx.organizationId, row.id, changes);
    tx.send(text, parameters);
    return Object.assign(new this.entity(), row, changes);
  }

  private insertion(
    tx: Tx,
    values: Omit<Row, 'organizationId' | Derived>,
  ): { row: Row; text: string; parameters: unknown[] } {
    const complete = { ...values, organizationId: tx.organizationId };
    return { row: Object.assign<Row, object>(new this.entity(), complete), ...this.sql(tx).insert(complete) };
  }

  private sql(tx: Tx): RowSql<Row> {
    return (this.rowSql ??= new RowSql(this.entity, tx.manager.dataSource.getMetadata(this.target)));
  }

  private existing(id: string, row: Row | null): Row {
    const { name } = this.entity;
    if (!row) throw new NotFound(name.charAt(0).toLowerCase() + name.slice(1), id);
    return row;
  }

  private get target(): EntityTarget<Row> {
    return this.entity;
  }
}
