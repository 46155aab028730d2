import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Anchor } from '../../src/oversight/audit-trail/anchors.ts';
import { AuditSealing } from '../../src/oversight/audit-trail/audit-sealing.service.ts';
import { ANCHORED, CHECKS, COUNTS, HEADS, type Difference } from '../../src/oversight/audit-trail/trail-checks.ts';
import { verifyCommand } from '../../src/oversight/audit-trail/verify-command.ts';
import { BEGINNING, verifyTrail, type Verification } from '../../src/oversight/audit-trail/verify-trail.ts';
import { createTestDatabase } from '../support/database.ts';
import { planOf, quadraticSteps } from '../support/plans.ts';
import { connected, read } from '../support/sql.ts';
import { SealedTrail } from '../support/trail-tampering.ts';
import { createTestApp } from '../support/test-app.ts';
import { together } from '../support/world.ts';

let trail: SealedTrail;

const verify = (anchors?: readonly Anchor[]): Promise<Verification> => verifyTrail(trail.database.ownerUrl, anchors);
const brief = ({ differences }: Verification): Partial<Difference>[] =>
  differences.map(({ problem, organizationId, eventId, seal }) => ({
    problem,
    ...(organizationId != null && { organizationId }),
    ...(eventId != null && { eventId }),
    ...(seal != null && { seal }),
  }));

