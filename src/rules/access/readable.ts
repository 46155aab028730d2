import type { RowQuery } from '../../platform/database/rows/row-query.ts';
import { TenantRepository, type RowKey, type TenantRow } from '../../platform/database/rows/tenant-repository.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { Forbidden } from '../../foundation/errors/domain-error.ts';
import { scopeOf, type RecordKind, type Scope } from './record-scope.ts';

/** The rows of one kind that the caller may read. */
export class Readable<Row extends TenantRow> {
  readonly rows: TenantRepository<Row>;

  constructor(
    private readonly entity: new () => Row,
    private readonly kind: RecordKind,
    private readonly opened: readonly string[] = [],
  ) {
    this.rows = new TenantRepository(entity);
  }

  /** The same, and what an emergency grant opens of these patients: only emergency-access/ says which they are. */
  withOpened(patientIds: readonly string[]): Readable<Row> {
    return patientIds.length ? new Readable(this.entity, this.kind, patientIds) : this;
  }

  /** All of them, as `row`: what a list starts from. */
  query(tx: Tx): RowQuery<Row> {
    return this.narrowed(tx, this.rows.select(tx));
  }

  /**
   * @throws NotFound no such row in the caller's organization
   * @throws Forbidden the organization has it, and the caller may not read it
   */
  async one(tx: Tx, id: string): Promise<Row> {
    const row = await this.rows.get(tx, id);
    await this.requireScope(tx, id);
    return row;
  }

  /**
   * Refuses a filter by an id that the caller could not read.
   *
   * @throws NotFound, Forbidden as `one`
   */
  async requireAll(tx: Tx, ids: readonly (string | null | undefined)[]): Promise<void> {
    for (const id of ids) if (id != null) await this.one(tx, id);
  }

  /** Those with these keys that the caller may read: a loader's batch. */
  async many(tx: Tx, keys: readonly RowKey[]): Promise<Row[]> {
    return keys.length ? this.among(tx, keys).many() : [];
  }

  /** The same as a query. */
  among(tx: Tx, keys: readonly RowKey[]): RowQuery<Row> {
    return this.query(tx).withKeys(keys);
  }

  private async requireScope(tx: Tx, id: string): Promise<void> {
    if (!this.scope(tx)) return;
    const may = await this.query(tx).andWhere('row.id = :id', { id }).exists();
    if (!may) throw new Forbidden({ resource: this.kind, resourceId: id });
  }

  private narrowed(tx: Tx, query: RowQuery<Row>): RowQuery<Row> {
    const scope = this.scope(tx);
    return scope ? query.andWhere(scope.where, scope.parameters) : query;
  }

  private scope(tx: Tx): Scope | undefined {
    return scopeOf(tx.ctx.actor, this.kind, this.opened);
  }
}
