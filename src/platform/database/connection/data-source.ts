import pg from 'pg';
import type { DataSourceOptions } from 'typeorm';
import { hostsOf } from '../../config/database-url.ts';
import type { Pooling } from '../../config/environment.ts';
import { NamedStatementsClient } from './named-statements.ts';
import { ObservedClient } from './observed-client.ts';
import { clientOf } from './primary-client.ts';

// dates stay the strings they are: a Date would drag them through the process's own time zone
pg.types.setTypeParser(pg.types.builtins.DATE, (value) => value);
// pg's own, by a regular expression, takes twice as long; ours are in UTC, of years from 1900 to 9999 (graphql/scalars.ts)
pg.types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (value) => new Date(value));

/** The lesser role: owns nothing, cannot change ledger entries or audit events. Migrations create it. */
export const APPLICATION_ROLE = 'therapy_app';

export interface ConnectionSettings {
  readonly url: string;
  readonly poolSize: number;
  readonly namedStatements: boolean;
  readonly pooling: Pooling;
}

/** What the application works under. Time-outs in milliseconds. */
const SETTINGS = {
  role: APPLICATION_ROLE,
  TimeZone: 'UTC',
  lock_timeout: 2_000,
  statement_timeout: 5_000,
  idle_in_transaction_session_timeout: 5_000,
};

/** How the application connects: as the lesser role, whatever its login, with time-outs, one pool a process. */
export function applicationDataSource(settings: ConnectionSettings): DataSourceOptions {
  const { url, poolSize, namedStatements, pooling } = settings;
  const hosts = hostsOf(url);
  return {
    type: 'postgres',
    url: hosts[0],
    poolSize,
    applicationName: 'therapy-units',
    connectTimeoutMS: 5_000,
    synchronize: false,
    migrationsRun: false,
    logging: false,
    extra: {
      // what one session were told would reach whoever comes next: there each transaction begins with them
      ...(pooling === 'session' && { options: sessionOptions() }),
      keepAlive: true,
      // statements are sent without waiting for the answers of those before them: see Tx.sql
      pipeline: true,
      Client: clientOf(hosts, namedStatements ? NamedStatementsClient : ObservedClient),
    },
  };
}

/** The settings for all of a session, in the form libpq and node-pg pass at connect. */
export function sessionOptions(): string {
  return Object.entries(SETTINGS)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
}

/** The settings for one transaction, as terms of its first SELECT. */
export function transactionSettings(): string {
  return Object.entries(SETTINGS)
    .map(([name, value]) => `set_config('${name}', '${value}', true)`)
    .join(', ');
}
