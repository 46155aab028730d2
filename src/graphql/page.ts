import { Injectable } from '@nestjs/common';
import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { Transactions } from '../database/transactions.ts';
import type { Tx } from '../database/tx.ts';
import type { RequestContext } from '../request-context/request-context.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { PageArgs } from './page-args.ts';

export interface Page<Row> {
  readonly edges: { cursor: string; node: Row }[];
  readonly nodes: Row[];
  readonly pageInfo: { hasNextPage: boolean; endCursor: string | null };
  /** Counted when it is read, which is when it is selected. */
  readonly totalCount: Promise<number>;
}

export interface Listing<Row extends ObjectLiteral> {
  readonly args: PageArgs;
  /** Properties of the row, the unique one last; an index must hold them behind the organization. */
  readonly order: readonly (keyof Row & string)[];
  readonly direction?: 'ASC' | 'DESC';
  /** The rows of the whole list, as `row`. */
  readonly query: (tx: Tx) => SelectQueryBuilder<Row> | Promise<SelectQueryBuilder<Row>>;
  /** Runs in the same transaction with the rows of the page: their audit event. */
  readonly read?: (tx: Tx, rows: Row[]) => Promise<void>;
}

/** Answers keyset pages: rows after a sort key, so that a page costs the same wherever it lies. */
@Injectable()
export class Pages {
  constructor(private readonly transactions: Transactions) {}

  /** @throws BadUserInput `after` is not a cursor of this list */
  async list<Row extends ObjectLiteral>(ctx: RequestContext, listing: Listing<Row>): Promise<Page<Row>> {
    const first = listing.args.first ?? 50;
    const found = await this.transactions.read(ctx, async (tx) => {
      const query = await listing.query(tx);
      seek(query, listing);
      const rows = await query.take(first + 1).getMany();
      await listing.read?.(tx, rows.slice(0, first));
      return rows;
    });
    return pageOf(found, first, listing.order, () =>
      this.transactions.read(ctx, async (tx) => (await listing.query(tx)).getCount()),
    );
  }
}

/**
 * A page of the first so many rows.
 *
 * @param found those and, if there is a page behind them, at least one more
 */
export function pageOf<Row extends ObjectLiteral>(
  found: readonly Row[],
  first: number,
  order: readonly (keyof Row & string)[],
  count: () => Promise<number>,
): Page<Row> {
  const nodes = found.slice(0, first);
  const edges = nodes.map((node) => ({ cursor: encodeCursor(keyOf(node, order)), node }));
  return {
    edges,
    nodes,
    pageInfo: { hasNextPage: found.length > first, endCursor: edges.at(-1)?.cursor ?? null },
    get totalCount() {
      return count();
    },
  };
}

function seek<Row extends ObjectLiteral>(
  query: SelectQueryBuilder<Row>,
  { args, order, direction = 'ASC' }: Listing<Row>,
): void {
  for (const property of order) query.addOrderBy(`row.${property}`, direction);
  if (args.after == null) return;
  const columns = query.expressionMap.mainAlias?.metadata.columns ?? [];
  const types = order.map((property) => cursorType(columns.find((column) => column.propertyName === property)?.type));
  const key = decodeCursor(args.after, types);
  const parameters = Object.fromEntries(key.map((value, index) => [`after${index}`, value]));
  query.andWhere(
    `(${order.map((property) => `row.${property}`).join(', ')}) ${direction === 'ASC' ? '>' : '<'} ` +
      `(${order.map((_, index) => `:after${index}`).join(', ')})`,
    parameters,
  );
}

function cursorType(columnType: unknown): 'string' | 'number' | 'date' | 'uuid' {
  if (columnType === 'uuid') return 'uuid';
  if (columnType === 'int') return 'number';
  return columnType === 'timestamptz' ? 'date' : 'string';
}

function keyOf<Row extends ObjectLiteral>(row: Row, order: readonly (keyof Row & string)[]): (string | number)[] {
  return order.map((property) => {
    const value: unknown = row[property];
    return value instanceof Date ? value.toISOString() : (value as string | number);
  });
}
