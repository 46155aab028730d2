import type { Fault } from './fault.ts';
import { killApi } from './fault-1-kill-api.ts';
import { killPostgres } from './fault-2-kill-postgres.ts';
import { cutConnections } from './fault-3-cut-connections.ts';
import { provokeLocks } from './fault-4-provoke-locks.ts';
import { rollingRestarts } from './fault-7-rolling-restarts.ts';

/** All of them, by number. */
export const FAULTS: readonly Fault[] = [killApi, killPostgres, cutConnections, provokeLocks, rollingRestarts];
