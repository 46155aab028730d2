/** What becomes of a setting that an administrator gave another value. */
export type Fate =
  /** Ours holds on every connection. */
  | 'set'
  /** The start is refused, and a process that runs is not ready. */
  | 'refused';

export interface HostileSetting {
  readonly name: string;
  readonly value: string;
  /** With connections that are ours as long as they last. */
  readonly session: Fate;
  /** With connections that a pooler lends for a transaction; what changes nothing of ours is left as it is. */
  readonly transaction: Fate | 'left';
}

const set = (name: string, value: string, transaction: HostileSetting['transaction']): HostileSetting => ({
  name,
  value,
  session: 'set',
  transaction,
});
const refused = (name: string, value: string): HostileSetting => ({
  name,
  value,
  session: 'refused',
  transaction: 'refused',
});

/** Values under which something was stored or answered otherwise, or would be if our statements changed a little. */
export const HOSTILE_SETTINGS: readonly HostileSetting[] = [
  set('DateStyle', `'SQL, DMY'`, 'set'),
  set('DateStyle', `'German, DMY'`, 'set'),
  set('TimeZone', `'Asia/Kolkata'`, 'set'),
  set('standard_conforming_strings', 'off', 'set'),
  set('client_encoding', `'LATIN1'`, 'set'),
  set('search_path', 'pg_temp', 'set'),
  // before our first transaction of a lent connection they hold, and a start has statements before it: so not at once
  set('lock_timeout', '500', 'set'),
  set('statement_timeout', '500', 'set'),
  set('idle_in_transaction_session_timeout', '500', 'set'),
  set('IntervalStyle', 'sql_standard', 'refused'),
  set('timezone_abbreviations', `'India'`, 'refused'),
  set('bytea_output', 'escape', 'refused'),
  set('extra_float_digits', '-15', 'refused'),
  set('array_nulls', 'off', 'refused'),
  set('transform_null_equals', 'on', 'refused'),
  set('quote_all_identifiers', 'on', 'refused'),
  set('row_security', 'off', 'refused'),
  set('default_transaction_isolation', 'serializable', 'refused'),
  set('default_transaction_deferrable', 'on', 'refused'),
  set('synchronous_commit', 'off', 'refused'),
  set('client_min_messages', 'error', 'refused'),
  set('exit_on_error', 'on', 'refused'),
  set('idle_session_timeout', '60000', 'refused'),
  set('lc_monetary', `'POSIX'`, 'left'),
  set('lc_numeric', `'POSIX'`, 'left'),
  set('lc_time', `'POSIX'`, 'left'),
  set('lc_messages', `'POSIX'`, 'left'),
  set('app.organization_id', `'nobody'`, 'left'),
  set('app.reach', `'all'`, 'left'),
  refused('default_transaction_read_only', 'on'),
  refused('session_replication_role', 'replica'),
  refused('transaction_timeout', '60000'),
];
