import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Authorizations whose balances can never be overdrawn, and the append-only entries that explain every unit of them. */
export class CreateAuthorizationsAndTheirLedger1767225660000 implements MigrationInterface {
  readonly name = 'CreateAuthorizationsAndTheirLedger1767225660000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE ledger_entries, authorization_service_codes, authorizations CASCADE');
  }
}

const TABLES = `
CREATE TABLE authorizations (
  organization_id uuid NOT NULL,
  id uuid NOT NULL,
  patient_id uuid NOT NULL,
  authorization_number text,
  payer_name text,
  total_units int NOT NULL,
  reserved_units int NOT NULL DEFAULT 0,
  used_units int NOT NULL DEFAULT 0,
  entry_seq int NOT NULL DEFAULT 0,
  last_entry_at timestamptz,
  start_date date NOT NULL,
  end_date date NOT NULL,
  cancelled_at timestamptz(3),
  cancellation_reason text,
  version int NOT NULL,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  CONSTRAINT authorizations_key PRIMARY KEY (organization_id, id),
  CONSTRAINT authorizations_patient FOREIGN KEY (organization_id, patient_id) REFERENCES patients (organization_id, id),
  CONSTRAINT authorizations_of_patient UNIQUE (organization_id, patient_id, id),
  CONSTRAINT authorizations_never_overdrawn CHECK (
    reserved_units >= 0 AND used_units >= 0 AND reserved_units::bigint + used_units <= total_units),
  CONSTRAINT authorizations_total CHECK (total_units BETWEEN 1 AND 1000000),
  CONSTRAINT authorizations_dates CHECK (end_date >= start_date),
  CONSTRAINT authorizations_cancelled_free CHECK (cancelled_at IS NULL OR reserved_units = 0)
) WITH (fillfactor = 70); -- balances change with every booking, and no index holds them: the updates stay in their page
CREATE INDEX authorizations_everywhere ON authorizations (id);
CREATE INDEX authorizations_by_dates ON authorizations (organization_id, end_date, start_date);
SELECT app.isolate('authorizations');

CREATE TABLE authorization_service_codes (
  organization_id uuid NOT NULL,
  authorization_id uuid NOT NULL,
  service_code_id uuid NOT NULL,
  CONSTRAINT authorization_service_codes_key PRIMARY KEY (organization_id, authorization_id, service_code_id),
  CONSTRAINT authorization_service_codes_authorization FOREIGN KEY (organization_id, authorization_id)
    REFERENCES authorizations (organization_id, id),
  CONSTRAINT authorization_service_codes_code FOREIGN KEY (organization_id, service_code_id)
    REFERENCES service_codes (organization_id, id)
);
CREATE INDEX authorization_service_codes_by_code ON authorization_service_codes (organization_id, service_code_id, authorization_id);
SELECT app.isolate('authorization_service_codes');

CREATE TABLE ledger_entries (
  organization_id uuid NOT NULL,
  id uuid NOT NULL,
  authorization_id uuid NOT NULL,
  seq int NOT NULL,
  kind text NOT NULL,
  units int NOT NULL,
  total_delta int NOT NULL,
  reserved_delta int NOT NULL,
  used_delta int NOT NULL,
  total_after int NOT NULL,
  reserved_after int NOT NULL,
  used_after int NOT NULL,
  appointment_id uuid,
  held_after int, -- units of this authorization that the appointment still holds after this entry
  actor_id uuid,
  reason text,
  created_at timestamptz NOT NULL,
  CONSTRAINT ledger_entries_key PRIMARY KEY (organization_id, id),
  CONSTRAINT ledger_entries_authorization FOREIGN KEY (organization_id, authorization_id)
    REFERENCES authorizations (organization_id, id),
  CONSTRAINT ledger_entries_seq UNIQUE (organization_id, authorization_id, seq),
  CONSTRAINT ledger_entries_kind CHECK (CASE kind
    WHEN 'GRANT'   THEN units > 0 AND (total_delta, reserved_delta, used_delta) = (units, 0, 0) AND appointment_id IS NULL
    WHEN 'RESERVE' THEN units > 0 AND (total_delta, reserved_delta, used_delta) = (0, units, 0) AND appointment_id IS NOT NULL
    WHEN 'RELEASE' THEN units > 0 AND (total_delta, reserved_delta, used_delta) = (0, -units, 0) AND appointment_id IS NOT NULL
    WHEN 'CONSUME' THEN units > 0 AND (total_delta, reserved_delta, used_delta) = (0, -units, units) AND appointment_id IS NOT NULL
    WHEN 'ADJUST'  THEN units <> 0 AND (total_delta, reserved_delta, used_delta) = (units, 0, 0) AND appointment_id IS NULL AND reason IS NOT NULL
    ELSE false END),
  CONSTRAINT ledger_entries_balances CHECK (
    reserved_after >= 0 AND used_after >= 0 AND reserved_after::bigint + used_after <= total_after),
  CONSTRAINT ledger_entries_held CHECK ((appointment_id IS NULL) = (held_after IS NULL) AND held_after >= 0)
);
CREATE INDEX ledger_entries_by_appointment ON ledger_entries (organization_id, appointment_id, authorization_id, seq);
-- a visit is consumed once, whatever the code above believes
CREATE UNIQUE INDEX ledger_entries_consumed_once ON ledger_entries (organization_id, appointment_id) WHERE kind = 'CONSUME';
SELECT app.isolate('ledger_entries');
SELECT app.make_append_only('ledger_entries');

GRANT SELECT, INSERT, UPDATE ON authorizations TO therapy_app;
GRANT SELECT, INSERT ON authorization_service_codes, ledger_entries TO therapy_app;
`;
