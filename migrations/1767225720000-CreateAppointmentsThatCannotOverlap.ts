import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Appointments, of which a practitioner and a patient have one live at a time, and the sessions that they become. */
export class CreateAppointmentsThatCannotOverlap1767225720000 implements MigrationInterface {
  readonly name = 'CreateAppointmentsThatCannotOverlap1767225720000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE ledger_entries DROP CONSTRAINT ledger_entries_appointment;
      DROP TABLE sessions, appointments CASCADE;
    `);
  }
}

const TABLES = `
CREATE TABLE appointments (
  organization_id uuid NOT NULL,
  id uuid NOT NULL,
  patient_id uuid NOT NULL,
  practitioner_id uuid NOT NULL,
  authorization_id uuid NOT NULL,
  service_code_id uuid NOT NULL,
  start_time timestamptz(3) NOT NULL,
  end_time timestamptz(3) NOT NULL,
  status text NOT NULL,
  units_reserved int NOT NULL,
  location text,
  notes text,
  recurrence_rule text,
  started_at timestamptz(3),
  cancelled_at timestamptz(3),
  cancellation_reason text,
  version int NOT NULL,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  CONSTRAINT appointments_key PRIMARY KEY (organization_id, id),
  CONSTRAINT appointments_practitioner FOREIGN KEY (organization_id, practitioner_id) REFERENCES practitioners (organization_id, id),
  CONSTRAINT appointments_authorization FOREIGN KEY (organization_id, patient_id, authorization_id)
    REFERENCES authorizations (organization_id, patient_id, id),
  CONSTRAINT appointments_service_code FOREIGN KEY (organization_id, authorization_id, service_code_id)
    REFERENCES authorization_service_codes (organization_id, authorization_id, service_code_id),
  CONSTRAINT appointments_status CHECK (status IN ('SCHEDULED', 'IN_PROGRESS', 'COMPLETED', 'CANCELLED', 'NO_SHOW')),
  CONSTRAINT appointments_location CHECK (location IN ('CLINIC', 'HOME', 'SCHOOL', 'COMMUNITY', 'TELEHEALTH')),
  CONSTRAINT appointments_length CHECK (end_time > start_time AND end_time - start_time <= interval '12 hours'),
  CONSTRAINT appointments_hold_while_live CHECK (units_reserved >= 0 AND (status IN ('SCHEDULED', 'IN_PROGRESS')) = (units_reserved > 0)),
  CONSTRAINT appointments_practitioner_free EXCLUDE USING gist (
    organization_id WITH =, practitioner_id WITH =, tstzrange(start_time, end_time) WITH &&)
    WHERE (status IN ('SCHEDULED', 'IN_PROGRESS')),
  CONSTRAINT appointments_patient_free EXCLUDE USING gist (
    organization_id WITH =, patient_id WITH =, tstzrange(start_time, end_time) WITH &&)
    WHERE (status IN ('SCHEDULED', 'IN_PROGRESS'))
);
CREATE INDEX appointments_everywhere ON appointments (start_time, id);
CREATE INDEX appointments_by_start ON appointments (organization_id, start_time, id);
CREATE INDEX appointments_by_practitioner ON appointments (organization_id, practitioner_id, start_time, id);
CREATE INDEX appointments_by_patient ON appointments (organization_id, patient_id, start_time, id);
CREATE INDEX appointments_by_authorization ON appointments (organization_id, authorization_id, start_time, id);
CREATE INDEX appointments_by_status ON appointments (organization_id, status, start_time, id);
SELECT app.isolate('appointments');

ALTER TABLE ledger_entries ADD CONSTRAINT ledger_entries_appointment
  FOREIGN KEY (organization_id, appointment_id) REFERENCES appointments (organization_id, id);

CREATE TABLE sessions (
  organization_id uuid NOT NULL,
  id uuid NOT NULL,
  appointment_id uuid NOT NULL,
  patient_id uuid NOT NULL,
  practitioner_id uuid NOT NULL,
  authorization_id uuid NOT NULL,
  service_code_id uuid NOT NULL,
  start_time timestamptz(3) NOT NULL,
  end_time timestamptz(3),
  duration_minutes int,
  units_used int NOT NULL,
  units_unauthorized int NOT NULL,
  status text NOT NULL,
  narrative_notes text,
  voice_recording_url text,
  metrics json, -- not jsonb, which reorders the keys
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  CONSTRAINT sessions_key PRIMARY KEY (organization_id, id),
  CONSTRAINT sessions_one_per_appointment UNIQUE (organization_id, appointment_id),
  CONSTRAINT sessions_appointment FOREIGN KEY (organization_id, appointment_id) REFERENCES appointments (organization_id, id),
  CONSTRAINT sessions_practitioner FOREIGN KEY (organization_id, practitioner_id) REFERENCES practitioners (organization_id, id),
  CONSTRAINT sessions_authorization FOREIGN KEY (organization_id, patient_id, authorization_id)
    REFERENCES authorizations (organization_id, patient_id, id),
  CONSTRAINT sessions_service_code FOREIGN KEY (organization_id, authorization_id, service_code_id)
    REFERENCES authorization_service_codes (organization_id, authorization_id, service_code_id),
  CONSTRAINT sessions_status CHECK (status IN ('IN_PROGRESS', 'COMPLETED', 'REQUIRES_REVIEW')),
  CONSTRAINT sessions_units CHECK (
    units_used >= 0 AND units_unauthorized >= 0 AND (status = 'REQUIRES_REVIEW') = (units_unauthorized > 0))
);
CREATE INDEX sessions_everywhere ON sessions (start_time, id);
CREATE INDEX sessions_by_start ON sessions (organization_id, start_time, id);
CREATE INDEX sessions_by_practitioner ON sessions (organization_id, practitioner_id, start_time, id);
CREATE INDEX sessions_by_patient ON sessions (organization_id, patient_id, start_time, id);
CREATE INDEX sessions_by_authorization ON sessions (organization_id, authorization_id, start_time, id);
CREATE INDEX sessions_by_status ON sessions (organization_id, status, start_time, id);
SELECT app.isolate('sessions');

GRANT SELECT, INSERT, UPDATE ON appointments, sessions TO therapy_app;
`;
