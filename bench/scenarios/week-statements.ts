import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, refusalOf } from '../load/connection.ts';
import type { Query } from '../load/job.ts';
import { Api } from '../stage/api.ts';
import type { Database } from '../stage/database.ts';
import { asClient } from '../stage/server.ts';
import type { Stage } from '../stage/stage.ts';

const OF_ALL_TRANSACTIONS = /^\s*(BEGIN|COMMIT|SELECT set_config\(|INSERT INTO audit_events)/;

/**
 * The statements of one query, but for those that frame each transaction and the audit events: as PostgreSQL's own log
 * tells of a process of the API that does nothing else.
 */
export async function statementsOfWeek(stage: Stage, database: Database, { text, requests }: Query): Promise<string[]> {
  const log = join(stage.server.folder, 'postgres.log');
  await loggingOf(stage, database, 'all');
  const api = await Api.start(stage.server, database.name, 9);
  const connection = new Connection(api.url);
  try {
    const [{ variables, token }] = requests as [Query['requests'][0]];
    const ask = async (): Promise<void> => {
      const answer = await connection.post(JSON.stringify({ query: text, variables }), token);
      if (refusalOf(answer) !== undefined) throw new Error(answer);
    };
    await ask(); // from here on it knows who that is
    await sleep(200);
    const { size } = await stat(log);
    await ask();
    await sleep(200);
    return statementsIn(await readFrom(log, size)).filter((statement) => !OF_ALL_TRANSACTIONS.test(statement));
  } finally {
    connection.close();
    await api.stop();
    await loggingOf(stage, database, 'none');
  }
}

/** Of connections that are opened from now on. */
async function loggingOf({ server }: Stage, { name }: Database, which: 'all' | 'none'): Promise<void> {
  await asClient(server.url('admin', 'postgres'), (admin) =>
    admin.query(`ALTER ROLE therapy_api IN DATABASE ${name} SET log_statement = '${which}'`),
  );
}

function statementsIn(log: string): string[] {
  return [...log.matchAll(/LOG: {2}(?:statement|execute [^:]+): (.*)/g)].map(([, statement = '']) => statement);
}

async function readFrom(path: string, start: number): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { buffer } = await file.read({ buffer: Buffer.alloc(size - start), position: start });
    return buffer.toString();
  } finally {
    await file.close();
  }
}
