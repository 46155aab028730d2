import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OPERATIONS, REFERENCES } from '../../src/oversight/verification/reference-invariants.ts';
import { verifyCommand, type ExitCode } from '../../src/oversight/verification/verify-command.ts';
import { BEGINNING, INVARIANTS, verifyLedger } from '../../src/oversight/verification/verify-ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { fillLedger } from '../support/large-ledger.ts';
import { planOf, quadraticSteps } from '../support/plans.ts';
import { connected, read } from '../support/sql.ts';
import { at, World, type Practice } from '../support/world.ts';

/** An event once more, with an id of its own; what follows is its resource_id, patient_id and outcome. */
const EVENT_TWICE = `
  INSERT INTO audit_events (id, occurred_at, organization_id, action, resource, resource_id, patient_id, outcome)
  SELECT gen_random_uuid(), occurred_at, organization_id, action, resource`;

/**
 * `LEDGER_ENTRIES=1000000 LEDGER_ORGANIZATIONS=2000 npm test -- test/integration/ledger-verify.int-spec.ts -t large` tells how
 * long a million of many small organizations takes; with LEDGER_ANALYZE=off PostgreSQL knows nothing of them.
 */
const ENTRIES = Number(process.env.LEDGER_ENTRIES ?? 2_000);
const ORGANIZATIONS = Number(process.env.LEDGER_ORGANIZATIONS ?? 2);
const analyze = process.env.LEDGER_ANALYZE !== 'off';

async function verified(url: string, ...words: string[]): Promise<{ exitCode: ExitCode; lines: string[] }> {
  const lines: string[] = [];
  // the owner's login is all that it needs, also in production
  const variables = { NODE_ENV: 'production', DATABASE_MIGRATION_URL: url };
  const exitCode = await verifyCommand(words, variables, (line) => lines.push(line));
  return { exitCode, lines };
}

