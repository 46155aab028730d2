import DataLoader from 'dataloader';
import type { RowKey } from '../../database/rows/tenant-repository.ts';
import { NotFound } from '../../../foundation/errors/domain-error.ts';
import { Beside } from '../../../foundation/request-context/beside.ts';
import type { RequestContext } from '../../../foundation/request-context/request-context.ts';

/** Reads all rows with these keys in one go; a missing one is left out. Must be the same function for each call. */
export type Batch<Row extends RowKey> = (ctx: RequestContext, keys: readonly RowKey[]) => Promise<Row[]>;

const loaders = new Beside<RequestContext, Map<unknown, DataLoader<RowKey, RowKey | null>>>();

/**
 * Loads a row together with all others that the same request asks for at the same moment: no N+1. Nothing is cached: a
 * request may change a row between two of its fields.
 */
export function loadBatched<Row extends RowKey>(
  ctx: RequestContext,
  batch: Batch<Row>,
  key: RowKey,
): Promise<Row | null> {
  const ofRequest = loaders.get(ctx) ?? new Map<unknown, DataLoader<RowKey, RowKey | null>>();
  loaders.set(ctx, ofRequest);
  const loader =
    ofRequest.get(batch) ??
    new DataLoader<RowKey, RowKey | null>((keys) => inOrder(keys, batch(ctx, keys)), { cache: false });
  ofRequest.set(batch, loader);
  return loader.load(key) as Promise<Row | null>;
}

async function inOrder<Row extends RowKey>(keys: readonly RowKey[], reading: Promise<Row[]>): Promise<(Row | null)[]> {
  const found = new Map((await reading).map((row) => [row.id, row]));
  return keys.map(({ id }) => found.get(id) ?? null);
}

/** For a relation that always is: a row that the caller may not read is as good as none. @throws NotFound */
export async function required<Row>(resource: string, id: string, loading: Promise<Row | null>): Promise<Row> {
  const row = await loading;
  if (!row) throw new NotFound(resource, id);
  return row;
}
