import { Injectable } from '@nestjs/common';
import type { ObjectLiteral } from 'typeorm';
import type { RowQuery } from '../../database/rows/row-query.ts';
import { Transactions } from '../../database/transactions/transactions.ts';
import type { Tx } from '../../database/transactions/tx.ts';
import type { RequestContext } from '../../../foundation/request-context/request-context.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { PageArgs } from './page-args.ts';

export interface Page<Row> {
  readonly edges: { cursor: string; node: Row }[];
  readonly nodes: Row[];
  readonly pageInfo: { hasNextPage: boolean; endCursor: string | null };
  /** Counted when it is read, which is when it is selected. */
  readonly totalCount: Promise<number>;
}

/** A page that is asked for by its number, as REST lists are. */
export interface NumberedPage<Row> {
  readonly rows: Row[];
  /** Rows of the whole list. */
  readonly total: number;
}

export interface PageNumber {
  /** From 1. */
  readonly page: number;
  /** Rows of a page. */
  readonly limit: number;
}

export interface Listing<Row extends ObjectLiteral> {
  /** Properties of the row, the unique one last; an index must hold them behind the organization. */
  readonly order: readonly (keyof Row & string)[];
  readonly direction?: 'ASC' | 'DESC';
  /** The rows of the whole list, as `row`. */
  readonly query: (tx: Tx) => RowQuery<Row> | Promise<RowQuery<Row>>;
  /**
   * Refuses a filter that names what the caller may not read. Asked where the page is empty alone: a row proves that what
   * the filter names is there, and readable to whoever reads the row.
   */
  readonly check?: (tx: Tx) => Promise<void>;
  /** Runs in the same transaction with the rows of the page: their audit event. */
  readonly read?: (tx: Tx, rows: Row[]) => unknown;
}

/** Answers keyset pages: rows after a sort key, so that a page costs the same wherever it lies. */
@Injectable()
export class Pages {
  constructor(private readonly transactions: Transactions) {}

  /** @throws BadUserInput `after` is not a cursor of this list */
  async list<Row extends ObjectLiteral>(
    ctx: RequestContext,
    { args, ...listing }: Listing<Row> & { readonly args: PageArgs },
  ): Promise<Page<Row>> {
    const first = args.first ?? 50;
    const found = await this.transactions.read(ctx, async (tx) => {
      const query = await listing.query(tx);
      order(query, listing);
      seek(query, args, listing);
      const rows = await query.many({ limit: first + 1 });
      if (!rows.length) await listing.check?.(tx);
      await listing.read?.(tx, rows.slice(0, first));
      return rows;
    });
    return new KeysetPage(found, first, listing.order, () => {
      ctx.effort.counts += 1;
      return this.transactions.read(ctx, async (tx) => (await listing.query(tx)).count());
    });
  }

  /** Counts the whole list each time, and passes over the pages before: for small lists, and for those who want numbers. */
  async numbered<Row extends ObjectLiteral>(
    ctx: RequestContext,
    { page, limit }: PageNumber,
    listing: Listing<Row>,
  ): Promise<NumberedPage<Row>> {
    ctx.effort.counts += 1;
    return this.transactions.read(ctx, async (tx) => {
      const query = await listing.query(tx);
      order(query, listing);
      const rows = await query.many({ limit, offset: (page - 1) * limit });
      if (!rows.length) await listing.check?.(tx);
      await listing.read?.(tx, rows);
      return { rows, total: await query.count() };
    });
  }
}

function order<Row extends ObjectLiteral>(query: RowQuery<Row>, { order, direction = 'ASC' }: Listing<Row>): void {
  for (const property of order) query.orderBy(`row.${property}`, direction);
}

/**
 * A page of the first so many rows. A class, since each object literal with a getter has a hidden class of its own, which
 * keeps all of the page until a full collection.
 */
export class KeysetPage<Row extends ObjectLiteral> implements Page<Row> {
  readonly nodes: Row[];
  readonly pageInfo: Page<Row>['pageInfo'];

  /** @param found those and, if there is a page behind them, at least one more */
  constructor(
    found: readonly Row[],
    first: number,
    private readonly order: readonly (keyof Row & string)[],
    private readonly count: () => Promise<number>,
  ) {
    this.nodes = found.slice(0, first);
    const last = this.nodes.at(-1);
    this.pageInfo = { hasNextPage: found.length > first, endCursor: last ? this.cursorOf(last) : null };
  }

  get edges(): Page<Row>['edges'] {
    return this.nodes.map((node) => ({ cursor: this.cursorOf(node), node }));
  }

  get totalCount(): Promise<number> {
    return this.count();
  }

  private cursorOf(row: Row): string {
    return encodeCursor(keyOf(row, this.order));
  }
}

function seek<Row extends ObjectLiteral>(
  query: RowQuery<Row>,
  args: PageArgs,
  { order, direction = 'ASC' }: Listing<Row>,
): void {
  if (args.after == null) return;
  const types = order.map((property) => cursorType(query.typeOf(property)));
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
