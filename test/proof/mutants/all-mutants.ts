import { foundationMutants } from './foundation-mutants.ts';
import { ledgerMutants } from './ledger-mutants.ts';
import type { Mutant } from './mutant.ts';
import { visitMutants } from './visit-mutants.ts';

export const MUTANTS: readonly Mutant[] = [...ledgerMutants, ...visitMutants, ...foundationMutants];
