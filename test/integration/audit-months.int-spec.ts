import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { archiveCommand } from '../../src/oversight/audit-trail/archive-command.ts';
import { archiveMonths } from '../../src/oversight/audit-trail/archive-months.ts';
import { verifyTrail } from '../../src/oversight/audit-trail/verify-trail.ts';
import { migrations } from '../../src/platform/database/schema/migrations.ts';
import { withDatabase, type ClusterUrls } from '../support/cluster.ts';
import { connect, connected, read } from '../support/sql.ts';
import { SealedTrail } from '../support/trail-tampering.ts';
import { at, World } from '../support/world.ts';

/** The first of the month that lies so many months from now, and its partition. */
function month(offset: number): { first: Date; name: string; text: string } {
  const now = new Date();
  const first = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset, 1));
  const text = first.toISOString().slice(0, 7);
  return { first, name: `events_${text.replace('-', '_')}`, text };
}

let trail: SealedTrail;

/** Partition and events of each that has any. */
const places = async (): Promise<Record<string, number>> =>
  Object.fromEntries(
    (
      await read(
        trail.database.ownerUrl,
        `SELECT n.nspname || '.' || c.relname AS name, count(*)::int AS events FROM audit_events e
           JOIN pg_class c ON c.oid = e.tableoid JOIN pg_namespace n ON n.oid = c.relnamespace GROUP BY 1`,
      )
    ).map(({ name, events }) => [name as string, events as number]),
  );
const partitions = async (): Promise<string[]> =>
  (
    await read(
      trail.database.ownerUrl,
      `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'public.audit_events'::regclass ORDER BY 1`,
    )
  ).map(({ name }) => name as string);

/** Events of the past, which only the owner can write. */
async function past(occurredAt: Date, count: number): Promise<void> {
  await connected(trail.database.ownerUrl, async (owner) => {
    await owner.query(`SELECT set_config('app.reach', 'all', false)`);
    await owner.query(
      `INSERT INTO audit_events (id, occurred_at, organization_id, action, resource, outcome)
       SELECT gen_random_uuid(), $1, $2, 'PAST', 'test', 'SUCCESS' FROM generate_series(1, $3)`,
      [occurredAt, trail.a, count],
    );
  });
}

beforeEach(async () => {
  trail = await SealedTrail.create();
});
afterEach(() => trail.database.drop());

