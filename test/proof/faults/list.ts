import type { Fault } from './fault.ts';
import { killApi } from './fault-1-kill-api.ts';
import { failOver } from './fault-6-fail-over.ts';

/** All of them, by number. */
export const FAULTS: readonly Fault[] = [killApi, failOver];
