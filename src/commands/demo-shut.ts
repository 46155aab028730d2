import 'reflect-metadata';
import { DemoAccounts } from '../app/demo/demo-accounts.service.ts';
import { withServices } from '../app/services.ts';
import { runCommand } from '../foundation/command-line/command-line.ts';
import { told } from '../platform/observability/told.ts';

const USAGE = `Usage: npm run demo:shut
Makes the demo's accounts useless, in the database of DATABASE_URL or DATA_DIR: they are deactivated, their sign-ins end, and
their passwords are replaced by ones that nobody knows. The sample practices stay, as ledger and trail forbid deletes. Again, it
changes nothing.`;

/** `npm run demo:shut`: what a start in production asks for where a database was once filled with the demo. */
async function shut(): Promise<string> {
  const emails = await withServices((services) => services.get(DemoAccounts, { strict: false }).shut());
  if (!emails.length) return "None of the demo's accounts can sign in: nothing was changed.";
  return [
    'Deactivated, their sign-ins ended, their passwords replaced by ones that nobody knows:',
    ...emails.map((email) => `  ${email}`),
    'The sample practices stay, as ledger and trail forbid deletes; accounts that somebody else made in them stay, too.',
  ].join('\n');
}

async function shutAndTell(): Promise<0 | 1> {
  try {
    process.stdout.write(`${await shut()}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`${told(error)}\n`);
    return 1;
  }
}

process.exitCode = await runCommand({ usage: USAGE, options: {}, run: shutAndTell });
