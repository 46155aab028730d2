import 'reflect-metadata';
import { runCommand } from '../foundation/command-line/command-line.ts';
import { usable } from '../platform/database/connection/usable.ts';
import { stepDown } from '../platform/database/schema/application-role.ts';
import { migrate } from '../platform/database/schema/migrate.ts';
import { told } from '../platform/observability/told.ts';

const USAGE = `Usage: npm run migration:run
Brings the database of DATABASE_MIGRATION_URL or DATABASE_URL up to date, as its owner, and gives the login of DATABASE_URL the
application's role. Again, it changes nothing.`;

/**
 * `npm run migration:run`: brings the database up to date as its owner, before processes start with
 * MIGRATE_ON_START=false, and gives the application's login its role where DATABASE_URL names it. It asks for none of the
 * other settings, so that the secrets of the API stay with the API. Again, it changes nothing.
 */
async function run(): Promise<string> {
  const { DATABASE_MIGRATION_URL, DATABASE_URL, DATABASE_POOLING } = process.env;
  const ownerUrl = DATABASE_MIGRATION_URL || DATABASE_URL;
  if (!ownerUrl)
    throw new Error('Set DATABASE_MIGRATION_URL or DATABASE_URL. The embedded database is migrated by the start.');
  const setting = DATABASE_MIGRATION_URL ? 'DATABASE_MIGRATION_URL' : 'DATABASE_URL';
  const names = await usable(setting, ownerUrl, () => migrate(ownerUrl));
  const pooling = DATABASE_POOLING === 'transaction' ? 'transaction' : 'session';
  if (DATABASE_URL) {
    const application = { url: DATABASE_URL, pooling } as const;
    await usable('DATABASE_URL', DATABASE_URL, () => stepDown(application, ownerUrl));
  }
  return names.length ? ['Migrated:', ...names].join('\n  ') : 'The database is current.';
}

async function runAndTell(): Promise<0 | 1> {
  try {
    console.log(await run());
    return 0;
  } catch (error) {
    console.error(told(error));
    return 1;
  }
}

process.exitCode = await runCommand({ usage: USAGE, options: {}, run: runAndTell });
