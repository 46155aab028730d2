import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { createApplication } from './application.ts';
import { Environment } from './config/environment.ts';
import { openDatabase } from './database/open-database.ts';
import { DemoService } from './demo/demo.service.ts';
import { farewell, onEnd } from './lifetime.ts';
import { safeError } from './observability/safe-error.ts';
import { welcome } from './welcome.ts';

/** Database, migrations, application, demo data, then the door is opened; all of it is closed in the opposite order. */
async function start(): Promise<void> {
  const environment = Environment.read(process.env);
  const database = await openDatabase(environment);
  const app = await createApplication(environment, database.url).catch(async (error: unknown) => {
    await database.close();
    throw error;
  });
  onEnd(async () => {
    await farewell(app, environment);
    await database.close();
  });
  const logins = environment.isProduction ? [] : await app.get(DemoService).fill();
  await app.listen(environment.PORT, environment.host);
  const { port } = app.getHttpServer().address() as AddressInfo;
  console.log(welcome({ port, database, logins }));
}

try {
  await start();
} catch (error) {
  // an error with a statement is a bug of ours; all others tell what to set or to start
  const expected = error instanceof Error && !('query' in error);
  console.error(expected ? error.message || String(error) : JSON.stringify(safeError(error), null, 2));
  process.exit(1);
}
