import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { connect, connected } from '../../support/sql.ts';
import type { Fault } from './fault.ts';
import type { Ground } from './harness/ground.ts';
import type { Run } from './harness/run.ts';

/** More than the pool of the process has connections. */
const CLIENTS = 16;
const MOST_SESSIONS = 200;
const TOO_MANY = '53300';

type Provocation = (run: Run, ground: Ground) => Promise<void>;

/** Others who work on the same database and keep to none of our rules. */
export const provokeLocks: Fault = {
  number: 4,
  title: 'pool exhaustion, lock time-outs, deadlocks, floods, no connection left',
  rounds: 15,
  async play(run) {
    const ground = await run.ground();
    const stage = await run.stage(ground);
    const kinds = Object.entries(PROVOCATIONS);
    const before = await deadlocksIn(ground);
    await run.underLoad(
      stage,
      async () => {
        for (let round = 0; round < run.rounds; round++) {
          const [name, provoke] = kinds[round % kinds.length]!;
          await run.pause();
          await run.breaking(name, () => provoke(run, ground));
        }
      },
      { clients: CLIENTS },
    );
    run.tell(`PostgreSQL has ended ${(await deadlocksIn(ground)) - before} deadlocks`);
  },
};

const PROVOCATIONS: Readonly<Record<string, Provocation>> = {
  /** Longer than lock_timeout; with all of them locked every connection of the pool waits, and further calls wait for one. */
  'all authorizations locked': async (run, { adminUrl }) => {
    await connected(adminUrl, async (admin) => {
      await admin.query('BEGIN; SELECT FROM authorizations FOR UPDATE');
      await sleep(run.random.between(2_500, 9_000));
      await admin.query('ROLLBACK');
    });
  },

  /** The authorization first, then the patient: a booking takes them the other way round. */
  'locks taken in the crossed order': async (run, { adminUrl }) => {
    await Promise.all(
      Array.from({ length: 4 }, () =>
        connected(adminUrl, async (admin) => {
          // whoever else waits finds the circle first, and gives way
          await admin.query(`SET deadlock_timeout = '20s'`);
          for (let nth = 0; nth < 5; nth++) await crossed(run, admin);
        }),
      ),
    );
  },

  'all patients of a practice locked': async (run, { adminUrl }) => {
    await connected(adminUrl, async (admin) => {
      await admin.query(`BEGIN; SELECT FROM patients WHERE organization_id = (SELECT organization_id FROM patients
                           ORDER BY random() LIMIT 1) FOR UPDATE`);
      await sleep(run.random.between(2_500, 6_000));
      await admin.query('ROLLBACK');
    });
  },

  'a flood of statements': async (_run, { adminUrl }) => {
    const end = Date.now() + 3_000;
    await Promise.all(
      Array.from({ length: 8 }, () =>
        connected(adminUrl, async (admin) => {
          while (Date.now() < end) await admin.query('SELECT sum(n) FROM generate_series(1, 20000) AS n');
        }),
      ),
    );
  },

  /** Those of the API are ended, and others take their place. */
  'all connections taken': async (run, { adminUrl }) => {
    const admin = await connect(adminUrl);
    const taken: pg.Client[] = [];
    try {
      await admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'therapy-units'`,
      );
      while (taken.length < MOST_SESSIONS) taken.push(await connect(adminUrl));
    } catch (error) {
      if ((error as { code?: string }).code !== TOO_MANY) throw error;
      await sleep(run.random.between(1_000, 4_000));
    } finally {
      await Promise.all([...taken, admin].map((client) => client.end()));
    }
  },
};

async function crossed(run: Run, admin: pg.Client): Promise<void> {
  await admin.query('BEGIN');
  const { rows } = await admin.query<{ patient_id: string }>(
    'SELECT patient_id FROM authorizations ORDER BY random() LIMIT 1 FOR UPDATE',
  );
  await sleep(run.random.between(50, 300));
  // it may be this one that has to give way
  await admin.query('SELECT FROM patients WHERE id = $1 FOR UPDATE', [rows[0]?.patient_id]).catch(() => undefined);
  await admin.query('ROLLBACK');
}

async function deadlocksIn({ adminUrl }: Ground): Promise<number> {
  const { rows } = await connected(adminUrl, (admin) =>
    admin.query<{ deadlocks: string }>('SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()'),
  );
  return Number(rows[0]?.deadlocks);
}
