import { CODES, PATIENTS_OF_PRACTITIONER } from './plan.ts';
import { idSql, Kind, organizationId } from '../ids.ts';

export interface Practice {
  readonly organization: number;
  readonly practitioners: number;
  /** Patients, and authorizations: one each. */
  readonly authorizations: number;
  readonly users: number;
  /** Of each authorization. */
  readonly units: number;
}

/** The statements that make an organization with its people, users and authorizations, each authorization with its GRANT. */
export function practiceOf({ organization, practitioners, authorizations, users, units }: Practice): string[] {
  const tenant = `'${organizationId(organization)}'::uuid`;
  const id = (kind: Kind, n = 'n'): string => idSql(kind, organization, n);
  const each = (count: number): string => `generate_series(1, ${count}) n`;
  return [
    `INSERT INTO organizations (id, name, time_zone, created_at) VALUES (${tenant}, 'Practice ${organization}', 'America/New_York', now())`,
    `INSERT INTO practitioners (organization_id, id, first_name, last_name, first_name_key, last_name_key, license_number, specialization, created_at, updated_at)
     SELECT ${tenant}, ${id(Kind.PRACTITIONER)}, 'Pat', 'Practitioner ' || n, 'pat', 'practitioner ' || n, 'L-' || n, 'ABA', now(), now()
       FROM ${each(practitioners)}`,
    `INSERT INTO patients (organization_id, id, first_name, last_name, first_name_key, last_name_key, date_of_birth,
                           medical_record_number, medical_record_number_key, created_at, updated_at)
     SELECT ${tenant}, ${id(Kind.PATIENT)}, 'Ann', 'Patient ' || n, 'ann', 'patient ' || n, '2015-05-05', 'MRN-' || n, 'mrn-' || n, now(), now()
       FROM ${each(authorizations)}`,
    `INSERT INTO service_codes (organization_id, id, code, description, timed, unit_minutes, round_up_at_minutes, zero_below_minutes, created_at, updated_at)
     SELECT ${tenant}, ${id(Kind.SERVICE_CODE)}, '9715' || (1 + 2 * n), 'Adaptive behavior treatment', true, 15, 8, 8, now(), now()
       FROM ${each(CODES)}`,
    `INSERT INTO users (organization_id, id, email, password_hash, role, created_at, updated_at)
     SELECT ${tenant}, ${id(Kind.USER)}, 'user-' || n || '@practice-${organization}.example', 'signs in nowhere', 'ADMIN', now(), now()
       FROM ${each(users)}`,
    `INSERT INTO sign_ins (organization_id, id, user_id, created_at)
     SELECT ${tenant}, ${id(Kind.SIGN_IN)}, ${id(Kind.USER)}, now() FROM ${each(users)}`,
    `INSERT INTO authorizations (organization_id, id, patient_id, authorization_number, payer_name, total_units, entry_seq, last_entry_at,
                                 start_date, end_date, version, created_at, updated_at)
     SELECT ${tenant}, ${id(Kind.AUTHORIZATION)}, ${id(Kind.PATIENT)}, 'A-' || n, 'Payer', ${units}, 1, '2023-12-01Z', '1900-01-01', '2500-12-31',
            1, now(), now()
       FROM ${each(authorizations)}`,
    `INSERT INTO authorization_service_codes (organization_id, authorization_id, service_code_id)
     SELECT ${tenant}, ${id(Kind.AUTHORIZATION)}, ${id(Kind.SERVICE_CODE, 'code')} FROM ${each(authorizations)}, generate_series(1, ${CODES}) code`,
    `INSERT INTO ledger_entries (organization_id, id, authorization_id, seq, kind, units, total_delta, reserved_delta, used_delta,
                                 total_after, reserved_after, used_after, created_at)
     SELECT ${tenant}, gen_random_uuid(), ${id(Kind.AUTHORIZATION)}, 1, 'GRANT', ${units}, ${units}, 0, 0, ${units}, 0, 0, '2023-12-01Z'
       FROM ${each(authorizations)}`,
  ];
}

/** Practitioner of a patient and their authorization. */
export function practitionerOf(authorization: number, practitioners: number): number {
  return (Math.floor((authorization - 1) / PATIENTS_OF_PRACTITIONER) % practitioners) + 1;
}
