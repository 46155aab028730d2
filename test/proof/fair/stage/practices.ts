import { hashPassword } from '../../../../src/people/users/passwords.ts';
import { practiceOf } from '../../../../bench/data/people.ts';
import { visitsOf } from '../../../../bench/data/visits.ts';
import { PATIENTS_OF_PRACTITIONER } from '../../../../bench/data/plan.ts';
import { idSql, Kind, organizationId } from '../../../../bench/ids.ts';
import { asClient } from '../../../../bench/stage/server.ts';

/** Whose accounts the attackers have. A practitioner's week has 40 visits: 75 weeks of ten are 30,000. */
export const ATTACKERS = {
  organization: 71,
  practitioners: 10,
  authorizations: 10 * PATIENTS_OF_PRACTITIONER,
  units: 1_000_000,
  /** Admins; patients and practitioners come beside them. */
  users: 200,
} as const;

/** Who has nothing to do with it: a week of theirs is a page of 200. */
export const VICTIMS = {
  organization: 72,
  practitioners: 5,
  authorizations: 5 * PATIENTS_OF_PRACTITIONER,
  units: 1_000_000,
  users: 16,
} as const;
const WEEKS_OF_VICTIMS = 4;

/** Numbers of the accounts of each role, from here on; all patients are patient 1, all practitioners practitioner 1. */
export const FIRST_ACCOUNT = { ADMIN: 1, PATIENT: 1_001, PRACTITIONER: 2_001 } as const;
const ACCOUNTS_OF_ROLE = 100;
export const GRANTS = 1_000;
export const SERVICE_CODES = 400;
const PASSWORD = 'correct-horse-7';

/** @param weeks of the attackers' past: 400 visits each */
export async function fillPractices(ownerUrl: string, weeks: number): Promise<void> {
  const { organization, practitioners } = ATTACKERS;
  const ofAttackers = [
    ...practiceOf(ATTACKERS),
    ...visitsOf(organization, { practitioners, weeks }),
    ...accountsOf('PATIENT'),
    ...accountsOf('PRACTITIONER'),
    ...notes(),
    grants(),
    serviceCodes(),
  ];
  const ofVictims = [
    ...practiceOf(VICTIMS),
    ...visitsOf(VICTIMS.organization, { practitioners: VICTIMS.practitioners, weeks: WEEKS_OF_VICTIMS }),
    `UPDATE users SET password_hash = '${await hashPassword(PASSWORD)}'`,
  ];
  await asClient(ownerUrl, async (owner) => {
    for (const [id, statements] of [
      [organization, ofAttackers],
      [VICTIMS.organization, ofVictims],
    ] as const) {
      await owner.query(`BEGIN; SELECT set_config('app.organization_id', '${organizationId(id)}', true)`);
      for (const statement of statements) await owner.query(statement);
      await owner.query('COMMIT');
    }
    await owner.query('VACUUM ANALYZE');
  });
}

/** With what a victim signs in. */
export function credentials(user: number): { email: string; password: string } {
  return { email: `user-${user}@practice-${VICTIMS.organization}.example`, password: PASSWORD };
}

const TENANT = `'${organizationId(ATTACKERS.organization)}'::uuid`;
const id = (kind: Kind, n: string): string => idSql(kind, ATTACKERS.organization, n);

function accountsOf(role: 'PATIENT' | 'PRACTITIONER'): string[] {
  const first = FIRST_ACCOUNT[role];
  const each = `generate_series(${first}, ${first + ACCOUNTS_OF_ROLE - 1}) n`;
  const link = role === 'PATIENT' ? `patient_id` : `practitioner_id`;
  return [
    `INSERT INTO users (organization_id, id, email, password_hash, role, ${link}, created_at, updated_at)
     SELECT ${TENANT}, ${id(Kind.USER, 'n')}, 'user-' || n || '@practice-${ATTACKERS.organization}.example', 'signs in nowhere', '${role}',
            ${id(Kind[role], '1')}, now(), now()
       FROM ${each}`,
    `INSERT INTO sign_ins (organization_id, id, user_id, created_at)
     SELECT ${TENANT}, ${id(Kind.SIGN_IN, 'n')}, ${id(Kind.USER, 'n')}, now() FROM ${each}`,
  ];
}

/** 5 KB for each session of patient 1 and each of practitioner 1, and 20 KB for every tenth; no two have the same text. */
function notes(): string[] {
  const text = (characters: number): string =>
    `(SELECT string_agg(md5(sessions.id::text || part), ' ') FROM generate_series(1, ${Math.ceil(characters / 33)}) part)`;
  const theirs = `patient_id = ${id(Kind.PATIENT, '1')} OR practitioner_id = ${id(Kind.PRACTITIONER, '1')}`;
  return [
    `UPDATE sessions SET narrative_notes = ${text(5_000)} WHERE ${theirs}`,
    `UPDATE sessions SET narrative_notes = ${text(20_000)} WHERE (${theirs}) AND right(id::text, 1) = '0'`,
  ];
}

/** Of the past: each to a practitioner, for a patient of their own. */
function grants(): string {
  return `INSERT INTO emergency_access_grants (organization_id, id, patient_id, granted_to_id, granted_by_organization_id, granted_by_id,
                                               justification, created_at, expires_at)
          SELECT ${TENANT}, gen_random_uuid(), ${id(Kind.PATIENT, `1 + n % ${ATTACKERS.authorizations}`)},
                 ${id(Kind.USER, `${FIRST_ACCOUNT.PRACTITIONER} + n % ${ACCOUNTS_OF_ROLE}`)}, ${TENANT}, ${id(Kind.USER, `1 + n % ${ATTACKERS.users}`)},
                 'A fall on the stairs of the clinic', at, at + interval '30 minutes'
            FROM generate_series(1, ${GRANTS}) n, LATERAL (SELECT now() - interval '1 day' - n * interval '1 hour' AS at) past`;
}

function serviceCodes(): string {
  return `INSERT INTO service_codes (organization_id, id, code, description, timed, unit_minutes, round_up_at_minutes, zero_below_minutes,
                                     created_at, updated_at)
          SELECT ${TENANT}, ${id(Kind.SERVICE_CODE, '100 + n')}, 'X-' || n, repeat('Adaptive behavior treatment ', 6), true, 15, 8, 8, now(), now()
            FROM generate_series(1, ${SERVICE_CODES}) n`;
}
