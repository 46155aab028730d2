import type { MigrationInterface, QueryRunner } from 'typeorm';

type Migration = new () => MigrationInterface;

/** Each gets a column. */
export const EXPANDED = [
  'organizations',
  'users',
  'patients',
  'practitioners',
  'service_codes',
  'authorizations',
  'ledger_entries',
  'appointments',
  'sessions',
  'idempotency_keys',
  'audit_events',
];

/** Migrations as the next release may bring them, expanding what there is; each release has other names. */
export function nextRelease(release: number): Migration[] {
  const column = `proof_${release}`;
  const constraint = `appointments_proof_${release}`;
  const step = (nth: number, statements: readonly string[], transaction?: boolean): Migration =>
    migration(`ProofRelease${release}Step${nth}${2_000_000_000_000 + 10 * release + nth}`, statements, transaction);
  return [
    ...EXPANDED.map((table, nth) => step(nth, [`ALTER TABLE ${table} ADD COLUMN ${column} text`])),
    step(
      EXPANDED.length,
      [
        'SET lock_timeout = 0',
        `DROP INDEX CONCURRENTLY IF EXISTS appointments_by_${column}`,
        `CREATE INDEX CONCURRENTLY appointments_by_${column} ON appointments (organization_id, ${column})`,
        `SET lock_timeout = '500ms'`,
      ],
      false,
    ),
    step(EXPANDED.length + 1, [
      `ALTER TABLE appointments ADD CONSTRAINT ${constraint} CHECK (length(${column}) < 100) NOT VALID`,
    ]),
    step(EXPANDED.length + 2, [`ALTER TABLE appointments VALIDATE CONSTRAINT ${constraint}`]),
    step(EXPANDED.length + 3, [
      `DO $$ DECLARE found regprocedure; BEGIN
         FOR found IN SELECT oid FROM pg_proc WHERE pronamespace = 'app'::regnamespace AND prokind = 'f' ORDER BY proname LOOP
           EXECUTE pg_get_functiondef(found);
         END LOOP;
       END $$`,
    ]),
  ];
}

function migration(name: string, statements: readonly string[], transaction?: boolean): Migration {
  return class implements MigrationInterface {
    readonly name = name;
    readonly transaction = transaction;

    async up(runner: QueryRunner): Promise<void> {
      for (const statement of statements) await runner.query(statement);
    }

    async down(): Promise<void> {
      // its database goes with the run
    }
  };
}
