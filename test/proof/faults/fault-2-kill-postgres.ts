import type { Fault } from './fault.ts';
import type { Ground } from './harness/ground.ts';
import { PostgresServer } from './harness/postgres-server.ts';
import { connected } from '../../support/sql.ts';

/**
 * By turns one backend of the API, which makes PostgreSQL end all others and recover from its log, and the postmaster,
 * which is started again. fsync is on, and that is asked for first.
 */
export const killPostgres: Fault = {
  number: 2,
  title: "kill -9 of PostgreSQL's backends and of the whole server",
  rounds: 20,
  async play(run) {
    const server = await run.ground();
    if (!(server instanceof PostgresServer)) throw new Error('This fault needs a server of its own.');
    const durable = await connected(server.adminUrl, (admin) => admin.query<{ fsync: string }>('SHOW fsync'));
    if (durable.rows[0]?.fsync !== 'on') throw new Error('This fault is about a server with fsync on.');
    const stage = await run.stage(server);
    await run.underLoad(stage, async () => {
      for (let round = 1; round <= run.rounds; round++) {
        await run.pause();
        if (round % 2)
          await run.breaking(`backend killed`, async () => killed(run.random.pick(await backendsOf(server))));
        else
          await run.breaking('server killed', async () => {
            await server.kill();
            await run.pause();
            await server.start();
          });
      }
    });
  },
};

/** Those that work for the API. */
async function backendsOf({ adminUrl }: Ground): Promise<number[]> {
  const found = await connected(adminUrl, (admin) =>
    admin.query<{ pid: number }>(`SELECT pid FROM pg_stat_activity WHERE application_name = 'therapy-units'`),
  );
  return found.rows.map(({ pid }) => pid);
}

function killed(pid: number): void {
  process.kill(pid, 'SIGKILL');
}