describe('given events of two organizations and of none', () => {
  beforeEach(async () => {
    trail = await SealedTrail.create();
  });
  afterEach(() => trail.database.drop());

  it('when they are sealed, then each has a chain of its own that goes on with the next run, and nothing is left', async () => {
    await trail.add(trail.a, 3);
    await trail.add(trail.b, 2);
    await trail.add(null, 1);
    const first = await trail.seal();
    expect(first.map(({ organization_id, seq, event_count }) => [organization_id, seq, event_count])).toEqual(
      expect.arrayContaining([
        [trail.a, 1, 3],
        [trail.b, 1, 2],
        [null, 1, 1],
      ]),
    );
    await trail.add(trail.a, 1);
    expect(await trail.seal()).toMatchObject([{ organization_id: trail.a, seq: 2, event_count: 1, more: false }]);
    expect(await trail.seal()).toEqual([]);
    const found = await verify();
    expect(found).toMatchObject({ differences: [], total: 0, events: 7, unsealed: 0 });
    expect(found.heads).toHaveLength(3);
    const newest = first.find(({ organization_id }) => organization_id === trail.b)!;
    expect(found.heads).toContainEqual({ organizationId: trail.b, seq: 1, hash: newest.hash });
  });

  it('when none is sealed yet, then the trail is clean and says how many wait', async () => {
    await trail.add(trail.a, 3);
    expect(await verify()).toMatchObject({ total: 0, events: 3, unsealed: 3, heads: [] });
  });

  it('when the backlog is asked for, then it tells how many wait and since when, and nothing once they are sealed', async () => {
    const ask = (): Promise<unknown> =>
      trail.asApplication(
        async (client) => (await client.query<object>('SELECT events, oldest FROM app.audit_backlog()')).rows[0],
      );
    await trail.add(trail.a, 3);
    await trail.add(null, 1);
    expect(await ask()).toEqual({ events: 4, oldest: expect.any(Date) });
    await trail.seal();
    expect(await ask()).toEqual({ events: 0, oldest: null });
  });

  it('when sealing has stood still for hours and nothing comes any more, then the backlog still tells since when', async () => {
    const ask = (): Promise<unknown> =>
      trail.asApplication(
        async (client) =>
          (
            await client.query<object>(
              'SELECT events, round(extract(epoch FROM clock_timestamp() - oldest) / 3600)::int AS hours FROM app.audit_backlog()',
            )
          ).rows[0],
      );
    const hoursAgo = (hours: number): Promise<void> =>
      trail.asSuperuser(
        `INSERT INTO audit_events (id, occurred_at, action, resource, outcome)
         VALUES (gen_random_uuid(), clock_timestamp() - make_interval(hours => $1), 'LOGIN', 'user', 'SUCCESS')`,
        [hours],
      );
    await hoursAgo(30);
    expect(await ask()).toEqual({ events: 1, hours: 30 });
    await trail.seal();
    await trail.asSuperuser(`UPDATE audit.seals SET horizon = horizon - interval '9 hours'`);
    await hoursAgo(8);
    await hoursAgo(7);
    expect(await ask()).toEqual({ events: 2, hours: 8 });
  });

  it('when there are more than a batch takes, then the oldest go first until none is left', async () => {
    for (let turn = 0; turn < 5; turn++) await trail.add(turn % 2 ? trail.b : trail.a, 2);
    const more: boolean[] = [];
    for (let turn = 0; turn < 5; turn++) more.push((await trail.seal(3))[0]?.more ?? false);
    expect(more).toEqual([true, true, true, false, false]);
    expect(await verify()).toMatchObject({ total: 0, events: 10, unsealed: 0 });
  });

  it('when a transaction commits after a run that has sealed what came later, then the next run seals it', async () => {
    const slow = await trail.addSlowly(trail.a);
    await trail.add(trail.a, 2);
    expect(await trail.seal()).toMatchObject([{ seq: 1, event_count: 2 }]);
    await slow.commit();
    expect(await verify()).toMatchObject({ total: 0, unsealed: 1 });
    expect(await trail.seal()).toMatchObject([{ seq: 2, event_count: 1 }]);
    expect(await verify()).toMatchObject({ total: 0, events: 3, unsealed: 0 });
  });

  it('when writers and two sealers work at the same time, then no event is missed or sealed twice', async () => {
    let writing = true;
    const sealers = together(2, async () => {
      while (writing) await trail.seal(20);
    });
    await together(6, async (writer) => {
      for (let turn = 0; turn < 15; turn++) {
        const slow = await trail.addSlowly(writer % 2 ? trail.a : trail.b);
        await trail.add(writer % 3 ? trail.a : null);
        await slow.commit();
      }
    });
    writing = false;
    await sealers;
    while ((await trail.seal()).length);
    expect(await verify()).toMatchObject({ differences: [], events: 180, unsealed: 0 });
    const [sealed] = await read(trail.database.ownerUrl, 'SELECT sum(event_count)::int AS events FROM audit.seals');
    expect(sealed).toEqual({ events: 180 });
  });

  it('when somebody else is sealing, then a run does nothing and does not wait', async () => {
    await trail.add(trail.a, 2);
    await trail.asApplication(async (first) => {
      await first.query('BEGIN');
      await first.query('SELECT * FROM app.seal_audit_events(10, false)');
      expect(await trail.seal()).toEqual([]);
      await first.query('COMMIT');
    });
    expect(await trail.seal()).toEqual([]);
    expect(await verify()).toMatchObject({ total: 0, unsealed: 0 });
  });

  it('when an event appears far behind the horizon, then only a run over the whole trail looks there', async () => {
    await trail.add(trail.a);
    await trail.seal();
    await trail.asSuperuser(
      `INSERT INTO audit_events (id, occurred_at, organization_id, action, resource, outcome)
       VALUES (gen_random_uuid(), clock_timestamp() - interval '2 hours', $1, 'FORGED', 'patient', 'SUCCESS')`,
      [trail.a],
    );
    expect(await trail.seal()).toEqual([]);
    expect(await trail.seal(10, true)).toMatchObject([{ seq: 2, event_count: 1 }]);
  });

  it('when the application tries to seal by hand, to read seals or to change one, then it has no right', async () => {
    await trail.add(trail.a);
    await trail.seal();
    for (const text of [
      'SELECT * FROM audit.seals',
      'SELECT * FROM audit.sealed_events',
      'DELETE FROM audit.seals',
      `UPDATE audit.sealed_events SET row_hash = ''`,
      'TRUNCATE audit.seals',
      'SELECT app.file_audit_events()',
      `SELECT app.add_audit_month('2040-01-01')`,
    ])
      await expect(trail.asApplication((client) => client.query(text))).rejects.toMatchObject({ code: '42501' });
    await expect(
      connected(trail.database.adminUrl, (client) => client.query('DELETE FROM audit.seals')),
    ).rejects.toMatchObject({ code: '23000' });
  });

  it('when the rows are restored in another cluster, then they verify there and their chains go on', async () => {
    const ids = await trail.add(trail.a, 3);
    await trail.seal();
    await trail.add(trail.b, 2);
    const tables = ['audit_events', 'audit.seals', 'audit.sealed_events'];
    const dump = await Promise.all(
      tables.map(async (table) => {
        const [row] = await read(trail.database.ownerUrl, `SELECT json_agg(to_json(t))::text AS rows FROM ${table} t`);
        return row!.rows as string;
      }),
    );
    const before = await verify();
    await trail.database.drop();
    trail = await SealedTrail.create();
    for (const [index, table] of tables.entries())
      await trail.asSuperuser(`INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, $1::json)`, [
        dump[index],
      ]);
    expect(await verify(before.heads)).toEqual(before);
    await trail.seal();
    expect(await verify(before.heads)).toMatchObject({ total: 0, events: 5, unsealed: 0 });
    expect(ids).toHaveLength(3);
  });
});

