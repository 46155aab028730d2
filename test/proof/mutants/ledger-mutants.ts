import { HISTORIES, reschedules, type Edit, type Mutant } from './mutant.ts';

const LEDGER = 'src/care/authorizations/authorization-ledger.service.ts';
const BALANCE = 'src/care/authorizations/balance.ts';
const APPOINTMENTS = 'src/care/appointments/appointments.service.ts';
const ROWS = 'src/platform/database/rows/row-sql.ts';
const TABLES = 'migrations/1767225660000-CreateAuthorizationsAndTheirLedger.ts';

const noLock: readonly Edit[] = [
  {
    file: LEDGER,
    find: '(await this.authorizations.getLocked(tx, authorizationId)) as LockedAuthorization',
    replace: '(await this.authorizations.get(tx, authorizationId)) as LockedAuthorization',
  },
  { file: ROWS, find: 'WHERE ${where} FOR NO KEY UPDATE`', replace: 'WHERE ${where}`' },
];
const noGuard: Edit = { file: LEDGER, find: 'AND id = $2 AND entry_seq = $3', replace: 'AND id = $2 AND $3::int >= 0' };
const noNumbers: Edit = {
  file: TABLES,
  find: 'CONSTRAINT ledger_entries_seq UNIQUE (organization_id, authorization_id, seq),',
  replace: '',
};
const noDecision: Edit = { file: BALANCE, find: 'if (units > available)', replace: 'if (units > available + 1_000)' };
const noChecks: readonly Edit[] = [
  {
    file: TABLES,
    find: 'reserved_units >= 0 AND used_units >= 0 AND reserved_units::bigint + used_units <= total_units)',
    replace: 'reserved_units >= 0 AND used_units >= 0)',
  },
  {
    file: TABLES,
    find: 'reserved_after >= 0 AND used_after >= 0 AND reserved_after::bigint + used_after <= total_after)',
    replace: 'reserved_after >= 0 AND used_after >= 0)',
  },
];
const releasedOnce = 'this.ledger.release(tx, authorization, id, unitsReserved);';
const releasedTwice: Edit = { file: APPOINTMENTS, find: releasedOnce, replace: `${releasedOnce} ${releasedOnce}` };
const noHeld: Edit = {
  file: TABLES,
  find: '(appointment_id IS NULL) = (held_after IS NULL) AND held_after >= 0)',
  replace: '(appointment_id IS NULL) = (held_after IS NULL))',
};

/** How units are held, given back and used. */
export const ledgerMutants: readonly Mutant[] = [
  { name: 'without the lock of the authorization', edits: noLock, proofs: [HISTORIES] },
  { name: 'without the lock, and the guard behind it', edits: [...noLock, noGuard], proofs: [HISTORIES] },
  {
    name: 'without the lock, the guard and the numbering',
    edits: [...noLock, noGuard, noNumbers],
    proofs: [HISTORIES],
  },
  { name: 'without the look at what is available', edits: [noDecision], proofs: [HISTORIES] },
  {
    name: 'without the look at what is available, and both CHECKs',
    edits: [noDecision, ...noChecks],
    proofs: [HISTORIES],
  },
  {
    name: 'without the lock, the guard, the numbering and both CHECKs',
    edits: [...noLock, noGuard, noNumbers, ...noChecks],
    proofs: [HISTORIES],
  },
  { name: 'units released twice on cancel', edits: [releasedTwice], proofs: [HISTORIES] },
  {
    name: 'units released twice on cancel, no CHECK of what is held',
    edits: [releasedTwice, noHeld],
    proofs: [HISTORIES],
  },
  {
    name: 'units not released on cancel',
    edits: [{ file: APPOINTMENTS, find: releasedOnce, replace: 'void authorization;' }],
    proofs: [HISTORIES],
  },
  {
    name: 'the rest of the units not released on completion',
    edits: [{ file: BALANCE, find: '{ kind: LedgerEntryKind.RELEASE, units: held + more - unitsUsed },', replace: '' }],
    proofs: [HISTORIES],
  },
  {
    name: 'a reschedule reserves all anew, not the difference',
    edits: [
      {
        file: BALANCE,
        find: 'if (to > from) return reserve(authorizationId, balance, to - from);',
        replace: 'if (to > from) return reserve(authorizationId, balance, to);',
      },
    ],
    proofs: [HISTORIES],
  },
  {
    name: 'a reschedule is two movements, not one',
    edits: [
      {
        file: BALANCE,
        find: 'if (to > from) return reserve(authorizationId, balance, to - from);',
        replace: `if (from > 0 && to > 0 && to !== from)
          return [{ kind: LedgerEntryKind.RELEASE, units: from }, { kind: LedgerEntryKind.RESERVE, units: to }];
          if (to > from) return reserve(authorizationId, balance, to - from);`,
      },
    ],
    proofs: [reschedules('then one (RESERVE|RELEASE) of 2 follows')],
  },
];
