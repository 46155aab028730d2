import type { ClusterUrls } from '../../../support/cluster.ts';
import { createTestDatabase } from '../../../support/database.ts';

/** A migrated database that a stage stands on. */
export interface Ground extends ClusterUrls {
  stop(): Promise<void>;
}

/** A database of the tests' cluster, for faults that leave the server itself alone. */
export async function groundOfTests(): Promise<Ground> {
  const database = await createTestDatabase();
  return { ...database, stop: () => database.drop() };
}
