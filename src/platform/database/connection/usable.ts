import { sqlStateOf } from './sql-errors.ts';
import { NoPrimary, primaryUrl } from './primary.ts';
import { ANYBODY } from './settings.ts';
import { SettledClient } from './settled-client.ts';

const CONNECT_LIMIT_MS = 10_000;

const LOST = /^(E(CONN[A-Z]+|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH)|08...|CONNECTION_LOST)$/;

/** What is wrong, and what whoever starts a process does about it. */
export type Advice = readonly [wrong: string, remedy: string];

const OWNED = 'README.md, "On your own PostgreSQL", has the statements that make it';
const NO_ANSWER: Advice = ['no PostgreSQL answers there', 'Start it, or correct host and port'];
const NOT_READ: Advice = ['it names a file that cannot be read', 'Correct the path, or let this user read it'];
const NO_HOST: Advice = ['there is no such host', 'Correct its name'];
const UNTRUSTED: Advice = [
  'the certificate of the server is not trusted',
  'Name the authority that signed it with sslrootcert=/path/of/ca.pem, and the host as the certificate does',
];
const NO_TLS: Advice = [
  'it asks for TLS, which the server does not offer',
  'Turn TLS on there, or on a network that you trust leave sslmode out',
];
const NO_PASSWORD: Advice = [
  'PostgreSQL asks for a password',
  'Write it as in postgres://login:password@host/database',
];

const BY_CODE: Readonly<Record<string, Advice>> = {
  '25006': ['none of its hosts takes writes', 'Start the primary, or promote a standby'],
  '28000': [
    'PostgreSQL does not let this login in',
    'Its pg_hba.conf says who may come from where, and who by TLS alone (?sslmode=verify-full)',
  ],
  '28P01': [
    'PostgreSQL refuses login and password',
    'Correct them; in a URL a character such as @ is written in percent, %40',
  ],
  '3D000': ['there is no such database', `Correct its name, or make it: ${OWNED}`],
  '42501': [
    'its login may not do that',
    `Let it own the database, or name the owner's in DATABASE_MIGRATION_URL: ${OWNED}`,
  ],
  '53100': ['the disk of PostgreSQL is full', 'Make room there'],
  '53300': ['PostgreSQL has no connection left', 'Raise its max_connections, or end what holds them'],
  '57P03': ['PostgreSQL is starting or stopping', 'Try again in a moment'],
  ENOENT: NOT_READ,
  EACCES: NOT_READ,
  ENOTFOUND: NO_HOST,
  EAI_AGAIN: NO_HOST,
};

/**
 * Works with a database that is reached first, within a limit: for starts and commands, whose errors go to whoever set
 * them up.
 *
 * @param setting that named the database
 * @throws Error with the setting, what is wrong in PostgreSQL's or the system's own words, and what to do
 */
export async function usable<T>(setting: string, url: string, work: () => Promise<T>): Promise<T> {
  try {
    await reach(await primaryUrl(url));
    return await work();
  } catch (error) {
    throw advised(setting, error);
  }
}

/** The error with advice, if there is any; else as it is. */
export function advised(setting: string, error: unknown, noAnswer: Advice = NO_ANSWER): unknown {
  const advice = isUnanswered(error) ? noAnswer : adviceOn(error);
  if (!advice) return error;
  const [wrong, remedy] = advice;
  const told = error instanceof NoPrimary && error.cause ? error.cause : error;
  return new Error(`${setting}: ${wrong} (${wordsOf(told)}). ${remedy}.`, { cause: error });
}

async function reach(url: string): Promise<void> {
  const client = new SettledClient({
    connectionString: url,
    settings: ANYBODY,
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
  });
  try {
    await client.connect();
  } finally {
    void client.end().catch(() => undefined);
  }
}

function isUnanswered(error: unknown): boolean {
  const { message, syscall } = error as NodeJS.ErrnoException;
  // the first: also of a socket in the file system; the last: pg's own limit
  return syscall === 'connect' || LOST.test(codeOf(error)) || message === 'timeout expired';
}

function adviceOn(error: unknown): Advice | undefined {
  const { message } = error as Error;
  const code = codeOf(error);
  if (/does not support SSL/.test(message)) return NO_TLS;
  if (/password must be a (non-empty )?string/.test(message)) return NO_PASSWORD;
  // as OpenSSL has them: SELF_SIGNED_CERT_IN_CHAIN, UNABLE_TO_VERIFY_LEAF_SIGNATURE ...
  if (/CERT|SIGNATURE/.test(code)) return UNTRUSTED;
  return BY_CODE[code];
}

/** SQLSTATE, or the code of the system, of OpenSSL or of Node. */
function codeOf(error: unknown): string {
  return sqlStateOf(error) ?? (error as NodeJS.ErrnoException).code ?? '';
}

/** A host of several addresses fails with an error for each, and no words of its own. */
function wordsOf(error: unknown): string {
  const { message, errors } = error as { message: string; errors?: unknown[] };
  return errors ? errors.map(wordsOf).join(', ') : message;
}