describe('given a sealed trail, when it is tampered with', () => {
  let firstOfA: string[];
  let secondOfA: string[];
  let ofB: string[];
  let anchors: readonly Anchor[];

  beforeEach(async () => {
    trail = await SealedTrail.create();
    firstOfA = await trail.add(trail.a, 3);
    ofB = await trail.add(trail.b, 2);
    await trail.seal();
    secondOfA = await trail.add(trail.a, 2);
    await trail.seal();
    await trail.add(trail.a);
    await trail.seal();
    anchors = (await verify()).heads;
  });
  afterEach(() => trail.database.drop());

  it('in nothing, then there is no difference', async () => {
    expect(await verify(anchors)).toMatchObject({ differences: [], events: 8, unsealed: 0 });
  });

  it('in any column, then the event is named', async () => {
    const values: Record<string, string> = {
      id: `'00000000-0000-4000-8000-000000000001'`,
      occurred_at: `occurred_at + interval '1 millisecond'`,
      organization_id: 'NULL',
      actor_id: `gen_random_uuid()`,
      actor_role: `NULL`,
      action: `'READ_PATIENT'`,
      resource: `'session'`,
      resource_id: 'NULL',
      patient_id: 'gen_random_uuid()',
      outcome: `'DENIED'`,
      ip_address: `''`,
      request_id: 'NULL',
      details: `'{"fields":["Ümlaut"]}'`,
    };
    const columns = await read(
      trail.database.ownerUrl,
      `SELECT attname AS name FROM pg_attribute WHERE attrelid = 'audit_events'::regclass AND attnum > 0`,
    );
    expect(Object.keys(values).sort()).toEqual(columns.map(({ name }) => name).sort());
    const id = firstOfA[1]!;
    await connected(trail.database.adminUrl, async (admin) => {
      await admin.query('SET session_replication_role = replica');
      await admin.query('CREATE TEMP TABLE kept AS SELECT * FROM audit_events WHERE id = $1', [id]);
      for (const [column, value] of Object.entries(values)) {
        const { rows } = await admin.query<{ id: string }>(
          `UPDATE audit_events SET ${column} = ${value} WHERE id = $1 RETURNING id`,
          [id],
        );
        const found = brief(await verify());
        if (column === 'id')
          expect(found).toEqual([{ problem: 'REMOVED', organizationId: trail.a, eventId: id, seal: 1 }]);
        else
          expect([column, found]).toEqual([
            column,
            [expect.objectContaining({ problem: 'CHANGED', eventId: id, seal: 1 })],
          ]);
        await admin.query('DELETE FROM audit_events WHERE id = $1', [rows[0]!.id]);
        await admin.query('INSERT INTO audit_events SELECT * FROM kept');
      }
    });
    expect(await verify()).toMatchObject({ differences: [] });
  });

  it('by the owner, who changes an event, then it is named', async () => {
    await trail.asOwner(`UPDATE audit_events SET details = '{}' WHERE id = '${ofB[0]!}'`);
    expect(brief(await verify())).toEqual([{ problem: 'CHANGED', organizationId: trail.b, eventId: ofB[0], seal: 1 }]);
  });

  it('by the owner, who removes an event, then it is named', async () => {
    await trail.asOwner(`DELETE FROM audit_events WHERE id = '${secondOfA[0]!}'`);
    expect(brief(await verify())).toEqual([
      { problem: 'REMOVED', organizationId: trail.a, eventId: secondOfA[0], seal: 2 },
    ]);
  });

  it('by the owner, who drops a month, then every event of it is named', async () => {
    const [month] = await read(
      trail.database.ownerUrl,
      'SELECT DISTINCT tableoid::regclass::text AS name FROM audit_events',
    );
    await connected(trail.database.ownerUrl, (owner) => owner.query(`DROP TABLE ${String(month!.name)}`));
    const { total, events, differences } = await verify();
    expect([total, events, new Set(differences.map(({ problem }) => problem))]).toEqual([8, 0, new Set(['REMOVED'])]);
  });

  const backdated = (organizationId: string): string =>
    `INSERT INTO audit_events (id, occurred_at, organization_id, action, resource, outcome)
     VALUES ('00000000-0000-4000-8000-000000000002', clock_timestamp() - interval '11 minutes', '${organizationId}', 'FORGED', 'patient', 'SUCCESS')`;

  it('by the owner, who inserts an event of the past, then it is named, before it is sealed and after', async () => {
    await connected(trail.database.ownerUrl, async (owner) => {
      // no wall is in the way of the owner who adds
      await owner.query(`SELECT set_config('app.reach', 'all', false)`);
      await owner.query(backdated(trail.b));
    });
    const inserted = { problem: 'INSERTED', organizationId: trail.b, eventId: '00000000-0000-4000-8000-000000000002' };
    expect(brief(await verify())).toEqual([inserted]);
    await trail.seal(10, true);
    expect(brief(await verify())).toEqual([{ ...inserted, seal: 2 }]);
  });

  describe('by the owner, who adds an event of the past and a seal that fits it,', () => {
    const PAST = '2024-02-03T10:00:00Z';
    const instants = async (seq: number): Promise<{ sealed: string; later: string }> => {
      const [seal] = await read(
        trail.database.ownerUrl,
        `SELECT sealed_at::text AS sealed, (sealed_at + interval '1 microsecond')::text AS later
           FROM audit.seals WHERE chain = '${trail.a}' AND seq = ${seq}`,
      );
      return seal as { sealed: string; later: string };
    };

    it('which says that it was made then, then the seal is named', async () => {
      await trail.forge(trail.a, PAST);
      expect(brief(await verify())).toEqual([{ problem: 'BROKEN_SEAL', organizationId: trail.a, seal: 4 }]);
    });

    it('whose horizon alone is of then, then the seal is named, and the event', async () => {
      const eventId = await trail.forge(trail.a, PAST, (await instants(3)).later, PAST);
      await trail.add(trail.a);
      await trail.seal();
      expect(brief(await verify())).toEqual([
        { problem: 'INSERTED', organizationId: trail.a, eventId, seal: 4 },
        { problem: 'BROKEN_SEAL', organizationId: trail.a, seal: 4 },
      ]);
    });

    it('which says that it was made after all others, then the event is named', async () => {
      const eventId = await trail.forge(trail.a, PAST, (await instants(3)).later);
      expect(brief(await verify())).toEqual([{ problem: 'INSERTED', organizationId: trail.a, eventId, seal: 4 }]);
    });

    it('after a seal whose horizon is of then, then the event is named, whatever the run before it says', async () => {
      const { later } = await instants(3);
      await trail.forge(randomUUID(), later, later, PAST);
      const eventId = await trail.forge(trail.a, PAST, new Date().toISOString());
      expect(brief(await verify())).toEqual([{ problem: 'INSERTED', organizationId: trail.a, eventId, seal: 4 }]);
    });

    it('in a chain that had rested since, or in a new one, then the anchors alone tell', async () => {
      const { later } = await instants(2);
      const nobodys = randomUUID();
      await trail.forge(trail.b, later);
      await trail.forge(nobodys, PAST);
      expect(brief(await verify())).toEqual([]);
      expect(brief(await verify(anchors))).toEqual(
        expect.arrayContaining([
          { problem: 'BROKEN_SEAL', organizationId: trail.b, seal: 2 },
          { problem: 'BROKEN_SEAL', organizationId: nobodys, seal: 1 },
        ]),
      );
    });

    it('and nothing of it, but chains grow and begin since the anchors, then there is no difference', async () => {
      await trail.add(randomUUID());
      await trail.add(trail.b);
      await trail.seal();
      expect(brief(await verify(anchors))).toEqual([]);
    });
  });

  it('by a second event of the same id, then it is named', async () => {
    await trail.asSuperuser(
      `INSERT INTO audit_events SELECT (jsonb_populate_record(e, jsonb_build_object('occurred_at', e.occurred_at + interval '1 second'))).*
         FROM audit_events e WHERE id = $1`,
      [ofB[1]],
    );
    await trail.seal(10, true);
    expect(brief(await verify())).toEqual([
      { problem: 'CHANGED', organizationId: trail.b, eventId: ofB[1], seal: 1 },
      { problem: 'INSERTED', eventId: ofB[1] },
    ]);
  });

  it('by who changes an event and its hash, then the seal is named', async () => {
    await trail.asOwner(
      `UPDATE audit_events SET action = 'FORGED' WHERE id = '${ofB[0]!}'`,
      `UPDATE audit.sealed_events SET row_hash = sha256('x') WHERE event_id = '${ofB[0]!}'`,
    );
    expect(brief(await verify())).toContainEqual({ problem: 'BROKEN_SEAL', organizationId: trail.b, seal: 1 });
  });

  it.each([
    ['its hash', `hash = sha256('x')`],
    ['its predecessor', `previous_hash = sha256('x')`],
    ['its count', 'event_count = event_count + 1'],
    ['its time', `sealed_at = sealed_at - interval '1 microsecond'`],
    ['its horizon', `horizon = horizon - interval '1 day'`],
  ])('in a seal, %s, then the seal is named', async (_, change) => {
    await trail.asOwner(`UPDATE audit.seals SET ${change} WHERE chain = '${trail.a}' AND seq = 2`);
    expect(brief(await verify())).toContainEqual({ problem: 'BROKEN_SEAL', organizationId: trail.a, seal: 2 });
  });

  it.each([1, 2])('by who removes seal %i of three, then it is named', async (seq) => {
    await trail.asOwner(`DELETE FROM audit.seals WHERE chain = '${trail.a}' AND seq = ${seq}`);
    expect(brief(await verify())).toContainEqual({ problem: 'MISSING_SEAL', organizationId: trail.a, seal: seq });
    await trail.asOwner(`DELETE FROM audit.sealed_events WHERE chain = '${trail.a}' AND seq = ${seq}`);
    expect(brief(await verify())).toContainEqual({ problem: 'MISSING_SEAL', organizationId: trail.a, seal: seq });
  });

  it('by who cuts off the end of a chain, events and all, then the anchors alone tell', async () => {
    await trail.asOwner(
      `DELETE FROM audit_events e USING audit.sealed_events m WHERE m.event_id = e.id AND m.chain = '${trail.a}' AND m.seq = 3`,
      `DELETE FROM audit.sealed_events WHERE chain = '${trail.a}' AND seq = 3`,
      `DELETE FROM audit.seals WHERE chain = '${trail.a}' AND seq = 3`,
    );
    expect(brief(await verify())).toEqual([]);
    expect(brief(await verify(anchors))).toEqual([{ problem: 'NOT_AS_ANCHORED', organizationId: trail.a, seal: 3 }]);
  });

  it('by who rewrites everything and seals it anew, then the anchors alone tell', async () => {
    await trail.asOwner(
      `UPDATE audit_events SET action = 'FORGED' WHERE id = '${firstOfA[0]!}'`,
      'DELETE FROM audit.sealed_events',
      'DELETE FROM audit.seals',
    );
    for (const [index] of [1, 2, 3].entries()) await trail.seal(index === 2 ? 100 : 4);
    expect(brief(await verify())).toEqual([]);
    const found = brief(await verify(anchors));
    expect(found.map(({ problem }) => problem)).toEqual(['NOT_AS_ANCHORED', 'NOT_AS_ANCHORED']);
  });

  it('by who leaves a wall down, then the table is named', async () => {
    await connected(trail.database.ownerUrl, async (owner) => {
      await owner.query('ALTER TABLE audit.events_default DISABLE TRIGGER never_emptied');
      await owner.query('ALTER TABLE audit.seals NO FORCE ROW LEVEL SECURITY');
    });
    const { differences } = await verify();
    expect(differences.map(({ problem, what }) => `${problem} ${what.split(' ')[0]!}`).sort()).toEqual([
      'UNGUARDED audit.events_default',
      'UNGUARDED audit.seals',
    ]);
  });

  const permitting = `RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN coalesce(NEW, OLD); END $$`;
  it.each([
    [
      'a function that refuses nothing',
      `CREATE OR REPLACE FUNCTION app.refuse_change() ${permitting}`,
      'app.refuse_change()',
    ],
    [
      'a trigger that calls another function',
      `CREATE FUNCTION app.permit_change() ${permitting};
       DROP TRIGGER append_only ON audit.seals;
       CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit.seals FOR EACH ROW EXECUTE FUNCTION app.permit_change()`,
      'audit.seals',
    ],
    [
      'a trigger that is never called',
      `DROP TRIGGER append_only ON audit.seals;
       CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit.seals FOR EACH ROW WHEN (false) EXECUTE FUNCTION app.refuse_change()`,
      'audit.seals',
    ],
    [
      'a trigger for one column',
      `DROP TRIGGER append_only ON audit.seals;
       CREATE TRIGGER append_only BEFORE UPDATE OF seq OR DELETE ON audit.seals FOR EACH ROW EXECUTE FUNCTION app.refuse_change()`,
      'audit.seals',
    ],
    [
      'a trigger for DELETE alone',
      `DROP TRIGGER append_only ON audit.seals;
       CREATE TRIGGER append_only BEFORE DELETE ON audit.seals FOR EACH ROW EXECUTE FUNCTION app.refuse_change()`,
      'audit.seals',
    ],
    ['a policy more', 'CREATE POLICY anything ON audit_events USING (true)', 'public.audit_events'],
    [
      'a policy more on a partition',
      'CREATE POLICY anything ON audit.events_default FOR DELETE USING (true)',
      'audit.events_default',
    ],
    ['a policy that permits more', 'ALTER POLICY see ON audit.seals USING (true)', 'audit.seals'],
    ['a policy for others', 'ALTER POLICY seal ON audit.sealed_events TO therapy_app', 'audit.sealed_events'],
    [
      'a policy for another command',
      `DROP POLICY see ON audit.seals; CREATE POLICY see ON audit.seals USING ((SELECT app.sees_all()))`,
      'audit.seals',
    ],
    [
      'a reach that everybody has',
      `CREATE OR REPLACE FUNCTION app.sees_all() RETURNS boolean LANGUAGE sql STABLE AS 'SELECT true'`,
      'app.sees_all()',
    ],
    ['a right to change', 'GRANT UPDATE, DELETE ON audit_events TO therapy_app', 'public.audit_events'],
    ['a right to change a column', 'GRANT UPDATE (details) ON audit_events TO therapy_app', 'public.audit_events'],
    ['a right to backdate', 'GRANT INSERT (occurred_at) ON audit_events TO therapy_app', 'public.audit_events'],
    ['a right to empty, for everybody', 'GRANT TRUNCATE ON audit.sealed_events TO PUBLIC', 'audit.sealed_events'],
    ['a right to add seals', 'GRANT INSERT ON audit.seals TO therapy_app', 'audit.seals'],
    ['a rule', 'CREATE RULE gone AS ON INSERT TO audit.seals DO INSTEAD NOTHING', 'audit.seals'],
    [
      'the application as its owner',
      'ALTER TABLE audit.seals OWNER TO therapy_app; GRANT SELECT ON audit.seals TO therapy_owner',
      'audit.seals',
    ],
  ])('by who leaves a wall with a hole, %s, then it is named', async (_, statement, named) => {
    await connected(trail.database.adminUrl, (admin) => admin.query(statement));
    const { differences } = await verify();
    expect(differences.map(({ problem, what }) => `${problem} ${what.split(' ')[0]!}`)).toEqual([`UNGUARDED ${named}`]);
  });

  describe('and npm run audit:verify is called', () => {
    let folder: string;
    let told: string[];
    const command = (...words: string[]): Promise<number> => {
      told = [];
      return verifyCommand(words, { NODE_ENV: 'production', DATABASE_MIGRATION_URL: trail.database.ownerUrl }, (line) =>
        told.push(line),
      );
    };
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'anchors-'));
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));

    it('then a clean trail is 0, with the newest hashes, and a changed one is 1, with the event', async () => {
      expect(await command()).toBe(0);
      expect(told.at(-1)).toMatch(/^No differences: 8 events checked in [\d.]+ s, 0 of them not yet sealed\.$/);
      const head = anchors.find(({ organizationId }) => organizationId === trail.a)!;
      expect(told).toContain(`organization ${trail.a}: seal 3 ${head.hash}`);
      await trail.asOwner(`DELETE FROM audit_events WHERE id = '${ofB[0]!}'`);
      expect(await command()).toBe(1);
      expect(told[0]).toBe(`REMOVED: event ${ofB[0]!}, seal 1, organization ${trail.b} was sealed and is gone`);
      expect(told.at(-1)).toMatch(/^1 differences: 7 events/);
    });

    it('then anchors that it wrote find a rewritten chain, and are not written over a broken one', async () => {
      const file = join(folder, 'anchors.jsonl');
      expect(await command('--write-anchors', file)).toBe(0);
      expect(await command('--anchors', file, '--write-anchors', file)).toBe(0);
      const written = await readFile(file, 'utf8');
      expect(written.trim().split('\n')).toHaveLength(4);
      await trail.asOwner('DELETE FROM audit.sealed_events', 'DELETE FROM audit.seals');
      await trail.seal();
      expect(await command()).toBe(0);
      expect(await command('--anchors', file, '--write-anchors', file)).toBe(1);
      expect(told[0]).toMatch(/^NOT_AS_ANCHORED: seal \d, organization /);
      expect(await readFile(file, 'utf8')).toBe(written);
    });

    it('then what cannot be checked is 2', async () => {
      expect(await command('--frob')).toBe(2);
      expect(told[0]).toMatch(/^Unknown option '--frob'/);
      expect(await command('--anchors', join(folder, 'none'))).toBe(2);
      await writeFile(join(folder, 'bad'), '{"organizationId":null,"seq":1,"hash":"00"}\n');
      expect(await command('--anchors', join(folder, 'bad'))).toBe(2);
      expect(told[0]).toMatch(/Line 1 of .*bad is no anchor/);
      expect(await verifyCommand([], { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' }, () => undefined)).toBe(2);
    });
  });
});

