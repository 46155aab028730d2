import type { EntityTarget, ObjectLiteral, QueryDeepPartialEntity, SelectQueryBuilder } from 'typeorm';
import { NotFound } from '../errors/domain-error.ts';
import type { Tx } from './tx.ts';

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
 */
export class TenantRepository<Row extends TenantRow> {
  constructor(private readonly entity: new () => Row) {}

  /** A query over the organization's rows (over every organization's while a super admin reads in all), as `row`. */
  select(tx: Tx): SelectQueryBuilder<Row> {
    const query = tx.manager.createQueryBuilder(this.target, 'row');
    return tx.reach === null ? query.where('TRUE') : query.where('row.organizationId = :tenant', { tenant: tx.reach });
  }

  find(tx: Tx, id: string): Promise<Row | null> {
    return this.select(tx).andWhere('row.id = :id', { id }).getOne();
  }

  /** Reads the row and keeps it locked until the transaction ends. FOR NO KEY UPDATE lets rows that refer to it in. */
  lock(tx: Tx, id: string): Promise<Row | null> {
    return tx.manager
      .createQueryBuilder(this.target, 'row')
      .where('row.organizationId = :tenant AND row.id = :id', { tenant: tx.organizationId, id })
      .setLock('for_no_key_update')
      .getOne();
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
    return this.select(tx)
      .andWhere('row.organizationId = ANY(:organizations) AND row.id = ANY(:ids)', {
        organizations: [...new Set(keys.map((key) => key.organizationId))],
        ids: [...new Set(keys.map((key) => key.id))],
      })
      .getMany();
  }

  /** Writes a new row; the values must be complete. */
  async insert(tx: Tx, values: Omit<Row, 'organizationId'>): Promise<Row> {
    const row: Row = Object.assign(new this.entity(), values, { organizationId: tx.organizationId });
    await tx.manager.createQueryBuilder().insert().into(this.target).values(row).updateEntity(false).execute();
    return row;
  }

  /** Changes columns of a row that this transaction has read, and answers the row as it is then; the given one stays. */
  async update(tx: Tx, row: Row, changes: Partial<Omit<Row, 'id' | 'organizationId'>>): Promise<Row> {
    const result = await tx.manager
      .createQueryBuilder()
      .update(this.target)
      .set(changes as unknown as QueryDeepPartialEntity<Row>)
      .where('organizationId = :tenant AND id = :id', { tenant: tx.organizationId, id: row.id })
      .updateEntity(false)
      .execute();
    if (result.affected !== 1) throw new Error(`One row was to change, and ${String(result.affected)} did.`);
    return Object.assign(new this.entity(), row, changes);
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