describe('given the months of the trail', () => {
  it('when the database is made, then there is this month, three ahead, and one for whatever has no month', async () => {
    const ahead = [0, 1, 2, 3].map((offset) => `audit.${month(offset).name}`);
    expect(await partitions()).toEqual([...ahead, 'audit.events_default'].sort());
    await trail.add(trail.a);
    expect(await places()).toEqual({ [`audit.${month(0).name}`]: 1 });
  });

  it('when one ahead is missing, then the application makes it, with all the walls, and several at once do no harm', async () => {
    await connected(trail.database.ownerUrl, (owner) => owner.query(`DROP TABLE audit.${month(3).name}`));
    const before = await partitions();
    await Promise.all(
      [1, 2, 3].map(() =>
        trail
          .asApplication((client) => client.query('SELECT app.prepare_audit_months()'))
          .then(({ rowCount }) => {
            expect(rowCount).toBe(0);
          }),
      ),
    );
    expect(await partitions()).toEqual([...before, `audit.${month(3).name}`].sort());
    expect(await verifyTrail(trail.database.ownerUrl)).toMatchObject({ differences: [] });
  });

  it('when a booking is being written, then a month is made meanwhile, and neither waits', async () => {
    await connected(trail.database.ownerUrl, (owner) => owner.query(`DROP TABLE audit.${month(3).name}`));
    const booking = await trail.addSlowly(trail.a);
    await trail.asApplication((client) => client.query('SELECT app.prepare_audit_months()'));
    expect(await partitions()).toContain(`audit.${month(3).name}`);
    await booking.commit();
    expect(await places()).toEqual({ [`audit.${month(0).name}`]: 1 });
  });

  it('when this month is missing, then events go to DEFAULT, are read and sealed there, and filed by audit:archive', async () => {
    await connected(trail.database.ownerUrl, (owner) => owner.query(`DROP TABLE audit.${month(0).name}`));
    await trail.add(trail.a, 3);
    await trail.seal();
    expect(await places()).toEqual({ 'audit.events_default': 3 });
    const waiting = await trail.asApplication((client) =>
      client.query<{ month: string }>('SELECT app.prepare_audit_months()::text AS month'),
    );
    expect(waiting.rows).toEqual([{ month: `${month(0).text}-01` }]);
    expect(await archiveMonths(trail.database.ownerUrl, month(0).text)).toEqual({ filed: 3, moved: [] });
    expect(await places()).toEqual({ [`audit.${month(0).name}`]: 3 });
    expect(await verifyTrail(trail.database.ownerUrl)).toMatchObject({ differences: [], events: 3, unsealed: 0 });
    await trail.add(trail.a);
    expect(await places()).toEqual({ [`audit.${month(0).name}`]: 4 });
  });

  it.each(['public.audit_events', `audit.${month(0).name}`, 'audit.events_default'])(
    'when %s is addressed, then its events are added, never changed, removed or moved away',
    async (table) => {
      await trail.add(trail.a, 2);
      const changes = [`UPDATE ${table} SET action = 'FORGED'`, `DELETE FROM ${table}`, `TRUNCATE ${table}`];
      for (const text of [...changes, `DROP TABLE ${table}`, `ALTER TABLE ${table} DISABLE TRIGGER ALL`])
        await expect(trail.asApplication((client) => client.query(text))).rejects.toMatchObject({ code: '42501' });
      if (table !== 'public.audit_events')
        await expect(trail.asApplication((client) => client.query(`SELECT * FROM ${table}`))).rejects.toMatchObject({
          code: '42501',
        });
      await connected(trail.database.adminUrl, async (admin) => {
        for (const text of table === 'audit.events_default' ? changes.slice(2) : changes)
          await expect(admin.query(text)).rejects.toMatchObject({ code: '23000' });
      });
      await connected(trail.database.ownerUrl, async (owner) => {
        await owner.query(`SELECT set_config('app.organization_id', $1, false)`, [trail.a]);
        expect((await owner.query(`DELETE FROM ${table}`)).rowCount).toBe(0);
        await owner.query(`SELECT set_config('app.organization_id', $1, false)`, [trail.b]);
        expect((await owner.query(`SELECT * FROM ${table}`)).rows).toEqual([]);
      });
      expect(await places()).toEqual({ [`audit.${month(0).name}`]: 2 });
    },
  );

  it('when a month is made by somebody with another calendar and zone, then it is the month of UTC all the same', async () => {
    const theirs = { DateStyle: 'German', TimeZone: 'Asia/Kolkata' };
    await connected(
      trail.database.ownerUrl,
      (owner) => owner.query(`SELECT app.add_audit_month('2033-01-01')`),
      theirs,
    );
    const [made] = await read(
      trail.database.ownerUrl,
      `SELECT pg_get_expr(relpartbound, oid) AS bounds FROM pg_class WHERE relname = 'events_2033_01'`,
    );
    expect(made!.bounds).toMatch(/FROM \('2033-01-01 00:00:00\+00'\) TO \('2033-02-01 00:00:00\+00'\)$/);
  });

  it('when the application says when an event occurred, then it has no right to', async () => {
    await expect(
      trail.asApplication((client) =>
        client.query(
          `INSERT INTO audit_events (id, occurred_at, action, resource, outcome) VALUES ($1, '2020-01-01', 'X', 'x', 'SUCCESS')`,
          [randomUUID()],
        ),
      ),
    ).rejects.toMatchObject({ code: '42501' });
  });
});

