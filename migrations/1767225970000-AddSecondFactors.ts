import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A second factor for accounts, and an organization's wish that its staff use one. */
export class AddSecondFactors1767225970000 implements MigrationInterface {
  readonly name = 'AddSecondFactors1767225970000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE sign_ins DROP COLUMN second_factor;
      DROP TABLE second_factors;
      REVOKE UPDATE (staff_second_factor_required) ON organizations FROM therapy_app;
      ALTER TABLE organizations DROP COLUMN staff_second_factor_required;
    `);
  }
}

const TABLES = `
ALTER TABLE organizations ADD COLUMN staff_second_factor_required boolean NOT NULL DEFAULT false;
GRANT UPDATE (staff_second_factor_required) ON organizations TO therapy_app;

CREATE TABLE second_factors (
  organization_id uuid NOT NULL,
  id uuid NOT NULL, -- the user's
  secret bytea NOT NULL, -- AES-256-GCM
  confirmed_at timestamptz(3),
  last_step int NOT NULL, -- of the code that served last: no code serves twice
  recovery_hashes bytea[] NOT NULL,
  created_at timestamptz(3) NOT NULL,
  CONSTRAINT second_factors_key PRIMARY KEY (organization_id, id),
  CONSTRAINT second_factors_user FOREIGN KEY (organization_id, id) REFERENCES users (organization_id, id)
);
SELECT app.isolate('second_factors');
GRANT SELECT, INSERT, UPDATE, DELETE ON second_factors TO therapy_app;

-- whether the sign-in itself proved one, which its user's having one does not say
ALTER TABLE sign_ins ADD COLUMN second_factor boolean NOT NULL DEFAULT false;
`;
