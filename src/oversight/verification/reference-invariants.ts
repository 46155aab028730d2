import type { Invariant } from './invariant.ts';

/** [table, column, table that it refers to]. A test holds the list to the foreign keys that the database has. */
export const REFERENCES: readonly (readonly [string, string, string])[] = [
  ['practitioners', 'organization_id', 'organizations'],
  ['patients', 'organization_id', 'organizations'],
  ['service_codes', 'organization_id', 'organizations'],
  ['users', 'organization_id', 'organizations'],
  ['users', 'practitioner_id', 'practitioners'],
  ['users', 'patient_id', 'patients'],
  ['sign_ins', 'user_id', 'users'],
  ['refresh_tokens', 'user_id', 'users'],
  ['refresh_tokens', 'sign_in_id', 'sign_ins'],
  ['second_factors', 'id', 'users'],
  ['emergency_access_grants', 'patient_id', 'patients'],
  ['emergency_access_grants', 'granted_to_id', 'users'],
  ['authorizations', 'patient_id', 'patients'],
  ['authorization_service_codes', 'authorization_id', 'authorizations'],
  ['authorization_service_codes', 'service_code_id', 'service_codes'],
  ['ledger_entries', 'authorization_id', 'authorizations'],
  ['ledger_entries', 'appointment_id', 'appointments'],
  ['appointments', 'patient_id', 'patients'],
  ['appointments', 'practitioner_id', 'practitioners'],
  ['appointments', 'authorization_id', 'authorizations'],
  ['appointments', 'service_code_id', 'service_codes'],
  ['sessions', 'appointment_id', 'appointments'],
  ['sessions', 'patient_id', 'patients'],
  ['sessions', 'practitioner_id', 'practitioners'],
  ['sessions', 'authorization_id', 'authorizations'],
  ['sessions', 'service_code_id', 'service_codes'],
];

/** What the key of an operation points to. A test holds the list to the operations that the code names. */
export const OPERATIONS: Readonly<Record<string, 'appointments' | 'sessions'>> = {
  createAppointment: 'appointments',
  updateAppointment: 'appointments',
  cancelAppointment: 'appointments',
  completeAppointment: 'sessions',
};

/** What tells which authorization a row is about, and which row it is where it has no id. */
const AUTHORIZATION_OF: Readonly<Record<string, string>> = {
  authorizations: 'row.id',
  authorization_service_codes: 'row.authorization_id',
  ledger_entries: 'row.authorization_id',
  appointments: 'row.authorization_id',
  sessions: 'row.authorization_id',
};

const KEY_OF: Readonly<Record<string, string>> = {
  authorization_service_codes: 'row.authorization_id, row.service_code_id',
};

export const referenceInvariants: readonly Invariant[] = [
  {
    name: 'references_stay_in_their_organization',
    meaning: 'What a row refers to is there, in the organization of the row.',
    breaches: REFERENCES.map(([table, column, target]) => astray(table, column, target)).join(' UNION ALL '),
  },
  {
    name: 'idempotency_keys_point_to_objects',
    meaning: 'The object that a repeated call would be answered with is there, in the organization of the key.',
    breaches: `
      SELECT key.organization_id, NULL::uuid AS authorization_id, format('key of %s', key.operation) AS what,
             'an object ' || resource_id AS expected, 'none' AS found
        FROM idempotency_keys key
        LEFT JOIN (${Object.entries(OPERATIONS).map(objectsOf).join(' UNION ALL ')}) object
          ON object.organization_id = key.organization_id AND object.operation = key.operation AND object.id = key.resource_id
       WHERE object.id IS NULL`,
  },
];

function objectsOf([operation, table]: [string, string]): string {
  return `SELECT organization_id, '${operation}' AS operation, id FROM ${table}`;
}

/** Rows of a table whose column names nothing, or a row of another organization. */
function astray(table: string, column: string, target: string): string {
  const organization = target === 'organizations' ? 'id' : 'organization_id';
  return `
      SELECT row.organization_id, ${AUTHORIZATION_OF[table] ?? 'NULL::uuid'} AS authorization_id,
             concat_ws(' ', '${table}', ${KEY_OF[table] ?? 'row.id'}) AS what,
             '${column} of its own organization' AS expected, row.${column}::text AS found
        FROM ${table} row
        LEFT JOIN (SELECT ${organization} AS organization_id, id FROM ${target}) target
          ON target.organization_id = row.organization_id AND target.id = row.${column}
       WHERE row.${column} IS NOT NULL AND target.id IS NULL`;
}