describe('given the application', () => {
  const counts = async (url: string): Promise<Verification> => verifyTrail(url);

  it('when it ends, then what it has recorded is sealed, unless sealing is off', async () => {
    for (const [seconds, unsealed] of [
      ['3600', 0],
      ['0', 1],
    ] as const) {
      const test = await createTestApp({ AUDIT_SEAL_SECONDS: seconds });
      await test.query(
        'mutation { login(input: { email: "nobody@nowhere.example", password: "wrong" }) { expiresIn } }',
      );
      await test.app.close();
      expect(await counts(test.database.ownerUrl)).toMatchObject({ total: 0, events: 1, unsealed });
      await test.database.drop();
    }
  });

  describe('when the look at the whole trail fails', () => {
    const HOUR = 3_600_000;
    let test: Awaited<ReturnType<typeof createTestApp>>;
    let sealing: AuditSealing;
    let whole: number;
    const record = (): Promise<unknown> =>
      test.query('mutation { login(input: { email: "nobody@nowhere.example", password: "wrong" }) { expiresIn } }');

    beforeEach(async () => {
      test = await createTestApp({ AUDIT_SEAL_SECONDS: '3600' });
      sealing = test.app.get(AuditSealing, { strict: false });
      whole = 0;
      const seal = sealing.seal.bind(sealing);
      jest.spyOn(sealing, 'seal').mockImplementation((how) => {
        if (!how?.everything) return seal(how);
        whole++;
        return Promise.reject(new Error('canceling statement due to statement timeout'));
      });
    });
    afterEach(async () => {
      jest.restoreAllMocks();
      await test.close();
    });

    it('then the newest events are sealed nevertheless, and it is tried again an hour later', async () => {
      for (let turn = 0; turn < 3; turn++) {
        await record();
        await sealing.run();
        expect(await counts(test.database.ownerUrl)).toMatchObject({ total: 0, events: turn + 1, unsealed: 0 });
      }
      expect(whole).toBe(1);
      const now = Date.now();
      jest.spyOn(Date, 'now').mockReturnValue(now + HOUR + 1);
      await sealing.run();
      expect(whole).toBe(2);
    });
  });

  it('when strays of long ago are more than a batch, then each turn reads the whole trail once, after the newest', async () => {
    const test = await createTestApp({ AUDIT_SEAL_SECONDS: '3600' });
    const sealing = test.app.get(AuditSealing, { strict: false });
    const calls: boolean[] = [];
    const link = { organization_id: null, seq: 1, event_count: 1, hash: '' };
    jest.spyOn(sealing, 'seal').mockImplementation(({ everything = false } = {}) => {
      calls.push(everything);
      return Promise.resolve([{ ...link, more: calls.length < 5 && calls.length !== 2 }]);
    });
    for (let turn = 0; turn < 3; turn++) await sealing.run();
    // the newest twice, strays, of which more are left; the newest twice, strays, and that was all; the newest
    expect(calls).toEqual([false, false, true, false, false, true, false]);
    jest.restoreAllMocks();
    await test.close();
  });

  it('when a run fails, then it is told and the next one makes up for it', async () => {
    const test = await createTestApp({ AUDIT_SEAL_SECONDS: '3600' });
    const sealing = test.app.get(AuditSealing, { strict: false });
    await test.query('mutation { login(input: { email: "nobody@nowhere.example", password: "wrong" }) { expiresIn } }');
    await connected(test.database.ownerUrl, (owner) => owner.query('ALTER TABLE audit.seals RENAME TO away'));
    await sealing.run();
    await connected(test.database.ownerUrl, (owner) => owner.query('ALTER TABLE audit.away RENAME TO seals'));
    expect(await counts(test.database.ownerUrl)).toMatchObject({ total: 0, unsealed: 1 });
    await together(3, () => sealing.run());
    expect(await counts(test.database.ownerUrl)).toMatchObject({ total: 0, unsealed: 0 });
    await test.close();
  });
});

