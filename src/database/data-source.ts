import pg from 'pg';
import type { DataSourceOptions } from 'typeorm';
import { NamedStatementsClient } from './named-statements.ts';
import { ObservedClient } from './observed-client.ts';

// dates stay the strings they are: a Date would drag them through the process's own time zone
pg.types.setTypeParser(pg.types.builtins.DATE, (value) => value);

/** The lesser role: owns nothing, cannot change ledger entries or audit events. Migrations create it. */
export const APPLICATION_ROLE = 'therapy_app';

export interface ConnectionSettings {
  readonly url: string;
  readonly poolSize: number;
  readonly namedStatements: boolean;
}

/** What every connection of the application starts with. Time-outs in milliseconds. */
const SESSION = {
  role: APPLICATION_ROLE,
  lock_timeout: 2_000,
  statement_timeout: 5_000,
  idle_in_transaction_session_timeout: 5_000,
};

/** How the application connects: as the lesser role, whatever its login, with time-outs, one pool a process. */
export function applicationDataSource({ url, poolSize, namedStatements }: ConnectionSettings): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    poolSize,
    applicationName: 'therapy-units',
    connectTimeoutMS: 5_000,
    synchronize: false,
    migrationsRun: false,
    logging: false,
    extra: {
      options: sessionOptions(),
      keepAlive: true,
      Client: namedStatements ? NamedStatementsClient : ObservedClient,
    },
  };
}

/** The session's settings in the form libpq and node-pg pass at connect. */
export function sessionOptions(): string {
  return Object.entries(SESSION)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
}
