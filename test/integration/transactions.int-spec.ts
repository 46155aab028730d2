import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { Transactions, MOST_ATTEMPTS } from '../../src/platform/database/transactions/transactions.ts';
import type { Tx } from '../../src/platform/database/transactions/tx.ts';
import { CallerGone, InDoubt, NotFound, OutcomeUnknown, TryAgain } from '../../src/foundation/errors/domain-error.ts';
import { Patient } from '../../src/people/patients/patient.entity.ts';
import { verifyLedger } from '../../src/oversight/verification/verify-ledger.ts';
import { transactionAttempts } from '../../src/platform/observability/counters.ts';
import { RequestContext } from '../../src/foundation/request-context/request-context.ts';
import { connect, connected, read, untilNoneIdleInTransaction } from '../support/sql.ts';
import { at, PASSWORD, together, World, type Person, type Practice } from '../support/world.ts';

const POOL_SIZE = 4;

describe('given the transactions of the application', () => {
  let world: World;
  let transactions: Transactions;
  let practice: Practice;
  let practitioner: Person;
  let patient: Person;
  let authorizationId: string;
  let ctx: RequestContext;
  let counted: Map<string, number>;
  let day = 0;

  beforeAll(async () => {
    world = await World.create({ DATABASE_POOL_SIZE: String(POOL_SIZE) });
    transactions = world.test.app.get(Transactions, { strict: false });
    practice = await world.practice();
    practitioner = await world.practitioner(practice);
    patient = await world.patient(practice);
    authorizationId = await world.authorization(practice, patient.id);
    ctx = RequestContext.anonymous({ requestId: 'transactions' }, () => new Date()).within(practice.id);
  });
  afterAll(() => world.close());

  beforeEach(() => {
    counted = new Map(transactionAttempts.entries);
  });

  /** Whatever happened: the pool serves, no connection stands in a transaction, and the books balance. */
  afterEach(async () => {
    jest.restoreAllMocks();
    const answers = await together(3 * POOL_SIZE, () => transactions.run(ctx, (tx) => tx.sql('SELECT 1 AS one')));
    expect(answers).toEqual(Array(3 * POOL_SIZE).fill([{ one: 1 }]));
    await untilNoneIdleInTransaction(world.test.database.adminUrl);
    expect((await verifyLedger(world.test.database.ownerUrl)).breaches).toEqual([]);
  });

  /** How often something was counted in this test. */
  const times = (label: string) => transactionAttempts.of(label) - (counted.get(label) ?? 0);
  const asAdmin = <T>(work: (admin: pg.Client) => Promise<T>) => connected(world.test.database.adminUrl, work);
  const fails = (tx: Tx, sqlState: string) =>
    tx.sql(`DO $$ BEGIN RAISE EXCEPTION 'on purpose' USING ERRCODE = '${sqlState}'; END $$`);
  const note = (tx: Tx, id: string, text: string) =>
    tx.sql(`UPDATE patients SET phone_number = coalesce(phone_number, '') || $2 WHERE id = $1`, [id, text]);
  const notesOf = async (id: string) =>
    (await read(world.test.database.ownerUrl, 'SELECT phone_number FROM patients WHERE id = $1', [id]))[0]!
      .phone_number;
  /** A patient to write on. What the making of them counts is left out of the count. */
  const somebody = async () => {
    const { id } = await world.make(
      'createPatient',
      { firstName: 'Ann', lastName: 'Other', dateOfBirth: '2015-05-05', medicalRecordNumber: randomUUID() },
      practice.admin,
    );
    counted = new Map(transactionAttempts.entries);
    return id;
  };

  it('when two transactions wait for each other, then one is replayed and both succeed', async () => {
    const ids = [await somebody(), await somebody()];
    let arrived = 0;
    let bothArrived = (): void => undefined;
    const meeting = new Promise<void>((resolve) => (bothArrived = resolve));
    let runs = 0;
    await together(2, (index) =>
      transactions.run(ctx, async (tx) => {
        runs++;
        await note(tx, ids[index]!, String(index));
        if (++arrived === 2) bothArrived();
        await meeting;
        await note(tx, ids[1 - index]!, String(index));
      }),
    );
    expect(runs).toBe(3);
    expect([times('replayed:40P01'), times('committed')]).toEqual([1, 2]);
    for (const id of ids) expect(['01', '10']).toContain(await notesOf(id));
  });

  it.each([
    [
      'between two statements',
      (pid: number) => asAdmin((admin) => admin.query('SELECT pg_terminate_backend($1)', [pid])),
    ],
    ['in a statement', undefined],
  ])('when the connection is ended %s before COMMIT, then the work is replayed and saved once', async (_, end) => {
    const id = await somebody();
    const pids = new Set<number>();
    await transactions.run(ctx, async (tx) => {
      await note(tx, id, 'x');
      const [backend] = await tx.sql<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      pids.add(backend!.pid);
      if (pids.size > 1) return;
      if (end) await end(backend!.pid);
      else {
        await tx.sql('SET ROLE NONE'); // the lesser role may not end even itself
        await tx.sql('SELECT pg_terminate_backend(pg_backend_pid())');
      }
      await tx.sql('SELECT 1');
    });
    expect([pids.size, times('committed')]).toEqual([2, 1]);
    expect(
      [...transactionAttempts.entries.keys()].filter((label) => /^replayed/.test(label) && times(label)),
    ).toHaveLength(1);
    expect(await notesOf(id)).toBe('x');
  });

  it('when all connections of the pool are ended at once, then the work of all is replayed', async () => {
    const ids = await together(POOL_SIZE, somebody);
    const seen = new Set<string>();
    let ended: Promise<unknown> | undefined;
    await together(POOL_SIZE, (index) =>
      transactions.run(ctx, async (tx) => {
        const id = ids[index]!;
        await note(tx, id, 'x');
        if (seen.has(id)) return;
        seen.add(id);
        if (seen.size === POOL_SIZE)
          ended = asAdmin((admin) =>
            admin.query(
              `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = 'therapy-units'`,
            ),
          );
        await tx.sql('SELECT pg_sleep(60)');
      }),
    );
    await ended;
    expect(await Promise.all(ids.map(notesOf))).toEqual(ids.map(() => 'x'));
  });

  it('when a connection ends while the pool hands it on, and nobody else listens to it, then the work is replayed', async () => {
    const { master: pool } = world.test.app.get(DataSource).driver as unknown as { master: pg.Pool };
    const ended = new Promise<number>((end) =>
      pool.once('acquire', (client: pg.PoolClient) =>
        queueMicrotask(() => {
          end(client.listenerCount('error'));
          const { connection } = client as unknown as { connection: { emit(event: string, error: Error): void } };
          const said = new pg.DatabaseError('terminating connection due to administrator command', 0, 'error');
          connection.emit('errorMessage', Object.assign(said, { code: '57P01' }));
        }),
      ),
    );
    const id = await somebody();
    await transactions.run(ctx, (tx) => note(tx, id, 'x'));
    expect(await ended).toBe(1); // its own
    expect(await notesOf(id)).toBe('x');
  });

  it('when a row stays locked by another, then it ends in TRY_AGAIN after 5 attempts and nothing is changed', async () => {
    const [free, locked] = [await somebody(), await somebody()];
    const other = await connect(world.test.database.adminUrl);
    await other.query('BEGIN');
    await other.query('SELECT FROM patients WHERE id = $1 FOR UPDATE', [locked]);
    let runs = 0;
    try {
      const attempt = transactions.run(ctx, async (tx) => {
        runs++;
        await note(tx, free, 'x');
        await note(tx, locked, 'x');
      });
      await expect(attempt).rejects.toThrow(TryAgain);
    } finally {
      await other.end();
    }
    expect(runs).toBe(MOST_ATTEMPTS);
    expect([times('replayed:55P03'), times('gave-up:55P03'), times('committed')]).toEqual([4, 1, 0]);
    expect([await notesOf(free), await notesOf(locked)]).toEqual([null, null]);
  });

  it.each([
    ['40001', 5],
    ['40P01', 5],
    ['57014', 2],
  ])('when every attempt fails with SQLSTATE %s, then it ends in TRY_AGAIN after %i', async (sqlState, attempts) => {
    const id = await somebody();
    let runs = 0;
    const attempt = transactions.run(ctx, async (tx) => {
      runs++;
      await note(tx, id, 'x');
      await fails(tx, sqlState);
    });
    await expect(attempt).rejects.toThrow(TryAgain);
    expect([runs, times(`gave-up:${sqlState}`), times('committed')]).toEqual([attempts, 1, 0]);
    expect(await notesOf(id)).toBeNull();
  });

  it.each([
    ['a refusal', () => Promise.reject(new NotFound('patient', randomUUID()))],
    ['a bug', () => Promise.reject(new TypeError('a bug'))],
    ['a violated constraint', (tx: Tx) => fails(tx, '23514')],
    ['a missing right', (tx: Tx) => tx.sql('DELETE FROM ledger_entries')],
  ])('when the work ends in %s, then it is rolled back and not replayed', async (_, end) => {
    const id = await somebody();
    const effect = jest.fn();
    let runs = 0;
    const attempt = transactions.run(ctx, async (tx) => {
      runs++;
      tx.afterCommit(effect);
      await note(tx, id, 'x');
      await end(tx);
    });
    await expect(attempt).rejects.not.toThrow(TryAgain);
    expect([runs, times('committed')]).toEqual([1, 0]);
    expect(effect).not.toHaveBeenCalled();
    expect(await notesOf(id)).toBeNull();
  });

  describe('when the work swallows an error of SQL', () => {
    it('and ends there, then it is not reported as success', async () => {
      const id = await somebody();
      const effect = jest.fn();
      const attempt = transactions.run(ctx, async (tx) => {
        tx.afterCommit(effect);
        await note(tx, id, 'x');
        await tx.sql('SELECT 1 / 0').catch(() => undefined);
        return 'saved';
      });
      await expect(attempt).rejects.toThrow('COMMIT was answered with ROLLBACK');
      expect(effect).not.toHaveBeenCalled();
      expect(times('committed')).toBe(0);
      expect(await notesOf(id)).toBeNull();
    });

    it('and goes on, then the next statement tells, and nothing is saved or replayed', async () => {
      const id = await somebody();
      let runs = 0;
      const attempt = transactions.run(ctx, async (tx) => {
        runs++;
        await tx.sql('SELECT 1 / 0').catch(() => undefined);
        await note(tx, id, 'x');
      });
      await expect(attempt).rejects.toMatchObject({ code: '25P02' });
      expect(runs).toBe(1);
      expect(await notesOf(id)).toBeNull();
    });
  });

  it('when the connection is ended between two statements, then all of it is done once more', async () => {
    const id = await somebody();
    let runs = 0;
    await transactions.run(ctx, async (tx) => {
      await note(tx, id, 'x');
      const [backend] = await tx.sql<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      if (++runs > 1) return;
      await asAdmin((admin) => admin.query('SELECT pg_terminate_backend($1, 5000)', [backend!.pid]));
      // by now the driver has been told, and so has TypeORM, whose builders have words of their own for it
      await sleep(100);
      await tx.manager.createQueryBuilder(Patient, 'row').getMany();
    });
    expect(runs).toBe(2);
    expect(await notesOf(id)).toBe('x');
  });

  describe('when whoever asked hangs up, though the work goes on', () => {
    const nothing = (tx: Tx): void => tx.send('SELECT 1', []);

    it.each([
      ['what travels with the COMMIT', (tx: Tx) => tx.beforeCommit(() => nothing(tx))],
      ['what nobody waits for', nothing],
    ])('then %s is not left out of what is saved: nothing is', async (_, last) => {
      const id = await somebody();
      let isGone = false;
      const origin = { requestId: 'hung-up', isGone: () => isGone };
      const leaving = RequestContext.anonymous(origin, () => new Date()).within(practice.id);
      const work = transactions.run(leaving, async (tx) => {
        await note(tx, id, 'saved');
        isGone = true;
        last(tx);
      });
      await expect(work).rejects.toThrow(CallerGone);
      expect(await notesOf(id)).toBeNull();
    });
  });

  describe('when something waits for the commit', () => {
    it('then it runs once, after it, though the work ran three times', async () => {
      const id = await somebody();
      const seen: unknown[] = [];
      let runs = 0;
      const effects: (() => unknown)[] = [];
      await transactions.run(ctx, async (tx) => {
        const run = ++runs;
        tx.afterCommit(() => {
          seen.push(run);
          effects.push(() => notesOf(id));
        });
        await note(tx, id, 'x');
        expect(seen).toEqual([]);
        if (run < 3) await fails(tx, '40001');
      });
      expect(seen).toEqual([3]);
      expect(await effects[0]!()).toBe('x');
    });
  });

  describe('when the connection is lost during COMMIT', () => {
    const input = (more: object = {}) => ({
      patientId: patient.id,
      practitionerId: practitioner.id,
      authorizationId,
      ...at(new Date(Date.UTC(2031, 0, 1 + day++)).toISOString().slice(0, 10), '10:00'),
      ...more,
    });
    const bookedOn = ({ startTime }: { startTime: string }) =>
      read(world.test.database.ownerUrl, 'SELECT id FROM appointments WHERE start_time = $1', [startTime]);

    /** The backend ends itself in the middle of this many COMMITs: nothing of them is saved. */
    async function lossesBeforeSaving(losses: number): Promise<void> {
      await asAdmin((admin) =>
        admin.query(`
          DROP SEQUENCE IF EXISTS commits CASCADE;
          CREATE SEQUENCE commits;
          CREATE OR REPLACE FUNCTION die_at_commit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
          BEGIN
            -- a sequence does not roll back
            IF nextval('public.commits') <= ${losses} THEN
              PERFORM pg_terminate_backend(pg_backend_pid());
              PERFORM pg_sleep(10);
            END IF;
            RETURN NULL;
          END $$;
          DROP TRIGGER IF EXISTS die ON appointments;
          CREATE CONSTRAINT TRIGGER die AFTER INSERT ON appointments DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION die_at_commit();`),
      );
    }
    const commits = async () =>
      Number((await asAdmin((admin) => admin.query<{ n: string }>('SELECT last_value AS n FROM commits'))).rows[0]!.n);

    /** The next COMMIT that finds a row of that table to save is done, and its answer never comes: lost then, or meanwhile. */
    function lossAfterSaving(table = 'appointments', when: 'then' | 'meanwhile' = 'then'): void {
      type Query = (this: pg.Client, ...args: unknown[]) => unknown;
      const send = pg.Client.prototype.query as unknown as Query;
      const saving = new WeakSet<pg.Client>();
      let lost = false;
      const losing: Query = function (...args) {
        const [query] = args as [{ text?: string; callback: (error: Error) => void }];
        if (query.text?.startsWith(`INSERT INTO "${table}"`)) saving.add(this);
        if (query.text !== 'COMMIT' || lost || !saving.has(this)) return send.apply(this, args);
        lost = true;
        const { callback } = query;
        const lose = () => {
          (this as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
          callback(new Error('Connection terminated unexpectedly'));
        };
        query.callback = when === 'then' ? lose : () => undefined;
        if (when === 'meanwhile') setTimeout(lose, 100);
        return send.apply(this, args);
      };
      jest.spyOn(pg.Client.prototype as unknown as { query: Query }, 'query').mockImplementation(losing);
    }

    afterEach(() => asAdmin((admin) => admin.query('DROP TRIGGER IF EXISTS die ON appointments')));

    it('before it saved, without a key, then the outcome is unknown and nothing is replayed', async () => {
      await lossesBeforeSaving(1);
      const booking = input();
      const { errors } = await world.book(practice.admin, booking);
      expect(errors).toMatchObject([
        { message: expect.stringContaining('connection was lost'), extensions: { code: 'INTERNAL_SERVER_ERROR' } },
      ]);
      expect(await commits()).toBe(1);
      expect(await bookedOn(booking)).toEqual([]);
    });

    it('before it saved, with a key, then it is replayed to one appointment', async () => {
      await lossesBeforeSaving(2);
      const booking = input({ idempotencyKey: randomUUID() });
      const id = await world.booked(practice.admin, booking);
      expect(await commits()).toBe(3);
      expect(await bookedOn(booking)).toEqual([{ id }]);
    });

    it('every time, with a key, then it is TRY_AGAIN after 5 attempts, which says that it is in doubt, and a later call books', async () => {
      await lossesBeforeSaving(MOST_ATTEMPTS);
      const booking = input({ idempotencyKey: randomUUID() });
      const { code, errors } = await world.book(practice.admin, booking);
      expect([code, errors![0]!.message]).toEqual(['TRY_AGAIN', expect.stringContaining('Send the same call again')]);
      expect(await commits()).toBe(MOST_ATTEMPTS);
      expect(await bookedOn(booking)).toEqual([]);
      const id = await world.booked(practice.admin, booking);
      expect(await bookedOn(booking)).toEqual([{ id }]);
    });

    it('after it saved, without a key, then the outcome is unknown and the booking is not made again', async () => {
      const booking = input();
      lossAfterSaving();
      const { code, errors } = await world.book(practice.admin, booking);
      expect([code, errors![0]!.message]).toEqual([
        'INTERNAL_SERVER_ERROR',
        expect.stringContaining('connection was lost'),
      ]);
      expect(await bookedOn(booking)).toHaveLength(1);
    });

    it('after it saved, with a key, then the answer is the appointment that was saved', async () => {
      const booking = input({ idempotencyKey: randomUUID() });
      lossAfterSaving();
      const id = await world.booked(practice.admin, booking);
      expect(await bookedOn(booking)).toEqual([{ id }]);
      expect(times('replayed:CONNECTION_LOST')).toBe(1);
    });

    it('then what waits for the commit does not run, and OutcomeUnknown is thrown', async () => {
      const effect = jest.fn();
      const attempt = transactions.run(ctx, async (tx) => {
        tx.afterCommit(effect);
        const [backend] = await tx.sql<{ pid: number }>('SELECT pg_backend_pid() AS pid');
        await asAdmin((admin) => admin.query('SELECT pg_terminate_backend($1, 5000)', [backend!.pid]));
      });
      await expect(attempt).rejects.toThrow(OutcomeUnknown);
      expect(effect).not.toHaveBeenCalled();
    });

    it('of what only reads, then it is read again', async () => {
      let attempts = 0;
      const answer = await transactions.read(ctx, async (tx) => {
        const [backend] = await tx.sql<{ pid: number }>('SELECT pg_backend_pid() AS pid');
        if (++attempts === 1)
          await asAdmin((admin) => admin.query('SELECT pg_terminate_backend($1, 5000)', [backend!.pid]));
        return attempts;
      });
      expect(answer).toBe(2);
    });

    it.each([
      ['that may be repeated is in doubt, and is not told that nothing was changed', InDoubt, 'allowBlindReplay'],
      ['that only knows by itself what it saved is of unknown outcome', OutcomeUnknown, 'allowBlindReplayHere'],
    ] as const)('and the server stays away, then a call %s', async (_, Refusal, allow) => {
      let attempts = 0;
      const attempt = transactions.run(ctx, async (tx) => {
        tx[allow]();
        if (++attempts > 1) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
        const [backend] = await tx.sql<{ pid: number }>('SELECT pg_backend_pid() AS pid');
        await asAdmin((admin) => admin.query('SELECT pg_terminate_backend($1, 5000)', [backend!.pid]));
      });
      await expect(attempt).rejects.toThrow(Refusal);
      expect(attempts).toBe(MOST_ATTEMPTS);
    });

    describe('of a sign-in', () => {
      type Tokens = { data: Record<string, { refreshToken: string }>; code: string | undefined };
      const login = (email: string): Promise<Tokens> =>
        world.query('mutation($input: LoginInput!) { login(input: $input) { refreshToken } }', {
          input: { email, password: PASSWORD },
        });
      const refresh = (token: string): Promise<Tokens> =>
        world.query('mutation($token: String!) { refreshToken(refreshToken: $token) { refreshToken } }', { token });
      const signInsOf = (email: string) =>
        read(
          world.test.database.ownerUrl,
          `SELECT end_reason FROM sign_ins JOIN users ON users.id = user_id WHERE email = $1`,
          [email],
        );

      it('that was saved, then it begins once, and its token serves', async () => {
        const { email } = await world.account(practice.admin);
        lossAfterSaving('refresh_tokens');
        const { data } = await login(email);
        expect(await signInsOf(email)).toEqual([{ end_reason: null }]);
        expect((await refresh(data.login!.refreshToken)).code).toBeUndefined();
      });

      it('that goes on and was saved, then nobody is taken for a thief, and the next token serves', async () => {
        const { email } = await world.account(practice.admin);
        const { data } = await login(email);
        lossAfterSaving('refresh_tokens');
        const next = await refresh(data.login!.refreshToken);
        expect(next.code).toBeUndefined();
        expect((await refresh(next.data.refreshToken!.refreshToken)).code).toBeUndefined();
        expect(await signInsOf(email)).toEqual([{ end_reason: null }]);
      });

      it('that goes on and is still being saved, then the next attempt waits for it, and nobody is taken for a thief', async () => {
        const { email } = await world.account(practice.admin);
        const { data } = await login(email);
        await asAdmin((admin) =>
          admin.query(`
            CREATE FUNCTION save_slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1); RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON refresh_tokens DEFERRABLE INITIALLY DEFERRED
              FOR EACH ROW EXECUTE FUNCTION save_slowly();`),
        );
        try {
          lossAfterSaving('refresh_tokens', 'meanwhile');
          const next = await refresh(data.login!.refreshToken);
          expect(next.code).toBeUndefined();
          expect((await refresh(next.data.refreshToken!.refreshToken)).code).toBeUndefined();
          expect(await signInsOf(email)).toEqual([{ end_reason: null }]);
        } finally {
          await asAdmin((admin) => admin.query('DROP FUNCTION save_slowly CASCADE'));
        }
      });

      it('that failed, then it is told as it is, and counts', async () => {
        const { email } = await world.account(practice.admin);
        lossAfterSaving('audit_events');
        const wrong = { input: { email, password: `${PASSWORD}!` } };
        const { code } = await world.query(
          'mutation($input: LoginInput!) { login(input: $input) { expiresIn } }',
          wrong,
        );
        expect(code).toBe('UNAUTHENTICATED');
      });
    });
  });
});
