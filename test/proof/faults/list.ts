import type { Fault } from './fault.ts';
import { killApi } from './fault-1-kill-api.ts';
import { killPostgres } from './fault-2-kill-postgres.ts';
import { cutConnections } from './fault-3-cut-connections.ts';
import { provokeLocks } from './fault-4-provoke-locks.ts';
import { slowStatements } from './fault-5-1-slow-statements.ts';
import { fullDisk } from './fault-5-2-full-disk.ts';
import { clockSteps } from './fault-5-3-clock-steps.ts';
import { failOver } from './fault-6-fail-over.ts';
import { rollingRestarts } from './fault-7-rolling-restarts.ts';
import { migrateUnderLoad } from './fault-8-1-next-release.ts';
import { upgrade } from './fault-8-2-upgrade.ts';
import { killConnections } from './fault-9-kill-connections.ts';

/** All of them, by number. */
export const FAULTS: readonly Fault[] = [
  killApi,
  killPostgres,
  cutConnections,
  provokeLocks,
  slowStatements,
  fullDisk,
  clockSteps,
  failOver,
  rollingRestarts,
  migrateUnderLoad,
  upgrade,
  killConnections,
];
