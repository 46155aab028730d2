import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { applicationSettings, type Settings } from '../../src/platform/database/connection/settings.ts';
import { sqlStateOf } from '../../src/platform/database/connection/sql-errors.ts';
import { connected, read } from '../support/sql.ts';
import { at, PASSWORD, World, type Person, type Practice } from '../support/world.ts';

interface Site {
  practice: Practice;
  practitioner: Person;
  patient: Person;
  authorizationId: string;
  /** SCHEDULED, 4 units. */
  live: string;
  /** COMPLETED, 4 units used. */
  done: string;
}

const INSUFFICIENT_PRIVILEGE = '42501';
const APPEND_ONLY = '23000';
const NOTHING = { rowCount: 0 };

/** Where a table keeps its tenant. */
const tenantColumn = (table: string) => (table === 'organizations' ? 'id' : 'organization_id');

describe('given two practices with everything in them, and SQL that goes past the code', () => {
  let world: World;
  let a: Site;
  let b: Site;
  let tables: string[];

  beforeAll(async () => {
    world = await World.create();
    [a, b] = [await site(), await site()];
    const found = await read(
      world.test.database.ownerUrl,
      `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
          AND has_table_privilege('therapy_app', oid, 'SELECT') ORDER BY 1`,
    );
    tables = found.map(({ relname }) => relname as string);
  });
  afterAll(() => world.close());

  async function site(): Promise<Site> {
    const practice = await world.practice();
    const practitioner = await world.practitioner(practice);
    const patient = await world.patient(practice);
    const authorizationId = await world.authorization(practice, patient.id);
    const people = { patientId: patient.id, practitionerId: practitioner.id, authorizationId };
    const idempotencyKey = randomUUID();
    const live = await world.booked(practice.admin, { ...people, ...at('2031-03-03', '09:00'), idempotencyKey });
    const done = await world.booked(practice.admin, { ...people, ...at('2021-03-03', '09:00') });
    await world.make('completeAppointment', { appointmentId: done }, practice.admin);
    await world.make(
      'grantEmergencyAccess',
      {
        patientId: patient.id,
        grantedToUserId: practitioner.userId,
        durationMinutes: 60,
        justification: 'so that every table has a row',
      },
      practice.admin,
    );
    await world.query(`mutation { beginTotpEnrolment(password: "${PASSWORD}") { uri } }`, {}, practice.admin);
    return { practice, practitioner, patient, authorizationId, live, done };
  }

  /** In a transaction that is never committed, with the settings that Transactions makes. */
  function rolledBack<T>(
    url: string,
    settings: { organization?: string; reach?: string },
    work: (client: pg.Client) => Promise<T>,
    session?: Settings,
  ): Promise<T> {
    const begun = async (client: pg.Client): Promise<T> => {
      await client.query('BEGIN');
      await client.query(`SELECT set_config('app.organization_id', $1, true), set_config('app.reach', $2, true)`, [
        settings.organization ?? '',
        settings.reach ?? 'own',
      ]);
      await client.query('SET CONSTRAINTS ALL IMMEDIATE'); // nothing here comes to its COMMIT
      return work(client);
    };
    return connected(url, begun, session);
  }

  /** As the application connects: its login, stepped down to therapy_app. */
  const application = <T>(
    settings: { organization?: string; reach?: string },
    work: (client: pg.Client) => Promise<T>,
  ) => rolledBack(world.test.database.applicationUrl, settings, work, applicationSettings('session'));
  const inA = (text: string, ...values: unknown[]) =>
    application({ organization: a.practice.id }, (client) => client.query(text, values));

  /** A row like the one given, but for some columns. */
  const copied = (table: string, row: object, changes: object = {}) => ({
    text: `INSERT INTO ${table} SELECT * FROM jsonb_populate_record(NULL::${table}, $1::jsonb)`,
    values: [JSON.stringify({ ...row, ...changes })],
  });
  const rowsOf = async (table: string, where: string, ...values: unknown[]) =>
    (await read(world.test.database.ownerUrl, `SELECT to_jsonb(t) AS row FROM ${table} t WHERE ${where}`, values)).map(
      ({ row }) => row as Record<string, unknown>,
    );
  /** Inserts, as the application in A, a copy of the row that is found. */
  async function copyInA(table: string, where: string, id: string, changes: object): Promise<pg.QueryResult> {
    const [row] = await rowsOf(table, where, id);
    const { text, values } = copied(table, row!, { id: randomUUID(), ...changes });
    return inA(text, ...values);
  }

  it('then the application is the lesser role and cannot become another', async () => {
    const { rows } = await inA('SELECT current_user AS role');
    expect(rows).toEqual([{ role: 'therapy_app' }]);
    await expect(inA('SET ROLE therapy_owner')).rejects.toMatchObject({ code: INSUFFICIENT_PRIVILEGE });
    await expect(inA('ALTER TABLE ledger_entries DISABLE TRIGGER USER')).rejects.toMatchObject({
      code: INSUFFICIENT_PRIVILEGE,
    });
    await expect(inA('ALTER TABLE patients DISABLE ROW LEVEL SECURITY')).rejects.toMatchObject({
      code: INSUFFICIENT_PRIVILEGE,
    });
  });

  describe.each([
    ['ledger_entries', 'reason'],
    ['audit_events', 'action'],
  ])('when %s is to be changed', (table, column) => {
    const changes = [`UPDATE ${table} SET ${column} = 'forged'`, `DELETE FROM ${table}`, `TRUNCATE ${table} CASCADE`];

    it.each(changes)('by the application: %s, then it has no right', async (text) => {
      await expect(inA(text)).rejects.toMatchObject({ code: INSUFFICIENT_PRIVILEGE });
    });

    it.each(changes)("by the application's login out of its role: %s, then it has no right", async (text) => {
      const attempt = application({ organization: a.practice.id }, async (client) => {
        await client.query('SET ROLE NONE');
        await client.query(text);
      });
      await expect(attempt).rejects.toMatchObject({ code: INSUFFICIENT_PRIVILEGE });
    });

    it.each(changes)('by the owner: %s, then nothing changes', async (text) => {
      const before = await rowsOf(table, 'true');
      // audit_events has no policy to update or delete by, so that the owner finds no row before the trigger would refuse
      const outcome = await rolledBack(
        world.test.database.ownerUrl,
        { organization: a.practice.id },
        async (client) => {
          const { rowCount } = await client.query(text);
          await client.query('COMMIT');
          return { rowCount };
        },
      ).catch((error: unknown) => error);
      if (table === 'ledger_entries' || text.startsWith('TRUNCATE'))
        expect(outcome).toMatchObject({ code: APPEND_ONLY });
      else expect(outcome).toEqual(NOTHING);
      expect(await rowsOf(table, 'true')).toEqual(before);
    });

    it.each(changes)('by a superuser, whom no policy binds: %s, then the trigger refuses', async (text) => {
      const attempt = rolledBack(world.test.database.adminUrl, {}, (client) => client.query(text));
      await expect(attempt).rejects.toMatchObject({ code: APPEND_ONLY });
    });
  });

  it.each([
    'SET resource_id = gen_random_uuid()',
    `SET request_hash = sha256('another input')`,
    `SET operation = 'cancelAppointment'`,
    `SET key = 'another'`,
  ])(
    'when a key of idempotency is to answer something else by the application: %s, then it has no right',
    async (set) => {
      await expect(inA(`UPDATE idempotency_keys ${set}`)).rejects.toMatchObject({ code: INSUFFICIENT_PRIVILEGE });
    },
  );

  describe('when units are to appear or to vanish', () => {
    const last = 'appointment_id = $1 ORDER BY seq DESC LIMIT 1';
    /** The next entry of the live appointment, right but for what is changed. */
    const entry = (changes: object) => copyInA('ledger_entries', last, a.live, { seq: 100, ...changes });
    const release = { kind: 'RELEASE', units: 4, reserved_delta: -4, reserved_after: 0, held_after: 0 };

    it('then a right entry is accepted, so that the refusals below are for their reason', async () => {
      expect(await entry(release)).toMatchObject({ rowCount: 1 });
    });

    it.each([
      ['reserved_units = total_units - used_units + 1', 'authorizations_never_overdrawn'],
      ['used_units = total_units - reserved_units + 1', 'authorizations_never_overdrawn'],
      ['total_units = used_units + reserved_units - 1', 'authorizations_never_overdrawn'],
      ['reserved_units = -1', 'authorizations_never_overdrawn'],
      ['used_units = -1', 'authorizations_never_overdrawn'],
      ['total_units = 1000001', 'authorizations_total'],
      ['end_date = start_date - 1', 'authorizations_dates'],
      ['cancelled_at = now()', 'authorizations_cancelled_free'],
    ])('and an authorization gets %s, then %s refuses', async (change, constraint) => {
      const attempt = inA(`UPDATE authorizations SET ${change} WHERE id = $1`, a.authorizationId);
      await expect(attempt).rejects.toMatchObject({ code: '23514', constraint });
    });

    it.each([
      ['a second release', { ...release, held_after: -4 }, '23514', 'ledger_entries_held'],
      ['an appointment without what it holds', { ...release, held_after: null }, '23514', 'ledger_entries_held'],
      ['a doubled number', { ...release, seq: 1 }, '23505', 'ledger_entries_seq'],
      ['a balance beyond the total', { reserved_after: 101 }, '23514', 'ledger_entries_balances'],
      ['a balance below zero', { ...release, reserved_after: -1 }, '23514', 'ledger_entries_balances'],
      ['units that are not its delta', { ...release, units: 3 }, '23514', 'ledger_entries_kind'],
      ['an unknown kind', { kind: 'GIFT' }, '23514', 'ledger_entries_kind'],
      ['a reservation of nothing', { units: 0, reserved_delta: 0 }, '23514', 'ledger_entries_kind'],
    ])('and the ledger gets %s, then the constraint refuses', async (_, changes, code, constraint) => {
      await expect(entry(changes)).rejects.toMatchObject({ code, constraint });
    });

    it('and a visit is consumed a second time, then ledger_entries_consumed_once refuses', async () => {
      await expect(copyInA('ledger_entries', last, a.done, { seq: 100 })).rejects.toMatchObject({
        code: '23505',
        constraint: 'ledger_entries_consumed_once',
      });
    });

    it("and the ledger tells of another practice's appointment, then ledger_entries_appointment refuses", async () => {
      await expect(entry({ ...release, appointment_id: b.live })).rejects.toMatchObject({
        code: '23503',
        constraint: 'ledger_entries_appointment',
      });
    });

    it('and a visit gets a second session, then sessions_one_per_appointment refuses', async () => {
      await expect(copyInA('sessions', 'appointment_id = $1', a.done, {})).rejects.toMatchObject({
        code: '23505',
        constraint: 'sessions_one_per_appointment',
      });
    });
  });

  describe('when an appointment is written that cannot be', () => {
    const later = { start_time: '2032-03-03T14:00:00Z', end_time: '2032-03-03T15:00:00Z' };
    const appointment = (changes: object) => copyInA('appointments', 'id = $1', a.live, changes);
    const during = (start: string, end: string) => ({
      start_time: `2031-03-03T${start}:00Z`, // the live one is 14:00 to 15:00
      end_time: `2031-03-03T${end}:00Z`,
    });

    it('then a right one is accepted, so that the refusals below are for their reason', async () => {
      expect(await appointment(later)).toMatchObject({ rowCount: 1 });
    });

    it.each([
      ["another practice's practitioner", () => ({ practitioner_id: b.practitioner.id }), 'appointments_practitioner'],
      [
        "another practice's authorization",
        () => ({ authorization_id: b.authorizationId }),
        'appointments_authorization',
      ],
      ["another practice's patient", () => ({ patient_id: b.patient.id }), 'appointments_authorization'],
      ['a code that is not covered', () => ({ service_code_id: randomUUID() }), 'appointments_service_code'],
    ])('with %s, then a key refuses', async (_, changes, constraint) => {
      await expect(appointment({ ...later, ...changes() })).rejects.toMatchObject({ code: '23503', constraint });
    });

    it.each([
      ['live and holding nothing', { units_reserved: 0 }, 'appointments_hold_while_live'],
      ['cancelled and holding units', { status: 'CANCELLED' }, 'appointments_hold_while_live'],
      ['of no length', { end_time: later.start_time }, 'appointments_length'],
      ['of an unknown status', { status: 'MAYBE', units_reserved: 0 }, 'appointments_status'],
    ])('%s, then the constraint refuses', async (_, changes, constraint) => {
      await expect(appointment({ ...later, ...changes })).rejects.toMatchObject({ code: '23514', constraint });
    });

    it.each([
      ['14:00', '15:00'],
      ['13:30', '14:01'],
      ['14:59', '16:00'],
      ['14:20', '14:30'],
      ['13:00', '16:00'],
    ])(
      'from %s to %s over a live one, then the exclusion of the practitioner and of the patient refuse',
      async (...times) => {
        const other = await world.practitioner(a.practice);
        await expect(appointment({ ...during(...times), practitioner_id: other.id })).rejects.toMatchObject({
          code: '23P01',
          constraint: 'appointments_patient_free',
        });
        const patient = await world.patient(a.practice);
        const authorizationId = await world.authorization(a.practice, patient.id);
        const changes = { ...during(...times), patient_id: patient.id, authorization_id: authorizationId };
        await expect(appointment(changes)).rejects.toMatchObject({
          code: '23P01',
          constraint: 'appointments_practitioner_free',
        });
      },
    );

    it.each([
      ['that ends as the other begins', during('13:00', '14:00')],
      ['that begins as the other ends', during('15:00', '16:00')],
      ['at the same time, cancelled', { status: 'CANCELLED', units_reserved: 0 }],
      ['at the same time, completed', { status: 'COMPLETED', units_reserved: 0 }],
      ['at the same time, missed', { status: 'NO_SHOW', units_reserved: 0 }],
    ])('but one %s is accepted', async (_, changes) => {
      expect(await appointment(changes)).toMatchObject({ rowCount: 1 });
    });
  });

  describe('when a query forgets its organization, or has the wrong one', () => {
    it('then every table of the application is bound by row-level security, its owner too', async () => {
      expect(tables).toEqual(
        expect.arrayContaining([
          'appointments',
          'audit_events',
          'idempotency_keys',
          'ledger_entries',
          'sessions',
          'users',
        ]),
      );
      expect(
        await read(
          world.test.database.ownerUrl,
          'SELECT relname FROM pg_class WHERE relname = ANY($1) AND NOT (relrowsecurity AND relforcerowsecurity)',
          [tables],
        ),
      ).toEqual([]);
    });

    it('then no table shows a row without an organization', async () => {
      await application({}, async (client) => {
        for (const table of tables) {
          const { rows } = await client.query(`SELECT * FROM ${table}`);
          expect([table, rows]).toEqual([table, []]);
        }
      });
    });

    it('then a connection that was never told anything sees nothing either', async () => {
      await connected(
        world.test.database.applicationUrl,
        async (client) => {
          for (const table of tables)
            expect([table, (await client.query(`SELECT * FROM ${table}`)).rows]).toEqual([table, []]);
        },
        applicationSettings('session'),
      );
    });

    it('then every table shows the rows of A in A, and none of B', async () => {
      await application({ organization: a.practice.id }, async (client) => {
        for (const table of tables) {
          const { rows } = await client.query(`SELECT DISTINCT ${tenantColumn(table)} AS tenant FROM ${table}`);
          expect([table, rows]).toEqual([table, [{ tenant: a.practice.id }]]);
        }
      });
    });

    it('then no row of B can be inserted in A', async () => {
      for (const table of tables) {
        const [row] = await rowsOf(table, `${tenantColumn(table)} = $1 LIMIT 1`, b.practice.id);
        const { text, values } = copied(table, row!, table === 'organizations' ? { id: randomUUID() } : {});
        await expect(inA(text, ...values).catch((error: unknown) => [table, sqlStateOf(error)])).resolves.toEqual([
          table,
          INSUFFICIENT_PRIVILEGE,
        ]);
      }
    });

    it('then no row of A can be moved to B, and no row of B be changed', async () => {
      for (const table of tables) {
        const column = tenantColumn(table);
        const move = inA(`UPDATE ${table} SET ${column} = $1`, b.practice.id);
        await expect(move.catch((error: unknown) => [table, sqlStateOf(error)])).resolves.toEqual([
          table,
          INSUFFICIENT_PRIVILEGE,
        ]);
        expect([
          table,
          await changed(
            a.practice.id,
            'own',
            `UPDATE ${table} SET ${column} = ${column} WHERE ${column} = '${b.practice.id}'`,
          ),
        ]).toEqual([table, 0]);
      }
    });

    it("then reach 'all' reads every organization", async () => {
      await application({ reach: 'all' }, async (client) => {
        for (const table of tables) {
          const { rows } = await client.query<{ tenant: string }>(
            `SELECT DISTINCT ${tenantColumn(table)} AS tenant FROM ${table}`,
          );
          expect([table, rows.map(({ tenant }) => tenant)]).toEqual([
            table,
            expect.arrayContaining([a.practice.id, b.practice.id]),
          ]);
        }
      });
    });

    it("then reach 'all' changes, removes and adds no row", async () => {
      for (const table of tables) {
        const column = tenantColumn(table);
        expect([table, await changed('', 'all', `UPDATE ${table} SET ${column} = ${column}`)]).toEqual([table, 0]);
        expect([table, await changed('', 'all', `DELETE FROM ${table}`)]).toEqual([table, 0]);
        if (table === 'audit_events') continue; // what is read in several organizations is in the trail of each
        const [row] = await rowsOf(table, `${column} = $1 LIMIT 1`, b.practice.id);
        const { text, values } = copied(table, row!, table === 'organizations' ? { id: randomUUID() } : {});
        const insert = application({ reach: 'all' }, (client) => client.query(text, values));
        await expect(insert.catch((error: unknown) => [table, sqlStateOf(error)])).resolves.toEqual([
          table,
          INSUFFICIENT_PRIVILEGE,
        ]);
      }
    });

    it("then reach 'all' together with an organization changes that organization's rows alone", async () => {
      const patients = await rowsOf('patients', 'organization_id = $1', a.practice.id);
      expect(await changed(a.practice.id, 'all', 'UPDATE patients SET phone_number = NULL')).toBe(patients.length);
    });
  });

  /** How many rows a statement of the application changes; 0, too, where it has no right. */
  function changed(organization: string, reach: string, text: string): Promise<number | null> {
    return application({ organization, reach }, (client) => client.query(text)).then(
      ({ rowCount }) => rowCount,
      (error: unknown) => {
        if (sqlStateOf(error) === INSUFFICIENT_PRIVILEGE) return 0;
        throw error;
      },
    );
  }
});
