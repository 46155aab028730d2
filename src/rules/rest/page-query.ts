import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';
import { NormalText } from '../../platform/graphql/inputs/input-class.ts';
import { LARGEST_PAGE } from '../../platform/graphql/lists/page-args.ts';
import type { NumberedPage, PageNumber } from '../../platform/graphql/lists/page.ts';

const LAST_PAGE = 1_000_000;

/** Which page of a REST list. */
export class PageQuery implements PageNumber {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: LAST_PAGE, default: 1 })
  @NormalText(Number)
  @IsInt()
  @Min(1)
  @Max(LAST_PAGE)
  page: number = 1;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: LARGEST_PAGE, default: 50 })
  @NormalText(Number)
  @IsInt()
  @Min(1)
  @Max(LARGEST_PAGE)
  limit: number = 50;
}

/** Rows of the page that a query asks for, before it is checked. */
export function rowsAskedFor({ limit }: { readonly limit?: unknown }): number {
  return Math.min(Math.max(1, Number(limit ?? new PageQuery().limit) || 1), LARGEST_PAGE);
}

/** A page as REST answers it. */
export interface ListBody<Row> {
  readonly data: Row[];
  readonly pagination: PageNumber & { readonly total: number; readonly totalPages: number };
}

export function listBody<Row, View>(
  { rows, total }: NumberedPage<Row>,
  { page, limit }: PageNumber,
  viewOf: (row: Row) => View,
): ListBody<View> {
  return { data: rows.map(viewOf), pagination: { page, limit, total, totalPages: Math.ceil(total / limit) } };
}