describe('given two practices in which everything has happened that may happen to units', () => {
  let database: TestDatabase;
  /** Ids that the tamperings use. */
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    const world = await World.create();
    database = world.test.database;
    Object.assign(ids, await site(world, await world.practice()));
    const foreign = await site(world, await world.practice('Asia/Kolkata'));
    for (const [name, id] of Object.entries(foreign)) ids[`foreign ${name}`] = id;
    await world.test.app.close(); // for the copies, to which nobody may be connected
  });
  afterAll(() => database.drop());

  async function site(world: World, practice: Practice): Promise<Record<string, string>> {
    const { admin, id: organization } = practice;
    const { id: practitionerId } = await world.practitioner(practice);
    const { id: other } = await world.practitioner(practice);
    const { id: patientId } = await world.patient(practice);
    const authorization = await world.authorization(practice, patientId, { totalUnits: 40 });
    const second = await world.authorization(practice, patientId, { totalUnits: 10 });
    const empty = await world.authorization(practice, patientId);
    const code = await world.serviceCode(practice, { code: '97155' });
    const people = { patientId, practitionerId, authorizationId: authorization };
    const booked = (day: number, minutes = 60, more: object = {}) =>
      world.booked(admin, {
        ...people,
        ...at(`2021-03-${String(day).padStart(2, '0')}`, '09:00', minutes),
        idempotencyKey: `book ${day}`,
        ...more,
      });
    const complete = (appointmentId: string, more: object = {}) =>
      world.make('completeAppointment', { appointmentId, idempotencyKey: appointmentId, ...more }, admin);

    const live = await booked(1);
    const started = await booked(2);
    const done = await booked(3);
    const session = (await complete(done)).id;
    await complete(await booked(4), { actualEndTime: at('2021-03-04', '09:00', 20).endTime });
    await complete(await booked(5), { actualEndTime: at('2021-03-05', '09:00', 100).endTime });
    await complete(await booked(6), { actualEndTime: at('2021-03-06', '09:00', 5).endTime });
    const cancelled = await booked(7);
    await world.make('cancelAppointment', { id: cancelled, idempotencyKey: 'cancel' }, admin);
    const step = 'mutation($id: ID!) { markNoShow(id: $id) { id } }';
    await world.query(step, { id: await booked(8) }, admin);
    await world.query(step.replace('markNoShow', 'startAppointment'), { id: started }, admin);
    const moved = await booked(9);
    await world.make('updateAppointment', { id: moved, authorizationId: second, idempotencyKey: 'move' }, admin);
    await world.make('updateAppointment', { id: moved, ...at('2021-03-10', '09:00', 90) }, admin);
    // 8 units find no room: 6 are held, 4 are free
    const over = await complete(moved, { actualEndTime: at('2021-03-10', '09:00', 240).endTime });
    await world.make('updateAuthorization', { id: authorization, totalUnits: 60, reason: 'approved' }, admin);
    await world.query(
      'mutation($id: ID!) { cancelAuthorization(id: $id, reason: "moved") { id } }',
      { id: empty },
      admin,
    );
    return {
      organization,
      practitionerId,
      other,
      patientId,
      authorization,
      second,
      empty,
      code,
      live,
      started,
      done,
      session,
      cancelled,
      moved,
      over: over.id,
    };
  }

  /** A copy of the database, with this done to it by somebody whom neither trigger nor foreign key stops. */
  async function tampered<T>(text: string, work: (copy: TestDatabase) => Promise<T>): Promise<T> {
    const copy = await createTestDatabase(database.name);
    try {
      await connected(copy.adminUrl, async (superuser) => {
        await superuser.query('SET session_replication_role = replica');
        await superuser.query(text.replace(/:'([^']+)'/g, (_, name: string) => `'${ids[name]!}'`));
      });
      return await work(copy);
    } finally {
      await copy.drop();
    }
  }

  it('when nothing is wrong, then it says so, with what it has looked at, and exits with 0', async () => {
    expect(await verifyLedger(database.ownerUrl)).toEqual({
      breaches: [],
      checked: { authorizations: 6, entries: 2 * 26, appointments: 18, sessions: 10 },
    });
    const { exitCode, lines } = await verified(database.ownerUrl);
    expect(exitCode).toBe(0);
    expect(lines).toEqual([
      expect.stringMatching(
        /^No differences: 6 authorizations, 52 entries, 18 appointments, 10 sessions checked in [\d.]+ s\.$/,
      ),
    ]);
  });

  it('when a login looks that may only read as the application does, then it sees as much', async () => {
    const { checked } = await verifyLedger(database.applicationUrl);
    expect(checked.entries).toBe(52);
  });

  const entry = (seq: number, of = 'authorization') => `authorization_id = :'${of}' AND seq = ${seq}`;

  /** [invariant, what is done, the difference as it is told] */
  const TAMPERINGS: readonly [string, string, string][] = [
    ['entries_have_no_gaps', `DELETE FROM ledger_entries WHERE ${entry(5)}`, 'entry 6: expected seq 5, found seq 6'],
    [
      'entries_follow_time',
      `UPDATE ledger_entries SET created_at = created_at - interval '1 day' WHERE ${entry(5)}`,
      'entry 5: expected not before entry 4',
    ],
    [
      'entries_say_what_their_kind_moves',
      `ALTER TABLE ledger_entries DROP CONSTRAINT ledger_entries_kind;
       UPDATE ledger_entries SET reserved_delta = 3 WHERE ${entry(2)}`,
      'entry 2: expected RESERVE by 0/4/0, found RESERVE of 4 by 0/3/0',
    ],
    [
      'entries_replay',
      `UPDATE ledger_entries SET reserved_after = reserved_after + 1 WHERE ${entry(2)}`,
      'entry 2: expected 40/4/0, found 40/5/0',
    ],
    [
      'balances_are_the_sum_of_entries',
      `UPDATE authorizations SET total_units = 61 WHERE id = :'authorization'`,
      'balance: expected 60/8/12 after',
    ],
    [
      'never_overdrawn',
      `ALTER TABLE authorizations DROP CONSTRAINT authorizations_never_overdrawn;
       UPDATE authorizations SET reserved_units = 100 WHERE id = :'authorization'`,
      'balance: expected used + reserved <= 60, found 12 used + 100 reserved',
    ],
    [
      'reserved_is_held_by_live_appointments',
      `DELETE FROM appointments WHERE id = :'live'`,
      'reserved: expected 4 held by live appointments, found 8 reserved',
    ],
    [
      'used_is_delivered_by_sessions',
      `UPDATE authorizations SET used_units = 11 WHERE id = :'authorization'`,
      'used: expected 12 used by sessions, found 11 used',
    ],
    [
      'only_live_appointments_hold',
      `ALTER TABLE appointments DROP CONSTRAINT appointments_hold_while_live;
       UPDATE appointments SET status = 'NO_SHOW' WHERE id = :'live'`,
      ': expected 0 held, found 4 held, NO_SHOW',
    ],
    ['holds_replay', `UPDATE ledger_entries SET held_after = 9 WHERE ${entry(2)}`, ': expected 4 held, found 9 held'],
    [
      'holds_are_the_sum_of_entries',
      `UPDATE appointments SET units_reserved = 5 WHERE id = :'live'`,
      ': expected 4 held, found 5 held',
    ],
    [
      'sessions_consume_once',
      `UPDATE sessions SET units_used = 3 WHERE id = :'session'`,
      ': expected 3 used by its session, found 4 consumed in 1 entries',
    ],
    [
      'practitioner_is_never_booked_twice',
      `ALTER TABLE appointments DROP CONSTRAINT appointments_practitioner_free, DROP CONSTRAINT appointments_patient_free;
       UPDATE appointments SET start_time = start_time + interval '23 h 30 min', end_time = end_time + interval '23 h 30 min'
        WHERE id = :'live'`,
      'found 1800 s shared',
    ],
    [
      'patient_is_never_booked_twice',
      `ALTER TABLE appointments DROP CONSTRAINT appointments_patient_free;
       UPDATE appointments SET practitioner_id = :'other', start_time = start_time + interval '1 day', end_time = end_time + interval '1 day'
        WHERE id = :'live'`,
      'found 3600 s shared',
    ],
    [
      'live_appointments_are_inside_their_authorization',
      `ALTER TABLE authorizations DROP CONSTRAINT authorizations_cancelled_free;
       UPDATE authorizations SET end_date = '2021-03-01', cancelled_at = now() WHERE id = :'authorization'`,
      'within its dates, found cancelled, 1 days late',
    ],
    [
      'service_codes_are_covered',
      `UPDATE appointments SET service_code_id = :'code' WHERE id = :'live'`,
      'expected a covered service code, found service code ',
    ],
    [
      'completed_appointments_have_one_session',
      `DELETE FROM sessions WHERE id = :'session'`,
      'expected 1 session, found 0 of COMPLETED',
    ],
    [
      'sessions_are_of_their_appointment',
      `UPDATE sessions SET practitioner_id = :'other' WHERE id = :'session'`,
      'found another practitioner, COMPLETED with 4 used, 0 unauthorized',
    ],
    [
      'references_stay_in_their_organization',
      `UPDATE appointments SET practitioner_id = :'foreign practitionerId' WHERE id = :'live'`,
      'expected practitioner_id of its own organization, found ',
    ],
    [
      'idempotency_keys_point_to_objects',
      `UPDATE idempotency_keys SET resource_id = :'foreign live' WHERE resource_id = :'cancelled' AND operation = 'cancelAppointment'`,
      'key of cancelAppointment: expected an object ',
    ],
    [
      'every_change_has_one_event',
      `DELETE FROM audit_events WHERE resource_id = :'cancelled' AND action = 'CANCEL_APPOINTMENT'`,
      ': expected 1 events, found 0 events',
    ],
    [
      'adjustments_have_one_event',
      `UPDATE audit_events SET details = '{"fields":["endDate"]}' WHERE resource_id = :'authorization' AND action = 'UPDATE_AUTHORIZATION'`,
      'ADJUST: expected 1 events, found 0 events',
    ],
    [
      'idempotency_keys_answer_what_they_made',
      `UPDATE idempotency_keys SET resource_id = :'cancelled' WHERE resource_id = :'live'`,
      'key of createAppointment: expected the only one of ',
    ],
  ];

  it('when PostgreSQL takes a time zone for another one than the server that booked, then no visit is outside by that', async () => {
    // at 00:30 on July 1 to the server, and at 23:30 on June 30 to PostgreSQL: to it CET is an hour from UTC for ever
    const text = `
      UPDATE organizations SET time_zone = 'CET' WHERE id = :'organization';
      UPDATE authorizations SET start_date = '2021-07-01', end_date = '2021-07-01' WHERE id = :'authorization';
      UPDATE appointments SET start_time = '2021-06-30 22:30Z', end_time = '2021-06-30 23:30Z' WHERE id = :'live'`;
    await tampered(text, async (copy) => {
      const { breaches } = await verifyLedger(copy.ownerUrl);
      const outside = breaches.filter(({ what }) => what === `appointment ${ids.live!}`);
      expect(outside.map(({ invariant }) => invariant)).not.toContain(
        'live_appointments_are_inside_their_authorization',
      );
    });
  });

  it.each(TAMPERINGS)('when %s is broken, then it is named, and the exit code is 1', async (invariant, text, told) => {
    await tampered(text, async (copy) => {
      const { exitCode, lines } = await verified(copy.ownerUrl);
      expect(exitCode).toBe(1);
      const named = lines.filter((line) => line.startsWith(`${invariant}: `));
      expect(named).toContainEqual(expect.stringContaining(told));
      for (const line of named) expect(line).toContain(ids.organization);
      expect(lines.at(-1)).toMatch(new RegExp(`^${lines.length - 1} differences: `));
    });
  });

  it('when the invariants are listed, then each is one that a tampering above breaks', () => {
    expect(INVARIANTS.map(({ name }) => name)).toEqual(TAMPERINGS.map(([name]) => name));
  });

  it.each([
    [
      'an overdrawn entry',
      'never_overdrawn',
      `ALTER TABLE ledger_entries DROP CONSTRAINT ledger_entries_balances;
      UPDATE ledger_entries SET used_after = 99 WHERE ${entry(5)}`,
    ],
    [
      'a balance without any entry',
      'balances_are_the_sum_of_entries',
      `DELETE FROM ledger_entries WHERE authorization_id = :'empty'`,
    ],
    [
      'an entry too many at the end',
      'balances_are_the_sum_of_entries',
      `UPDATE authorizations SET entry_seq = entry_seq - 1 WHERE id = :'second'`,
    ],
    [
      'another time of the last entry',
      'balances_are_the_sum_of_entries',
      `UPDATE authorizations SET last_entry_at = now() WHERE id = :'second'`,
    ],
    [
      'a second GRANT',
      'entries_say_what_their_kind_moves',
      `UPDATE ledger_entries SET kind = 'GRANT', appointment_id = NULL, held_after = NULL,
      total_delta = 4, reserved_delta = 0 WHERE ${entry(2)}`,
    ],
    [
      'a hold on the authorization that was left',
      'holds_are_the_sum_of_entries',
      `DELETE FROM ledger_entries WHERE kind = 'RELEASE' AND appointment_id = :'moved'
      AND authorization_id = :'authorization'`,
    ],
    [
      'a second CONSUME of none too many units',
      'sessions_consume_once',
      `DROP INDEX ledger_entries_consumed_once;
      INSERT INTO ledger_entries SELECT (json_populate_record(entry, json_build_object('id', gen_random_uuid(), 'seq', 99))).* FROM ledger_entries entry
      WHERE appointment_id = :'done' AND kind = 'CONSUME'; UPDATE ledger_entries SET units = 2, reserved_delta = -2, used_delta = 2
      WHERE appointment_id = :'done' AND kind = 'CONSUME'`,
    ],
    [
      'a session of a cancelled visit',
      'completed_appointments_have_one_session',
      `UPDATE sessions SET appointment_id = :'cancelled' WHERE id = :'session'`,
    ],
    [
      'a third visit within a long one',
      'practitioner_is_never_booked_twice',
      `ALTER TABLE appointments DROP CONSTRAINT appointments_practitioner_free,
      DROP CONSTRAINT appointments_patient_free, DROP CONSTRAINT appointments_length; UPDATE appointments SET end_time = end_time + interval '40 h' WHERE id = :'live'`,
    ],
    [
      'an authorization of another patient',
      'live_appointments_are_inside_their_authorization',
      `UPDATE authorizations SET patient_id = :'foreign patientId' WHERE id = :'authorization'`,
    ],
    [
      'an authorization that covers nothing',
      'service_codes_are_covered',
      `DELETE FROM authorization_service_codes WHERE authorization_id = :'empty'`,
    ],
    [
      'a REQUIRES_REVIEW forgotten',
      'sessions_are_of_their_appointment',
      `ALTER TABLE sessions DROP CONSTRAINT sessions_units; UPDATE sessions SET status = 'COMPLETED' WHERE id = :'over'`,
    ],
    [
      'a key of an operation that nobody knows',
      'idempotency_keys_point_to_objects',
      `UPDATE idempotency_keys SET operation = 'other' WHERE resource_id = :'session'`,
    ],
    [
      'a booking that nobody was told of',
      'every_change_has_one_event',
      `DELETE FROM audit_events WHERE resource_id = :'live'`,
    ],
    [
      'a step that was not told',
      'every_change_has_one_event',
      `UPDATE appointments SET version = 9 WHERE id = :'live'`,
    ],
    [
      'a session that nobody was told of',
      'every_change_has_one_event',
      `DELETE FROM audit_events WHERE resource_id = :'session' AND action = 'CREATE_SESSION'`,
    ],
    [
      'a cancellation of an authorization that nobody was told of',
      'every_change_has_one_event',
      `DELETE FROM audit_events WHERE resource_id = :'empty' AND action = 'CANCEL_AUTHORIZATION'`,
    ],
    [
      'an event of a booking that was never made',
      'every_change_has_one_event',
      `${EVENT_TWICE}, gen_random_uuid(), patient_id, outcome FROM audit_events WHERE resource_id = :'live' AND action = 'CREATE_APPOINTMENT'`,
    ],
    [
      'a change that was told twice',
      'every_change_has_one_event',
      `${EVENT_TWICE}, resource_id, patient_id, outcome FROM audit_events WHERE resource_id = :'started' AND action = 'START_APPOINTMENT'`,
    ],
    [
      'an event that is in the trail of another organization',
      'every_change_has_one_event',
      `UPDATE audit_events SET organization_id = :'foreign organization' WHERE resource_id = :'live' AND action = 'CREATE_APPOINTMENT'`,
    ],
    [
      'a key that claims what was made long before',
      'idempotency_keys_answer_what_they_made',
      `UPDATE idempotency_keys SET created_at = now() + interval '1 s' WHERE resource_id = :'session'`,
    ],
    [
      'a key of somebody else than who made the call',
      'idempotency_keys_answer_what_they_made',
      `UPDATE idempotency_keys SET user_id = :'organization' WHERE resource_id = :'session'`,
    ],
    [
      'a key without the event of its change',
      'idempotency_keys_answer_what_they_made',
      `DELETE FROM audit_events WHERE resource_id = :'cancelled' AND action = 'CANCEL_APPOINTMENT'`,
    ],
  ])('when there is %s, then %s is named', async (_, invariant, text) => {
    await tampered(text, async (copy) => {
      const { breaches } = await verifyLedger(copy.ownerUrl);
      expect(breaches.map((breach) => breach.invariant)).toContain(invariant);
    });
  });

  it('when the oldest months of the trail were put away after their years, then what is older is not missed', async () => {
    const text = `UPDATE appointments SET created_at = created_at - interval '11 years' WHERE id = :'live';
      DELETE FROM audit_events WHERE action = 'CREATE_ORGANIZATION' OR resource_id = :'live';
      DELETE FROM idempotency_keys WHERE resource_id = :'live'`; // forgotten after three days
    await tampered(text, async (copy) => {
      expect((await verifyLedger(copy.ownerUrl)).breaches).toEqual([]);
    });
  });

  it('when a month of the trail is archived, then its events are found there', async () => {
    const text = `DO $$ DECLARE month text; BEGIN
      FOR month IN SELECT relname FROM pg_class WHERE relnamespace = 'audit'::regnamespace AND relname ~ '^events_2' AND relkind = 'r'
      LOOP EXECUTE format('ALTER TABLE audit.%I SET SCHEMA archive', month); END LOOP; END $$`;
    await tampered(text, async (copy) => {
      expect((await verifyLedger(copy.ownerUrl)).breaches).toEqual([]);
    });
  });

  it('when a whole organization is gone, then every kind of row of it is told', async () => {
    await tampered(`DELETE FROM organizations WHERE id = :'organization'`, async (copy) => {
      const { breaches } = await verifyLedger(copy.ownerUrl);
      expect(new Set(breaches.map(({ what }) => what.split(' ')[0]))).toEqual(
        new Set(['practitioners', 'patients', 'service_codes', 'users']),
      );
    });
  });

  it('when lines are told, then they hold ids and numbers, and nobody is named', async () => {
    await tampered(
      'UPDATE appointments SET patient_id = organization_id, practitioner_id = organization_id',
      async (copy) => {
        const { lines } = await verified(copy.ownerUrl);
        expect(lines.length).toBeGreaterThan(18);
        expect(lines.join('\n')).not.toMatch(/Ann|Pat\b|Patient|2015-05-05|20\d\d-\d\d-\d\d/);
      },
    );
  });

  it('when foreign keys of the database are listed, then each is checked as a reference', async () => {
    const keys = await read(
      database.ownerUrl,
      `SELECT conrelid::regclass::text AS "table", confrelid::regclass::text AS target, array_agg(attname::text) AS columns
         FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY(conkey)
        WHERE contype = 'f' AND connamespace = 'public'::regnamespace
        GROUP BY conname, conrelid, confrelid`,
    );
    const missing = keys.filter(
      ({ table, target, columns }) =>
        target !== 'authorization_service_codes' && // service_codes_are_covered
        !(columns as string[]).includes('granted_by_id') && // a super admin grants from another organization
        !REFERENCES.some(
          ([from, column, to]) => from === table && to === target && (columns as string[]).includes(column),
        ),
    );
    expect(missing).toEqual([]);
  });

  it('when operations with a key are looked for in the code, then each is checked', async () => {
    const files = (await readdir('src', { recursive: true })).filter((file) => file.endsWith('.service.ts'));
    const texts = await Promise.all(files.map((file) => readFile(`src/${file}`, 'utf8')));
    const named = texts.flatMap((text) => [...text.matchAll(/operation: '(\w+)'/g)].map(([, name]) => name!));
    expect([...new Set(named)].sort()).toEqual(Object.keys(OPERATIONS).sort());
  });
});

