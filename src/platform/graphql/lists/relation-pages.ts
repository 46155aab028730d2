import type { RowQuery } from '../../database/rows/row-query.ts';
import type { RowKey, TenantRow } from '../../database/rows/tenant-repository.ts';
import type { Transactions } from '../../database/transactions/transactions.ts';
import type { Tx } from '../../database/transactions/tx.ts';
import type { RequestContext } from '../../../foundation/request-context/request-context.ts';
import { loadBatched } from './loaders.ts';
import type { PageArgs } from './page-args.ts';
import { KeysetPage, type Page } from './page.ts';

/** A list that each row of another kind has. */
export interface Relation<Row extends TenantRow> {
  /** The property that names the parent; an index must hold it behind the organization, with the order behind it. */
  readonly parent: keyof Row & string;
  /** The unique property that the list is sorted by. */
  readonly order: keyof Row & string;
  readonly direction?: 'ASC' | 'DESC';
  /** The rows of all parents' lists that the caller may read, as `row`. */
  readonly query: (tx: Tx) => RowQuery<Row>;
  /** Runs in the same transaction with what was read of each parent: the audit events. */
  readonly read?: (tx: Tx, lists: readonly { parent: RowKey; rows: Row[] }[]) => void;
}

interface Wanted extends RowKey {
  readonly first: number;
}

interface FirstRows<Row> extends RowKey {
  readonly rows: Row[];
}

interface Count extends RowKey {
  readonly count: number;
}

/** The first pages of all parents that a request asks for at the same moment: one statement for all, one for their counts. */
export class RelationPages<Row extends TenantRow> {
  constructor(
    private readonly transactions: Transactions,
    private readonly relation: Relation<Row>,
  ) {}

  async first(ctx: RequestContext, { id, organizationId }: RowKey, args: PageArgs): Promise<Page<Row>> {
    const first = args.first ?? 50;
    const wanted: Wanted = { id, organizationId, first };
    const found = await loadBatched(ctx, this.batchOfRows, wanted);
    return new KeysetPage(found?.rows ?? [], first, [this.relation.order], async () => {
      const counted = await loadBatched(ctx, this.batchOfCounts, { id, organizationId });
      return counted?.count ?? 0;
    });
  }

  private readonly batchOfRows = (ctx: RequestContext, keys: readonly RowKey[]): Promise<FirstRows<Row>[]> =>
    this.inEachOrganization(ctx, keys, async (tx, parents) => {
      const most = Math.max(...parents.map((parent) => (parent as Wanted).first));
      const rows = await this.firstRows(tx, parents, most + 1);
      // under two aliases a parent is there twice
      const lists = [...new Map(parents.map((parent) => [parent.id, parent])).values()].map((parent) => ({
        parent,
        rows: rows.filter((row) => row[this.relation.parent] === parent.id),
      }));
      this.relation.read?.(
        tx,
        lists.map(({ parent, rows }) => ({ parent, rows: rows.slice(0, most) })),
      );
      return lists.map(({ parent, rows }) => ({ ...parent, rows }));
    });

  /** LATERAL stops in the index behind so many rows of each parent, however long its list is. */
  private firstRows(tx: Tx, parents: readonly RowKey[], most: number): Promise<Row[]> {
    const { parent, order, direction = 'ASC', query } = this.relation;
    const ofOne = query(tx).andWhere(`row.${parent} = parent.id`);
    const page = ofOne.text('row.id', `ORDER BY row.${order} ${direction} LIMIT :most`);
    return query(tx)
      .andWhere(
        `row.id = ANY(ARRAY(SELECT page.id FROM unnest(:parents::uuid[]) AS parent(id) CROSS JOIN LATERAL (${page}) page))`,
        { ...ofOne.given, parents: idsOf(parents), most },
      )
      .orderBy(`row.${order}`, direction)
      .many();
  }

  private readonly batchOfCounts = (ctx: RequestContext, keys: readonly RowKey[]): Promise<Count[]> => {
    ctx.effort.counts += 1;
    return this.inEachOrganization(ctx, keys, async (tx, parents) => {
      const { parent, query } = this.relation;
      const counts = await query(tx)
        .andWhere(`row.${parent} = ANY(:parents)`, { parents: idsOf(parents) })
        .select<{ id: string; count: number }>(`row.${parent} AS id, count(*)::int AS count`, `GROUP BY row.${parent}`);
      return counts.map((count) => ({ ...count, organizationId: tx.organizationId }));
    });
  };

  /** A super admin's parents may be of several. */
  private async inEachOrganization<Found>(
    ctx: RequestContext,
    keys: readonly RowKey[],
    work: (tx: Tx, parents: readonly RowKey[]) => Promise<Found[]>,
  ): Promise<Found[]> {
    const organizations = [...new Set(keys.map((key) => key.organizationId))];
    const found = await Promise.all(
      organizations.map((organization) => {
        const parents = keys.filter((key) => key.organizationId === organization);
        const scope = ctx.organizationId === organization ? ctx : ctx.within(organization);
        return this.transactions.readTogether(scope, (tx) => work(tx, parents));
      }),
    );
    return found.flat();
  }
}

function idsOf(keys: readonly RowKey[]): string[] {
  return [...new Set(keys.map(({ id }) => id))];
}
