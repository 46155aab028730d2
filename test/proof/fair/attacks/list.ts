import type { Attack } from '../attack.ts';
import { CONNECTIONS } from './connections.ts';
import { DOCUMENTS } from './documents.ts';
import { GENERATED } from './generated.ts';
import { HONEST } from './honest.ts';
import { READS } from './reads.ts';
import { REFUSALS } from './refusals.ts';

/** All of them, in the order of a run. */
export const ATTACKS: readonly Attack[] = [
  ...READS,
  ...DOCUMENTS,
  ...CONNECTIONS,
  ...REFUSALS,
  ...GENERATED,
  ...HONEST,
];