describe('given a server that is set to merge and to loop over what it joins', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    await connected(database.adminUrl, (admin) =>
      admin.query(`ALTER DATABASE ${database.name} SET enable_hashjoin = off`),
    );
  });
  afterAll(() => database.drop());

  it.each(INVARIANTS)('when $name is planned, then no step of it is quadratic', async ({ breaches, parameters }) => {
    await connected(database.ownerUrl, async (client) => {
      await client.query(BEGINNING);
      const ask = async <Row>(text: string): Promise<Row[]> => {
        expect(quadraticSteps(await planOf(client, text))).toEqual([]);
        return (await client.query(text)).rows as Row[];
      };
      expect(quadraticSteps(await planOf(client, breaches, await parameters?.(ask)))).toEqual([]);
    });
  });
});

describe('given a large ledger that was written past the services, not past the constraints', () => {
  it(
    'when it is verified, then nothing differs',
    async () => {
      const database = await createTestDatabase();
      try {
        const organizations = Array.from({ length: ORGANIZATIONS }, () => randomUUID());
        const entries = await fillLedger(database.ownerUrl, ENTRIES, { organizations, analyze });
        const { exitCode, lines } = await verified(database.ownerUrl);
        if (process.env.LEDGER_ENTRIES) process.stdout.write(`${lines.join('\n')}\n`);
        expect({ exitCode, lines }).toMatchObject({
          exitCode: 0,
          lines: [expect.stringContaining(`, ${entries} entries, `)],
        });
      } finally {
        await database.drop();
      }
    },
    30_000 + ENTRIES,
  );
});

