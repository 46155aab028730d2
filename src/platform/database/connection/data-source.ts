import type { DataSourceOptions } from 'typeorm';
import { hostsOf } from '../../config/database-url.ts';
import type { Pooling } from '../../config/environment.ts';
import { NamedStatementsClient } from './named-statements.ts';
import { ObservedClient } from './observed-client.ts';
import { clientOf } from './primary-client.ts';
import { applicationSettings, OWNER } from './settings.ts';
import { SettledClient } from './settled-client.ts';

export interface ConnectionSettings {
  readonly url: string;
  readonly poolSize: number;
  readonly namedStatements: boolean;
  readonly pooling: Pooling;
}

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
      settings: applicationSettings(pooling),
      keepAlive: true,
      // statements are sent without waiting for the answers of those before them: see Tx.sql
      pipeline: true,
      Client: clientOf(hosts, namedStatements ? NamedStatementsClient : ObservedClient),
    },
  };
}

/** How migrations connect: as the owner of the tables. */
export function ownerDataSource(url: string | undefined): DataSourceOptions {
  return { type: 'postgres', url, extra: { settings: OWNER, Client: SettledClient } };
}