describe('given events of past months, when they are archived', () => {
  beforeEach(async () => {
    await past(month(-3).first, 1);
    await past(new Date(month(-1).first.getTime() - 1), 2);
    await past(month(-1).first, 4);
    await trail.add(trail.a, 8);
    await trail.seal();
  });

  it('then whole months are moved, stay part of the trail, and every event is there as before', async () => {
    const before = await read(trail.database.ownerUrl, 'SELECT * FROM audit_events ORDER BY id');
    expect(await archiveMonths(trail.database.ownerUrl, month(-1).text)).toEqual({
      filed: 7,
      moved: [month(-3).name, month(-2).name],
    });
    expect(await places()).toEqual({
      [`archive.${month(-3).name}`]: 1,
      [`archive.${month(-2).name}`]: 2,
      [`audit.${month(-1).name}`]: 4,
      [`audit.${month(0).name}`]: 8,
    });
    expect(await read(trail.database.ownerUrl, 'SELECT * FROM audit_events ORDER BY id')).toEqual(before);
    expect(await verifyTrail(trail.database.ownerUrl)).toMatchObject({ differences: [], events: 15, unsealed: 0 });
    expect(await archiveMonths(trail.database.ownerUrl, month(0).text)).toEqual({ filed: 0, moved: [month(-1).name] });
    expect(await archiveMonths(trail.database.ownerUrl, month(0).text)).toEqual({ filed: 0, moved: [] });
  });

  it('then an archived month has its walls still', async () => {
    await archiveMonths(trail.database.ownerUrl, month(0).text);
    const table = `archive.${month(-1).name}`;
    for (const text of [`UPDATE ${table} SET action = 'FORGED'`, `DELETE FROM ${table}`, `TRUNCATE ${table}`]) {
      await expect(trail.asApplication((client) => client.query(text))).rejects.toMatchObject({ code: '42501' });
      await expect(connected(trail.database.adminUrl, (admin) => admin.query(text))).rejects.toMatchObject({
        code: '23000',
      });
    }
  });

  it('then bookings are written meanwhile, and a reader is waited for', async () => {
    await archiveMonths(trail.database.ownerUrl, month(-1).text);
    const booking = await trail.addSlowly(trail.a);
    const reader = await connect(trail.database.ownerUrl);
    await reader.query('BEGIN');
    await reader.query(`SELECT set_config('app.reach', 'all', true)`);
    await reader.query('SELECT count(*) FROM audit_events');
    const archived = archiveMonths(trail.database.ownerUrl, month(0).text);
    await trail.add(trail.b);
    await booking.commit();
    await reader.end();
    expect(await archived).toEqual({ filed: 0, moved: [month(-1).name] });
  });

  it('then the command says so, and refuses a month that is not over', async () => {
    const told: string[] = [];
    const command = (...words: string[]): Promise<number> =>
      archiveCommand(words, { NODE_ENV: 'production', DATABASE_MIGRATION_URL: trail.database.ownerUrl }, (line) =>
        told.push(line),
      );
    expect(await command('--before', month(1).text)).toBe(2);
    expect(await command('--before', '2026-13')).toBe(2);
    expect(await command()).toBe(2);
    expect(told.splice(0)).toEqual([
      `Only months that are over can be archived: --before ${month(0).text} at the latest.`,
      '--before must be a month, YYYY-MM.',
      expect.stringMatching(/^--before YYYY-MM is missing/),
    ]);
    expect(await command('--before', month(0).text, '--tablespace', 'pg_default')).toBe(0);
    expect(await command('--before', month(0).text)).toBe(0);
    expect(told).toEqual([
      '7 events were filed in their months.',
      `Archived: ${month(-3).name}, ${month(-2).name}, ${month(-1).name}.`,
      'Nothing to archive.',
    ]);
  });
});