describe('given something that keeps the ledger from being read', () => {
  it.each([
    ['words that it does not know', 'postgres://nobody@127.0.0.1:1/none', ['--all'], /^Unknown option '--all'/],
    ['a database that does not answer', 'postgres://nobody@127.0.0.1:1/none', [], /^Not checked\. .*ECONNREFUSED/],
    ['an address that is none', 'mysql://localhost', [], /DATABASE_MIGRATION_URL must start with/],
  ])('when it is given %s, then it says so and exits with 2', async (_, url, words, told) => {
    const { exitCode, lines } = await verified(url, ...words);
    expect({ exitCode, lines }).toEqual({ exitCode: 2, lines: [expect.stringMatching(told)] });
  });

  it('when there is no table, then it says what makes them and exits with 2', async () => {
    const database = await createTestDatabase('template1');
    try {
      const { exitCode, lines } = await verified(database.ownerUrl);
      expect({ exitCode, lines }).toEqual({ exitCode: 2, lines: [expect.stringContaining('npm run migration:run')] });
    } finally {
      await database.drop();
    }
  });

  it('when there is no data folder, then none is made and it exits with 2', async () => {
    const lines: string[] = [];
    const exitCode = await verifyCommand([], { NODE_ENV: 'test', DATA_DIR: '/nowhere/at-all' }, (line) =>
      lines.push(line),
    );
    expect({ exitCode, lines }).toEqual({
      exitCode: 2,
      lines: [expect.stringContaining('There is no database in /nowhere')],
    });
  });
});
