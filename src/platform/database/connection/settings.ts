import type { Pooling } from '../../config/environment.ts';

/** Names and values of PostgreSQL's settings, as current_setting() tells them. */
export type Settings = Readonly<Record<string, string>>;

/** The lesser role: owns nothing, cannot change ledger entries or audit events. Migrations create it. */
export const APPLICATION_ROLE = 'therapy_app';

/** PgBouncer carries these along, from a connection of ours to whichever of PostgreSQL's it is lent for a transaction. */
const CARRIED = { DateStyle: 'ISO, MDY', TimeZone: 'UTC', client_encoding: 'UTF8', standard_conforming_strings: 'on' };

/** PostgreSQL's defaults: one that an administrator has changed would change what is stored or answered. */
const DEFAULTS = {
  IntervalStyle: 'postgres',
  timezone_abbreviations: 'Default',
  bytea_output: 'hex',
  extra_float_digits: '1',
  array_nulls: 'on',
  transform_null_equals: 'off',
  quote_all_identifiers: 'off', // audit:verify compares expressions as PostgreSQL writes them
  row_security: 'on',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  synchronous_commit: 'on',
  client_min_messages: 'notice', // a COMMIT that did not wait for the standby says so by a warning alone
  exit_on_error: 'off',
  idle_session_timeout: '0',
};

/** Set where that costs nothing. No statement of ours asks for the locale's, and each transaction says whose it is. */
const OF_A_SESSION = {
  lc_monetary: 'C',
  lc_numeric: 'C',
  lc_time: 'C',
  'app.organization_id': '',
  'app.reach': '',
};

const OURS = { search_path: 'public, pg_temp' };

const OF_THE_APPLICATION = {
  role: APPLICATION_ROLE,
  ...OURS,
  lock_timeout: '2s',
  statement_timeout: '5s',
  idle_in_transaction_session_timeout: '5s',
};

/** Migrations and verifications take their time. */
const OF_THE_OWNER = {
  ...OURS,
  lock_timeout: '0',
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
};

/**
 * What no login of ours can set, or should not: whoever made a server read-only before another one takes over meant it.
 * A name that a version of PostgreSQL does not know is as it has to be.
 */
const GIVEN = {
  server_encoding: 'UTF8',
  session_replication_role: 'origin', // replica: neither foreign keys nor the walls of ledger and trail
  default_transaction_read_only: 'off',
  in_hot_standby: 'off',
  transaction_timeout: '0', // since 17
};

/** Sent with the start of a session, which beats ALTER SYSTEM, DATABASE and ROLE, PGOPTIONS and what the URL says. */
export const OWNER: Settings = { ...CARRIED, ...DEFAULTS, ...OF_A_SESSION, ...OF_THE_OWNER };

/** For whom a role would be too much: who asks which login it is, or which host takes writes. */
export const ANYBODY: Settings = CARRIED;

/** As OWNER, for the application. What one session were told a pooler would lend to whoever comes next: see transactionSettings. */
export function applicationSettings(pooling: Pooling): Settings {
  return pooling === 'session' ? { ...CARRIED, ...DEFAULTS, ...OF_A_SESSION, ...OF_THE_APPLICATION } : CARRIED;
}

/**
 * For one transaction of a connection that a pooler has lent, as terms of its first SELECT. Each costs it some 3
 * microseconds, so that DEFAULTS are not among them: there they are asked for, at the start and by readiness.
 */
export function transactionSettings(): string {
  return Object.entries(OF_THE_APPLICATION)
    .map(([name, value]) => `set_config('${name}', '${value}', true)`)
    .join(', ');
}

/** Settings that have to be so, and which of them are as the server, the database or the role has them. */
export interface Wanted {
  readonly values: Settings;
  readonly found: readonly string[];
}

export const WANTED_BY_THE_OWNER: Wanted = {
  values: { ...CARRIED, ...DEFAULTS, ...OF_THE_OWNER, ...GIVEN },
  found: Object.keys(GIVEN),
};

export function wantedByTheApplication(pooling: Pooling): Wanted {
  return {
    values: { ...CARRIED, ...DEFAULTS, ...OF_THE_APPLICATION, ...GIVEN },
    found: Object.keys(pooling === 'session' ? GIVEN : { ...DEFAULTS, ...GIVEN }),
  };
}
