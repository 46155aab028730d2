import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What the application may change was whole tables: sessions, which nothing changes, and of others also the keys, the email of an
 * account, and whether it is a super admin. It may change the columns that its statements do, and no others.
 */
export class LetTheApplicationChangeWhatItDoes1767226140000 implements MigrationInterface {
  readonly name = 'LetTheApplicationChangeWhatItDoes1767226140000';

  async up(runner: QueryRunner): Promise<void> {
    for (const [table, columns] of Object.entries(CHANGED)) {
      await runner.query(`REVOKE UPDATE ON ${table} FROM therapy_app`);
      if (columns) await runner.query(`GRANT UPDATE (${columns}) ON ${table} TO therapy_app`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of Object.keys(CHANGED)) {
      await runner.query(`REVOKE UPDATE ON ${table} FROM therapy_app`); // of its columns, too
      await runner.query(`GRANT UPDATE ON ${table} TO therapy_app`);
    }
  }
}

const CHANGED: Readonly<Record<string, string>> = {
  appointments: `practitioner_id, authorization_id, service_code_id, start_time, end_time, location, notes, status, units_reserved,
                 started_at, cancelled_at, cancellation_reason, updated_at, version`,
  authorizations: `total_units, used_units, reserved_units, entry_seq, last_entry_at, end_date, cancelled_at, cancellation_reason,
                   updated_at, version`,
  patients: 'first_name, first_name_key, last_name, last_name_key, date_of_birth, phone_number, updated_at',
  practitioners: 'first_name, first_name_key, last_name, last_name_key, license_number, specialization, updated_at',
  refresh_tokens: 'spent_at',
  second_factors: 'confirmed_at, last_step, recovery_hashes',
  service_codes: 'description, timed, unit_minutes, round_up_at_minutes, zero_below_minutes, updated_at',
  sessions: '',
  sign_ins: 'ended_at, end_reason, second_factor',
  users: 'password_hash, role, active, updated_at',
};