describe('given a login that may only read', () => {
  const role = `auditor_${process.pid}`;
  beforeAll(async () => {
    trail = await SealedTrail.create();
  });
  afterAll(async () => {
    const { adminUrl } = await createTestDatabase().then(async (other) => {
      await trail.database.drop();
      return other;
    });
    await connected(adminUrl, (admin) => admin.query(`DROP ROLE IF EXISTS ${role}`));
  });

  it('when it verifies, then it needs no more than docs/audit.md grants', async () => {
    await trail.add(trail.a, 2);
    await trail.seal();
    await connected(trail.database.adminUrl, async (admin) => {
      await admin.query(`CREATE ROLE ${role} LOGIN PASSWORD 'reads-only'`);
      await admin.query(`GRANT USAGE ON SCHEMA audit TO ${role}`);
      await admin.query(`GRANT SELECT ON audit_events, audit.seals, audit.sealed_events TO ${role}`);
    });
    const url = new URL(trail.database.ownerUrl);
    [url.username, url.password] = [role, 'reads-only'];
    expect(await verifyTrail(url.href)).toMatchObject({ total: 0, events: 2, unsealed: 0 });
  });
});

describe('given a server that is set to merge and to loop over what it joins', () => {
  it('when the checks of the trail are planned, then no step of them is quadratic', async () => {
    const database = await createTestDatabase();
    try {
      await connected(database.adminUrl, (admin) =>
        admin.query(`ALTER DATABASE ${database.name} SET enable_hashjoin = off`),
      );
      await connected(database.ownerUrl, async (client) => {
        await client.query(BEGINNING);
        const ofTables = CHECKS.filter((check) => !check.includes('pg_class')); // catalogs stay small
        for (const check of [...ofTables, HEADS, COUNTS])
          expect([check, quadraticSteps(await planOf(client, check))]).toEqual([check, []]);
        expect(quadraticSteps(await planOf(client, ANCHORED, ['[]']))).toEqual([]);
      });
    } finally {
      await database.drop();
    }
  });
});
