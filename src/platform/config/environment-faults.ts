import { isIP } from 'node:net';

/** What is looked at of Environment, each setting of which has been read and is one by itself. */
interface Read {
  readonly isProduction: boolean;
  readonly trustProxy: readonly string[] | false;
  readonly DATABASE_URL?: string;
  readonly DATABASE_MIGRATION_URL?: string;
  readonly DATABASE_POOLING: string;
  readonly demoData: boolean;
  readonly MIGRATE_ON_START: boolean;
  readonly JWT_SECRET?: string;
  readonly SECOND_FACTOR_SECRET?: string;
}

const PLACEHOLDER = /change.?me|placeholder|example|secret|password|default|xxxx|your[-_ ]/i;

/** One line for each setting that does not suit the others, or production, without its value. */
export function faultsOf(read: Read): string[] {
  const faults: string[] = [];
  if (read.trustProxy && !read.trustProxy.every(isProxy))
    faults.push('TRUST_PROXY must be addresses and networks with commas, such as loopback or 10.0.0.0/8,192.0.2.7');
  if (read.isProduction) faults.push(...faultsInProduction(read));
  if (migratesThroughPooler(read))
    faults.push('DATABASE_MIGRATION_URL is missing: migrations do not pass through a pooler in transaction mode');
  return faults;
}

function migratesThroughPooler({ DATABASE_POOLING, DATABASE_MIGRATION_URL, MIGRATE_ON_START }: Read): boolean {
  return DATABASE_POOLING === 'transaction' && MIGRATE_ON_START && !DATABASE_MIGRATION_URL;
}

function isProxy(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  const [address = '', bits, ...rest] = text.split('/');
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return most > 0 && rest.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most));
}

function faultsInProduction({ DATABASE_URL, demoData, JWT_SECRET, SECOND_FACTOR_SECRET }: Read): string[] {
  const faults: string[] = [];
  if (!DATABASE_URL) faults.push('DATABASE_URL is missing: production does not embed its database');
  if (demoData) faults.push('DEMO_DATA must be off in production: the passwords of its logins are public');
  if (!JWT_SECRET) faults.push('JWT_SECRET is missing: make one with `openssl rand -base64 48`');
  for (const [name, secret] of Object.entries({ JWT_SECRET, SECOND_FACTOR_SECRET }))
    if (secret && (PLACEHOLDER.test(secret) || new Set(secret).size < 10))
      faults.push(`${name} is a placeholder: make one with \`openssl rand -base64 48\``);
  return faults;
}
