import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { AuthorizationLedger } from '../../src/care/authorizations/authorization-ledger.service.ts';
import { Transactions } from '../../src/platform/database/transactions/transactions.ts';
import { verifyLedger } from '../../src/oversight/verification/verify-ledger.ts';
import { transactionAttempts } from '../../src/platform/observability/counters.ts';
import { RequestContext } from '../../src/foundation/request-context/request-context.ts';
import { connect, read, untilWaiting } from '../support/sql.ts';
import type { GraphQLAnswer } from '../support/test-app.ts';
import { at, together, World, type Person, type Practice } from '../support/world.ts';

const PATIENTS = 20;
const OK = 'OK';

describe('given several people who work at the same instant', () => {
  let world: World;
  let practice: Practice;
  let admin: string;
  let practitioners: Person[];
  let patients: Person[];
  let patient: Person;
  let day = 0;

  beforeAll(async () => {
    world = await World.create({ DATABASE_POOL_SIZE: '40' });
    practice = await world.practice();
    admin = practice.admin;
    practitioners = await together(4, () => world.practitioner(practice));
    patients = await together(PATIENTS, () => world.patient(practice));
    patient = patients[0]!;
  });
  afterAll(() => world.close());

  /** Whatever a test has done: the promise of zero overbooking holds in every table. */
  afterEach(async () => {
    expect((await verifyLedger(world.test.database.ownerUrl)).breaches).toEqual([]);
  });

  /** An hour on a day of its own, years ago, so that it may be completed; no two calls give the same. */
  const hour = () => at(new Date(Date.UTC(2021, 0, 1 + day++)).toISOString().slice(0, 10), '10:00');
  const booking = (authorizationId: string, more: object = {}) => ({
    patientId: patient.id,
    practitionerId: practitioners[0]!.id,
    authorizationId,
    ...hour(),
    ...more,
  });
  const booked = (authorizationId: string, more: object = {}) => world.booked(admin, booking(authorizationId, more));
  const cancel = (id: string) => world.mutate('cancelAppointment', { id }, admin);
  const complete = (id: string) => world.mutate('completeAppointment', { appointmentId: id }, admin);
  const cancelAuthorization = (id: string) =>
    world.query('mutation($id: ID!) { cancelAuthorization(id: $id, reason: "moved") { id } }', { id }, admin);
  const rows = (text: string, ...values: unknown[]) => read(world.test.database.ownerUrl, text, values);

  describe('when 100 people book 4 units each of 100', () => {
    it('then exactly 25 succeed and 75 are told INSUFFICIENT_UNITS', async () => {
      const authorizationId = await world.authorization(practice, patient.id);
      const bookings = Array.from({ length: 100 }, (_, index) =>
        booking(authorizationId, { practitionerId: practitioners[index % practitioners.length]!.id }),
      );
      const answers = await together(100, (index) => world.book(admin, bookings[index]!));
      expect(tally(answers)).toEqual({ [OK]: 25, INSUFFICIENT_UNITS: 75 });
      expect(await world.balance(admin, authorizationId)).toEqual({
        totalUnits: 100,
        usedUnits: 0,
        reservedUnits: 100,
        availableUnits: 0,
      });
      expect((await world.ledger(admin, authorizationId)).map(({ reservedAfter }) => reservedAfter)).toEqual(
        Array.from({ length: 26 }, (_, index) => index * 4),
      );
      expect(await rows('SELECT FROM appointments WHERE authorization_id = $1', authorizationId)).toHaveLength(25);
    });
  });

  describe('when the same hour is booked 20 times', () => {
    let overlaps: number;
    beforeEach(() => {
      overlaps = transactionAttempts.of('replayed:23P01');
    });
    // The locks on the people keep bookings apart before the database's exclusion constraints have to.
    afterEach(() => expect(transactionAttempts.of('replayed:23P01')).toBe(overlaps));

    it('for one practitioner, then exactly 1 succeeds and 19 are told who is busy', async () => {
      const times = hour();
      const authorizations = await together(PATIENTS, (index) => world.authorization(practice, patients[index]!.id));
      const answers = await together(PATIENTS, (index) =>
        world.book(admin, booking(authorizations[index]!, { patientId: patients[index]!.id, ...times })),
      );
      expect(tally(answers)).toEqual({ [OK]: 1, SCHEDULING_CONFLICT: 19 });
      const winner = answers.find(({ errors }) => !errors)!.data.createAppointment.id as string;
      for (const { errors } of answers.filter((answer) => answer.errors))
        expect(errors![0]!.extensions.details).toEqual({ conflictsWith: ['PRACTITIONER'], appointmentIds: [winner] });
    });

    it('for one patient by different practitioners, overlapping by half, then exactly 1 succeeds', async () => {
      const authorizationId = await world.authorization(practice, patient.id);
      const date = hour().startTime.slice(0, 10);
      const answers = await together(20, (index) =>
        world.book(
          admin,
          booking(authorizationId, {
            practitionerId: practitioners[index % 4]!.id,
            ...at(date, index % 2 ? '10:30' : '10:00'),
          }),
        ),
      );
      expect(tally(answers)).toEqual({ [OK]: 1, SCHEDULING_CONFLICT: 19 });
      for (const { errors } of answers.filter((answer) => answer.errors))
        expect(errors![0]!.extensions.details!.conflictsWith).toContain('PATIENT');
    });
  });

  describe('when a call has an idempotencyKey', () => {
    it('and comes 20 times at once, then there is one appointment and 20 equal answers', async () => {
      const authorizationId = await world.authorization(practice, patient.id);
      const input = booking(authorizationId, { idempotencyKey: randomUUID() });
      const answers = await together(20, () =>
        world.book(admin, input, 'id status version unitsReserved startTime endTime createdAt'),
      );
      expect(tally(answers)).toEqual({ [OK]: 20 });
      expect(new Set(answers.map(({ data }) => JSON.stringify(data))).size).toBe(1);
      expect(await rows('SELECT FROM appointments WHERE authorization_id = $1', authorizationId)).toHaveLength(1);
      expect(await world.balance(admin, authorizationId)).toMatchObject({ reservedUnits: 4 });
    });

    it('and comes with two inputs at once and again, then the later ones are IDEMPOTENCY_KEY_REUSED', async () => {
      const authorizationId = await world.authorization(practice, patient.id);
      const idempotencyKey = randomUUID();
      const inputs = [booking(authorizationId, { idempotencyKey }), booking(authorizationId, { idempotencyKey })];
      const answers = await together(2, (index) => world.book(admin, inputs[index]!));
      expect(tally(answers)).toEqual({ [OK]: 1, IDEMPOTENCY_KEY_REUSED: 1 });
      const again = await world.book(admin, { ...inputs[0]!, notes: 'other', idempotencyKey });
      expect(again.code).toBe('IDEMPOTENCY_KEY_REUSED');
      expect(await rows('SELECT FROM appointments WHERE authorization_id = $1', authorizationId)).toHaveLength(1);
    });

    it('and is refused, then its key is free for the call that succeeds', async () => {
      const authorizationId = await world.authorization(practice, patient.id, { totalUnits: 3 });
      const input = booking(authorizationId, { idempotencyKey: randomUUID() });
      expect(tally(await together(5, () => world.book(admin, input)))).toEqual({ INSUFFICIENT_UNITS: 5 });
      await world.make('updateAuthorization', { id: authorizationId, totalUnits: 4, reason: 'approved' }, admin);
      const changed = { ...input, notes: 'the key is free for another input, too' };
      expect((await world.book(admin, changed)).code).toBeUndefined();
      expect((await world.book(admin, input)).code).toBe('IDEMPOTENCY_KEY_REUSED');
    });

    it('and cancels 10 times at once, then its units are released once and all answers are equal', async () => {
      const authorizationId = await world.authorization(practice, patient.id);
      const id = await booked(authorizationId);
      const input = { id, idempotencyKey: randomUUID() };
      const answers = await together(10, () => world.mutate('cancelAppointment', input, admin, 'id status version'));
      expect(answers.map(({ data }): unknown => data)).toEqual(
        Array(10).fill({ cancelAppointment: { id, status: 'CANCELLED', version: 2 } }),
      );
      expect(await kindsOf(authorizationId)).toEqual(['GRANT', 'RESERVE', 'RELEASE']);
    });
  });

  describe('when one appointment is ended twice at once', () => {
    it('cancelled against completed, then one wins and its units move once', async () => {
      const authorizationId = await world.authorization(practice, patient.id);
      const ids = await together(12, () => booked(authorizationId));
      const answers = await together(ids.length, async (index) => {
        const id = ids[index]!;
        return index % 2
          ? Promise.all([cancel(id), complete(id)])
          : Promise.all([complete(id), cancel(id)]).then(([completed, cancelled]) => [cancelled, completed] as const);
      });
      for (const pair of answers) expect(tally(pair)).toEqual({ [OK]: 1, INVALID_STATUS_TRANSITION: 1 });
      const completed = answers.filter(([, answer]) => !answer.errors).length;
      expect(await world.balance(admin, authorizationId)).toMatchObject({ usedUnits: 4 * completed, reservedUnits: 0 });
      expect((await kindsOf(authorizationId)).sort()).toEqual(
        [
          'GRANT',
          ...Array<string>(12).fill('RESERVE'),
          ...Array<string>(completed).fill('CONSUME'),
          ...Array<string>(12 - completed).fill('RELEASE'),
        ].sort(),
      );
    });

    it.each([
      ['cancelled', cancel, 0],
      ['completed', complete, 4],
    ])('%s five times, then one wins', async (_, end, usedUnits) => {
      const authorizationId = await world.authorization(practice, patient.id);
      const id = await booked(authorizationId);
      expect(tally(await together(5, () => end(id)))).toEqual({ [OK]: 1, INVALID_STATUS_TRANSITION: 4 });
      expect(await world.balance(admin, authorizationId)).toMatchObject({ usedUnits, reservedUnits: 0 });
    });
  });

  it('when 20 appointments of one authorization are cancelled or completed at once, then all succeed', async () => {
    const authorizationId = await world.authorization(practice, patient.id);
    const ids = await together(20, () => booked(authorizationId));
    expect(tally(await together(20, (index) => (index % 2 ? cancel : complete)(ids[index]!)))).toEqual({ [OK]: 20 });
    expect(await world.balance(admin, authorizationId)).toMatchObject({ usedUnits: 40, reservedUnits: 0 });
  });

  describe('when appointments are moved between two authorizations crosswise', () => {
    it('then all moves succeed and the units are where the appointments are', async () => {
      const [a, b] = await together(2, () => world.authorization(practice, patient.id));
      const ids = await together(10, (index) => booked(index % 2 ? a! : b!));
      const answers = await together(10, (index) =>
        world.mutate('updateAppointment', { id: ids[index]!, authorizationId: index % 2 ? b : a }, admin),
      );
      expect(tally(answers)).toEqual({ [OK]: 10 });
      for (const id of [a!, b!]) {
        expect(await world.balance(admin, id)).toMatchObject({ reservedUnits: 20 });
        expect((await kindsOf(id)).filter((kind) => kind === 'RELEASE')).toHaveLength(5);
      }
    });

    // The patient's lock keeps two moves through the API apart, so the ledger's own order is asked of the ledger.
    it('then the ledger locks in the order of ids, so that neither move is a deadlock', async () => {
      const [a, b] = (await together(2, () => world.authorization(practice, patient.id))).sort();
      const ids = [await booked(a!), await booked(b!)];
      const ledger = world.test.app.get(AuthorizationLedger, { strict: false });
      const transactions = world.test.app.get(Transactions, { strict: false });
      const ctx = RequestContext.anonymous({ requestId: 'race' }, () => new Date()).within(practice.id);
      const undo = new Error('undone: the appointments themselves have not moved');
      const move = (index: number) =>
        transactions.run(ctx, async (tx) => {
          const [from, to] = index ? [b!, a!] : [a!, b!];
          const locked = await ledger.lockEach(tx, [from, to]);
          ledger.reserve(tx, locked.get(to)!, ids[index]!, 4);
          ledger.release(tx, locked.get(from)!, ids[index]!, 4);
          throw undo;
        });
      const deadlocks = transactionAttempts.of('replayed:40P01');
      const gate = await closed('SELECT FROM authorizations WHERE id = $1 FOR NO KEY UPDATE', [a]);
      try {
        const both = Promise.allSettled([move(0), move(1)]);
        await untilWaiting(world.test.database.adminUrl, 2);
        await gate.open();
        expect(await both).toEqual([
          { status: 'rejected', reason: undo },
          { status: 'rejected', reason: undo },
        ]);
      } finally {
        await gate.close();
      }
      expect(transactionAttempts.of('replayed:40P01')).toBe(deadlocks);
    });
  });

  describe('when an authorization ends while it is being booked', () => {
    const shorten = (id: string) => world.mutate('updateAuthorization', { id, endDate: '2020-12-31' }, admin);

    it.each([
      ['its end is moved', shorten, 'BAD_USER_INPUT'],
      ['it is cancelled', cancelAuthorization, 'INVALID_STATUS_TRANSITION'],
    ])('and %s at the same instant as 10 bookings, then none is left outside', async (_, end, refusal) => {
      for (let round = 0; round < 4; round++) {
        const authorizationId = await world.authorization(practice, patient.id);
        const [ended, ...bookings] = await Promise.all([
          end(authorizationId),
          ...Array.from({ length: 10 }, () => world.book(admin, booking(authorizationId))),
        ]);
        expect(tally(bookings)).toEqual(ended.errors ? { [OK]: 10 } : { AUTHORIZATION_NOT_USABLE: 10 });
        expect([undefined, refusal]).toContain(ended.code);
      }
    });

    it.each([
      ['moving its end', shorten],
      ['cancelling it', cancelAuthorization],
    ])('and %s is first in the queue, then the booking that had found it usable is refused', async (_, end) => {
      const authorizationId = await world.authorization(practice, patient.id);
      const answers = await inThisOrder([
        () => end(authorizationId),
        () => world.book(admin, booking(authorizationId)),
      ]);
      expect(answers.map(({ code }) => code)).toEqual([undefined, 'AUTHORIZATION_NOT_USABLE']);
      expect(await rows('SELECT FROM appointments WHERE authorization_id = $1', authorizationId)).toEqual([]);
    });

    it.each([
      ['moving its end', shorten, 'BAD_USER_INPUT'],
      ['cancelling it', cancelAuthorization, 'INVALID_STATUS_TRANSITION'],
    ])('and the booking is first in the queue, then %s is refused', async (_, end, refusal) => {
      const authorizationId = await world.authorization(practice, patient.id);
      const answers = await inThisOrder([
        () => world.book(admin, booking(authorizationId)),
        () => end(authorizationId),
      ]);
      expect(answers.map(({ code }) => code)).toEqual([undefined, refusal]);
    });

    it('and an appointment is moved to it behind its cancellation, then the old booking stands', async () => {
      const [from, to] = await together(2, () => world.authorization(practice, patient.id));
      const id = await booked(from!);
      const answers = await inThisOrder([
        () => cancelAuthorization(to!),
        () => world.mutate('updateAppointment', { id, authorizationId: to }, admin),
      ]);
      expect(answers.map(({ code }) => code)).toEqual([undefined, 'AUTHORIZATION_NOT_USABLE']);
      expect(await world.balance(admin, from!)).toMatchObject({ reservedUnits: 4 });
      expect(await world.balance(admin, to!)).toMatchObject({ reservedUnits: 0 });
    });
  });

  it('when the total is lowered at the same instant as the last units are booked, then one of them gives way', async () => {
    for (let round = 0; round < 4; round++) {
      const id = await world.authorization(practice, patient.id, { totalUnits: 4 });
      const answers = await Promise.all([
        world.mutate('updateAuthorization', { id, totalUnits: 3, reason: 'corrected' }, admin),
        world.book(admin, booking(id)),
      ]);
      expect(tally(answers)).toEqual({ [OK]: 1, INSUFFICIENT_UNITS: 1 });
    }
  });

  it.each([1, 2, 3, 4])('when 4 x 30 random operations run at once (seed %i), then the books balance', async (seed) => {
    const random = generator(seed);
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
    const people = patients.slice(0, 3);
    const authorizations = await Promise.all(
      people.flatMap(({ id }) =>
        [0, 1].map(async () => ({
          patientId: id,
          id: await world.authorization(practice, id, { totalUnits: 24 }),
        })),
      ),
    );
    const slots = Array.from({ length: 8 }, hour);
    const appointments: { id: string; patientId: string }[] = [];
    const book = async () => {
      const { id: authorizationId, patientId } = pick(authorizations);
      const more = { patientId, practitionerId: pick(practitioners).id, ...pick(slots) };
      const answer = await world.book(admin, booking(authorizationId, more));
      if (!answer.errors) appointments.push({ id: answer.data.createAppointment.id as string, patientId });
      return answer;
    };
    const change = () => {
      const { id, patientId } = pick(appointments);
      const { startTime } = pick(slots);
      const endTime = new Date(Date.parse(startTime) + pick([30, 60, 90]) * 60_000).toISOString();
      const authorizationId = pick(authorizations.filter((each) => each.patientId === patientId)).id;
      return world.mutate('updateAppointment', { id, authorizationId, startTime, endTime }, admin);
    };
    const resize = () =>
      world.mutate(
        'updateAuthorization',
        { id: pick(authorizations).id, totalUnits: pick([4, 12, 24, 40]), reason: 'corrected' },
        admin,
      );
    const step = (name: string) =>
      world.query(`mutation($id: ID!) { ${name}(id: $id) { id } }`, { id: pick(appointments).id }, admin);
    const operations = [
      book,
      book,
      book,
      change,
      change,
      resize,
      () => cancel(pick(appointments).id),
      () => complete(pick(appointments).id),
      () => step('startAppointment'),
      () => step('markNoShow'),
    ];
    await book();
    for (let round = 0; round < 4; round++) {
      const codes = (await together(30, () => pick(operations)())).map(({ code }) => code ?? OK);
      expect(REFUSALS).toEqual(expect.arrayContaining([...new Set(codes)]));
      expect((await verifyLedger(world.test.database.ownerUrl)).breaches).toEqual([]);
    }
    expect(appointments.length).toBeGreaterThan(10);
  });

  it('when the ledger is verified while 60 visits are booked and ended, then it sees no half of a change', async () => {
    const authorizationId = await world.authorization(practice, patient.id, { totalUnits: 240 });
    await Promise.all([
      together(60, async (index) => {
        const id = await booked(authorizationId);
        await (index % 2 ? cancel : complete)(id);
      }),
      ...Array.from({ length: 4 }, async () => {
        expect((await verifyLedger(world.test.database.ownerUrl)).breaches).toEqual([]);
      }),
    ]);
  });

  async function kindsOf(authorizationId: string): Promise<string[]> {
    return (await world.ledger(admin, authorizationId)).map(({ kind }) => kind);
  }

  /**
   * Lets each call come as far as a lock before the next one starts. The audit trail takes no event meanwhile, so that
   * the first call stops with its work done and not committed, and the others behind what it has locked.
   */
  async function inThisOrder(calls: readonly (() => Promise<GraphQLAnswer>)[]): Promise<GraphQLAnswer[]> {
    const gate = await closed('LOCK TABLE audit_events IN SHARE MODE');
    try {
      const running: Promise<GraphQLAnswer>[] = [];
      for (const call of calls) {
        running.push(call());
        await untilWaiting(world.test.database.adminUrl, running.length);
      }
      await gate.open();
      return await Promise.all(running);
    } finally {
      await gate.close();
    }
  }

  /** Holds the locks of a statement, as somebody slow would, until it is opened. */
  async function closed(
    text: string,
    values: unknown[] = [],
  ): Promise<{ open(): Promise<void>; close(): Promise<void> }> {
    const client = await connect(world.test.database.adminUrl);
    await client.query('BEGIN');
    await client.query(text, values);
    return {
      open: async () => {
        await client.query('COMMIT');
      },
      close: () => client.end(),
    };
  }
});

/** What the random operations may be told; above all neither INTERNAL_SERVER_ERROR nor TRY_AGAIN. */
const REFUSALS = [
  OK,
  'INSUFFICIENT_UNITS',
  'SCHEDULING_CONFLICT',
  'INVALID_STATUS_TRANSITION',
  'AUTHORIZATION_NOT_USABLE',
];

function tally(answers: readonly GraphQLAnswer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { code = OK } of answers) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}

/** Numbers from 0 to 1, the same ones for the same seed (Mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
