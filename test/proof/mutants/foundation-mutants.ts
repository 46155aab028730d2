import { HISTORIES, races, walls, type Edit, type Mutant } from './mutant.ts';

const AUDIT = 'src/rules/audit/audit.service.ts';
const BOOKING = 'src/care/appointments/booking.service.ts';
const WRITER = 'src/care/appointments/booking-writer.service.ts';
const IDEMPOTENCY = 'src/rules/idempotency/idempotency.service.ts';
const ROWS = 'src/platform/database/rows/row-sql.ts';
const TENANTS = 'src/platform/database/rows/tenant-repository.ts';

const noTenant: readonly Edit[] = [
  {
    file: TENANTS,
    find: `query.andWhere('row.organizationId = :tenant', { tenant: tx.reach })`,
    replace: 'query',
  },
  { file: ROWS, find: `'"organization_id" = $1 AND "id" = $2'`, replace: `'$1::uuid IS NOT NULL AND "id" = $2'` },
  { file: ROWS, find: '`"organization_id" = $1 AND ${condition}`', replace: '`$1::uuid IS NOT NULL AND ${condition}`' },
];
const noRowSecurity: Edit = {
  file: 'migrations/1767225600000-CreateTenantsAndPeople.ts',
  find: `EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);`,
  replace: '',
};

/** Transactions, the trail, keys and tenants. */
export const foundationMutants: readonly Mutant[] = [
  {
    name: 'answered before COMMIT',
    edits: [
      {
        file: 'src/platform/database/transactions/transactions.ts',
        find: 'await this.commit(client, tx, begun);',
        replace: 'void this.commit(client, tx, begun).catch(() => undefined);',
      },
    ],
    proofs: [HISTORIES],
  },
  {
    name: 'with the event written in a transaction of its own',
    edits: [
      {
        file: AUDIT,
        find: `import type { Tx } from '../../platform/database/transactions/tx.ts';`,
        replace: `import { Transactions } from '../../platform/database/transactions/transactions.ts';
          import type { Tx } from '../../platform/database/transactions/tx.ts';`,
      },
      {
        file: AUDIT,
        find: '  record(tx: Tx, event: AuditRecord): void {',
        replace: `  constructor(private readonly transactions: Transactions) {}

          record(tx: Tx, event: AuditRecord): void {`,
      },
      {
        file: AUDIT,
        find: 'this.write(tx, tx.reach ?? tx.ctx.actor.organizationId, [event]);',
        replace: `void this.transactions.run(tx.ctx, (own) =>
          this.write(own, own.reach ?? own.ctx.actor.organizationId, [event]),
        );`,
      },
    ],
    proofs: [HISTORIES],
  },
  {
    name: 'without the event of a reschedule',
    edits: [
      {
        file: WRITER,
        find: `this.audit.record(tx, { action: 'UPDATE_APPOINTMENT', ...factsOf(saved, { fields }) });`,
        replace: '',
      },
    ],
    proofs: [HISTORIES],
  },
  {
    name: 'with a key claimed in a transaction of its own',
    edits: [
      {
        file: BOOKING,
        find: `work: (facts) => this.insert(tx, id, input, visit, facts),
            replay: (first) => this.readAgain(tx, first),
          },
        ),
      )`,
        replace: `work: () => undefined,
            replay: (first) => this.readAgain(tx, first),
          },
        ),
      )
      .then(
        (first) =>
          first ??
          this.transactions.run(scope, async (tx) => this.insert(tx, id, input, visit, await this.facts.read(tx, [visit]))),
      )`,
      },
    ],
    proofs: [HISTORIES],
  },
  {
    name: 'without the look at a key that is claimed already',
    edits: [{ file: IDEMPOTENCY, find: 'if ((await claiming).length) return', replace: 'if (await claiming) return' }],
    proofs: [HISTORIES],
  },
  {
    name: 'a key answers whatever the request is',
    edits: [
      {
        file: IDEMPOTENCY,
        find: 'if (!first || !same) throw new IdempotencyKeyReused();',
        replace: 'if (!first) throw new IdempotencyKeyReused();',
      },
    ],
    proofs: [HISTORIES, races('and comes with two inputs at once')],
  },
  {
    name: 'without the organization in TenantRepository',
    edits: noTenant,
    proofs: [HISTORIES],
    held: 'row-level security: NOT_FOUND all the same',
  },
  {
    name: 'without row-level security',
    edits: [noRowSecurity],
    proofs: [walls('bound by row-level security|shows a row without')],
  },
  {
    name: 'without the organization in TenantRepository, and row-level security',
    edits: [...noTenant, noRowSecurity],
    proofs: [HISTORIES],
  },
];
