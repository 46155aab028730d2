import type { PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import type { Shares } from '../../../foundation/fair-share/fair-share.ts';

/** Of the connections, at most. */
const OF_A_PRACTICE = 0.875;
const OF_A_USER = 0.375;

/** A practice leaves at least one to the others wherever there are two, and a user some to the rest of the practice. */
export function sharesOf({ options }: DataSource): Shares {
  const all = (options as { poolSize?: number }).poolSize ?? 10; // pg's own
  return { all, practice: Math.max(1, Math.floor(all * OF_A_PRACTICE)), user: Math.ceil(all * OF_A_USER) };
}

/** Since the connection was made. */
export function bytesReadBy(client: PoolClient): number {
  const { connection } = client as unknown as { connection?: { stream?: { bytesRead?: number } } };
  return connection?.stream?.bytesRead ?? 0;
}

/** Ending a client makes the pool drop it on release. A connection that is gone already cannot be ended twice. */
export async function close(client: PoolClient): Promise<void> {
  await (client as unknown as { end(): Promise<void> }).end().catch(() => undefined);
}