describe('given the API, when a month is archived', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.create();
  });
  afterAll(() => world.close());

  it('then auditEvents shows it as before, and a booking takes the statements that it took', async () => {
    const practice = await world.practice();
    const [practitioner, patient] = [await world.practitioner(practice), await world.patient(practice)];
    const authorizationId = await world.authorization(practice, patient.id);
    const visit = { patientId: patient.id, practitionerId: practitioner.id, authorizationId };
    await connected(world.test.database.ownerUrl, async (owner) => {
      await owner.query(`SELECT set_config('app.reach', 'all', false)`);
      await owner.query(
        `INSERT INTO audit_events (id, occurred_at, organization_id, action, resource, outcome)
         VALUES (gen_random_uuid(), $1, $2, 'PAST', 'test', 'SUCCESS')`,
        [month(-1).first, practice.id],
      );
    });
    const read = async (): Promise<unknown> =>
      (
        await world.query(
          '{ auditEvents(filter: { action: ["PAST"] }) { totalCount nodes { id occurredAt } } }',
          {},
          practice.admin,
        )
      ).data.auditEvents;
    const before = await read();
    expect(before).toMatchObject({ totalCount: 1, nodes: [{ occurredAt: month(-1).first.toISOString() }] });
    const first = await statementsOf(() => world.booked(practice.admin, { ...visit, ...at('2031-03-03', '09:00') }));
    await archiveMonths(world.test.database.ownerUrl, month(0).text);
    expect(await read()).toEqual(before);
    const second = await statementsOf(() => world.booked(practice.admin, { ...visit, ...at('2031-03-04', '09:00') }));
    expect(second).toHaveLength(first.length);
    // one event, in one statement, and nothing of seals or months
    expect(second.filter((text) => text.includes('audit_events'))).toHaveLength(1);
    expect(second.filter((text) => /audit\.|seal|app\.prepare/.test(text))).toEqual([]);
    expect(second.map((text) => text.trim().split(/\s/)[0]).filter((word) => word === 'BEGIN')).toHaveLength(1);
  });

  async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
    const seen: string[] = [];

    const original = pg.Client.prototype.query as (...args: unknown[]) => unknown;
    pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]): unknown {
      const [query] = args as [string | { text: string }];
      seen.push(typeof query === 'string' ? query : query.text);
      return original.apply(this, args);
    } as never;
    try {
      await work();
    } finally {
      pg.Client.prototype.query = original as never;
    }
    return seen;
  }
});

describe('given a trail from before it had months', () => {
  it('when it is migrated, and back, then no event is lost and each is in its month', async () => {
    const name = `m_${randomBytes(8).toString('hex')}`;
    const { adminUrl, ownerUrl } = JSON.parse(process.env.TEST_CLUSTER!) as ClusterUrls;
    await connected(adminUrl, (admin) => admin.query(`CREATE DATABASE ${name} OWNER therapy_owner`));
    const url = withDatabase(ownerUrl, name);
    const through = async (count: number): Promise<void> => {
      const source = new DataSource({ type: 'postgres', url, migrations: migrations.slice(0, count), logging: false });
      await source.initialize();
      await source.runMigrations({ transaction: 'each' });
      await source.destroy();
    };
    const months = migrations.findIndex((migration) => migration.name.startsWith('PartitionAuditTrail'));
    const rows = (): Promise<Record<string, unknown>[]> =>
      read(
        url,
        `SELECT id, date_trunc('milliseconds', occurred_at) AS at, organization_id, action, details::text FROM audit_events ORDER BY id`,
      );
    try {
      await through(months);
      await connected(url, async (owner) => {
        await owner.query(`SELECT set_config('app.reach', 'all', false)`);
        await owner.query(
          `INSERT INTO audit_events (id, occurred_at, organization_id, action, resource, outcome, details)
           SELECT gen_random_uuid(), '2025-12-31T23:59:59.123Z'::timestamptz + n * interval '20 days',
                  CASE WHEN n > 0 THEN gen_random_uuid() END, 'OLD', 'test', 'SUCCESS', '{"b": 1,  "a": 2}'
             FROM generate_series(0, 4) n`,
        );
      });
      const before = await rows();
      await through(migrations.length);
      expect(await rows()).toEqual(before);
      expect(
        await read(
          url,
          `SELECT tableoid::regclass::text AS name, count(*)::int FROM audit_events GROUP BY 1 ORDER BY 1`,
        ),
      ).toEqual([
        { name: 'audit.events_2025_12', count: 1 },
        { name: 'audit.events_2026_01', count: 1 },
        { name: 'audit.events_2026_02', count: 1 },
        { name: 'audit.events_2026_03', count: 2 },
      ]);
      const source = new DataSource({ type: 'postgres', url, migrations, logging: false });
      await source.initialize();
      for (let left = migrations.length; left > months; left--) await source.undoLastMigration({ transaction: 'each' });
      await source.destroy();
      expect(await rows()).toEqual(before);
    } finally {
      await connected(adminUrl, (admin) => admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    }
  });
});
