import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { Environment } from '../platform/config/environment.ts';
import { openDoor } from '../platform/config/open-door.ts';
import { openDatabase } from '../platform/database/open-database.ts';
import { farewell, onEnd } from './lifetime.ts';
import { openLog } from '../platform/observability/log.ts';
import { listenForMetrics } from '../platform/observability/metrics-endpoint.ts';
import { logProcess } from '../platform/observability/process-log.ts';
import { safeError } from '../platform/observability/safe-error.ts';
import { isAdvice, told } from '../platform/observability/told.ts';
import { startTracing } from '../platform/observability/tracing.ts';
import { welcome } from './welcome.ts';

/** Database, migrations, application, demo data, then the door is opened; all of it is closed in the opposite order. */
async function start(environment: Environment, log: Logger): Promise<void> {
  const endTracing = await startTracing(process.env, log);
  // PostgreSQL comes up while the rest is loaded, which takes longer
  const [database, { createApplication }, { DemoAccounts }, { DemoService }] = await Promise.all([
    openDatabase(environment),
    import('./application.ts'),
    import('./demo/demo-accounts.service.ts'),
    import('./demo/demo.service.ts'),
  ]);
  const app = await createApplication(environment, database.url, log).catch(async (error: unknown) => {
    await database.close();
    throw error;
  });
  const metrics = await openMetrics(environment);
  onEnd(async () => {
    try {
      await farewell(app, environment);
    } finally {
      await metrics?.close();
      await database.close();
      await endTracing();
    }
  });
  if (environment.isProduction) await app.get(DemoAccounts).requireNone();
  const logins = environment.demoData ? await app.get(DemoService).fill() : [];
  const { PORT, host } = environment;
  const settings = { port: 'PORT', host: 'HOST' };
  await openDoor({ port: PORT, host, settings }, () => app.listen(PORT, host));
  const { port } = app.getHttpServer().address() as AddressInfo;
  if (environment.NODE_ENV === 'development') {
    const { playground, apiDocs } = environment;
    console.log(welcome({ host, port, playground, apiDocs, database, logins }));
  }
  const { serverVersion: postgres, role, login } = database;
  log.info({ context: 'main', port, metricsPort: metrics?.port, postgres, role, login }, 'listening');
}

async function openMetrics({ METRICS_PORT: port, METRICS_HOST: host, METRICS_TOKEN }: Environment) {
  if (port === undefined) return undefined;
  const settings = { port: 'METRICS_PORT', host: 'METRICS_HOST' };
  return openDoor({ port, host, settings }, () => listenForMetrics(port, host, METRICS_TOKEN));
}

const forPeople = process.env.NODE_ENV !== 'production';
try {
  const environment = Environment.read(process.env);
  const log = await openLog(environment);
  logProcess(log);
  await start(environment, log);
} catch (error) {
  if (forPeople) console.error(told(error));
  else {
    const log = await openLog({ NODE_ENV: 'production', logLevel: 'fatal' });
    if (isAdvice(error)) log.fatal({ context: 'main' }, error.message);
    else log.fatal({ context: 'main', error: safeError(error) }, 'could not start');
  }
  process.exit(1);
}
