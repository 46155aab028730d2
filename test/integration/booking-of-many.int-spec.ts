import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decide, requireBookable, type WantedVisit } from '../../src/care/appointments/booking-decision.ts';
import { BookingFactsService } from '../../src/care/appointments/booking-facts.service.ts';
import { BookingWriter } from '../../src/care/appointments/booking-writer.service.ts';
import { Appointment } from '../../src/care/appointments/appointment.entity.ts';
import { RequestContext } from '../../src/foundation/request-context/request-context.ts';
import { TimeWindow } from '../../src/foundation/time/time-window.ts';
import { verifyLedger } from '../../src/oversight/verification/verify-ledger.ts';
import { newId } from '../../src/platform/database/rows/new-id.ts';
import { TenantRepository } from '../../src/platform/database/rows/tenant-repository.ts';
import { Transactions } from '../../src/platform/database/transactions/transactions.ts';
import { connected } from '../support/sql.ts';
import { statementsOf } from '../support/statements.ts';
import { World, type Person, type Practice } from '../support/world.ts';

const DETAILS = { location: null, notes: null, recurrenceRule: null };
const ROWS = new TenantRepository(Appointment);
const HOUR = 3_600_000;

describe('given many visits of one patient, decided on and written in one transaction', () => {
  let world: World;
  let practice: Practice;
  let patient: Person;
  let practitioner: Person;
  let a: string;
  let b: string;
  let ids: string[];

  beforeAll(async () => {
    world = await World.create();
    practice = await world.practice();
    [patient, practitioner] = [await world.patient(practice), await world.practitioner(practice)];
    [a, b] = [await world.authorization(practice, patient.id), await world.authorization(practice, patient.id)];
  }, 60_000);
  afterAll(() => world.close());

  const the = <Service>(type: new (...needs: never[]) => Service) => world.test.app.get(type, { strict: false });

  /** Of the nth day from the first of March 2031 on, at 15:00 UTC. */
  function wanted(nth: number, authorizationId: string, more: Partial<WantedVisit> = {}): WantedVisit {
    const start = new Date(Date.UTC(2031, 2, 1 + nth, 15));
    const window = TimeWindow.toBook(start, new Date(start.getTime() + HOUR));
    return { patientId: patient.id, practitionerId: practitioner.id, authorizationId, window, ...more };
  }

  function inTransaction<T>(work: Parameters<Transactions['run']>[1]): Promise<T> {
    const ctx = RequestContext.anonymous({ requestId: 'many' }, () => new Date()).within(practice.id);
    return the(Transactions).run(ctx, work) as Promise<T>;
  }

  const book = (visits: readonly [WantedVisit, ...WantedVisit[]]): Promise<Appointment[]> =>
    inTransaction(async (tx) => {
      const facts = await the(BookingFactsService).read(tx, visits);
      const decisions = decide(facts, visits).map(requireBookable);
      const bookings = decisions.map((decision) => ({ id: newId(), decision, details: DETAILS }));
      return the(BookingWriter).book(tx, facts, bookings);
    });

  const move = (to: (appointment: Appointment, nth: number) => WantedVisit): Promise<Appointment[]> =>
    inTransaction(async (tx) => {
      const appointments = await Promise.all(ids.map((id) => ROWS.getLocked(tx, id)));
      const visits = appointments.map(to) as [WantedVisit, ...WantedVisit[]];
      const facts = await the(BookingFactsService).read(tx, visits);
      const decisions = decide(facts, visits).map(requireBookable);
      const moves = decisions.map((decision, nth) => ({
        appointment: appointments[nth]!,
        decision,
        details: {},
        fields: [],
      }));
      return the(BookingWriter).move(tx, facts, moves);
    });

  const reserved = async () =>
    Promise.all([a, b].map(async (id) => (await world.balance(practice.admin, id)).reservedUnits));
  const breaches = async () => (await verifyLedger(world.test.database.ownerUrl)).breaches;

  it('when 20 are booked, then each lock is taken once and the movements of all are one statement', async () => {
    const visits = Array.from({ length: 20 }, (_, nth) => wanted(nth, nth < 12 ? a : b));
    const statements = await statementsOf(async () => {
      const appointments = await book(visits as [WantedVisit, ...WantedVisit[]]);
      ids = appointments.map(({ id }) => id);
    });
    const times = (pattern: RegExp) => statements.filter((text) => pattern.test(text)).length;
    expect(times(/FROM practitioners .* FOR NO KEY UPDATE/s)).toBe(1);
    expect(times(/FROM "authorizations" .*FOR NO KEY UPDATE/s)).toBe(2);
    expect(times(/INSERT INTO ledger_entries/)).toBe(2);
    expect(await reserved()).toEqual([48, 32]);
    expect(await breaches()).toEqual([]);
  });

  it('when the 21st finds no units, then none of the 21 is booked', async () => {
    const visits = Array.from({ length: 21 }, (_, nth) => wanted(100 + nth, b));
    await expect(book(visits as [WantedVisit, ...WantedVisit[]])).rejects.toMatchObject({
      code: 'INSUFFICIENT_UNITS',
      details: { requestedUnits: 4, availableUnits: 0 },
    });
    expect(await reserved()).toEqual([48, 32]);
  });

  it('when all move by an hour and the first twelve to the other authorization, then each keeps its units', async () => {
    await move((before, nth) => {
      const [start, end] = [before.startTime, before.endTime].map((time) => new Date(time.getTime() + HOUR));
      return wanted(nth, b, { window: TimeWindow.toBook(start!, end!), before });
    });
    expect(await reserved()).toEqual([0, 80]);
    expect(await breaches()).toEqual([]);
  });

  it('when all grow by half an hour and the last finds no room, then all stand as they did', async () => {
    const longer = (before: Appointment, nth: number): WantedVisit => {
      const window = TimeWindow.toBook(before.startTime, new Date(before.endTime.getTime() + HOUR / 2));
      return wanted(nth, b, { window, before });
    };
    await expect(move(longer)).rejects.toMatchObject({ code: 'INSUFFICIENT_UNITS' });
    expect(await reserved()).toEqual([0, 80]);
    expect(await breaches()).toEqual([]);
  });

  it('when each entry is read, then it tells what its appointment held behind it', async () => {
    const held = await connected(world.test.database.ownerUrl, async (client) => {
      await client.query(`SELECT set_config('app.reach', 'all', false)`);
      const { rows } = await client.query<{ kind: string; held: number[] }>(
        `SELECT kind, array_agg(DISTINCT held_after) AS held FROM ledger_entries
          WHERE appointment_id IS NOT NULL GROUP BY kind ORDER BY kind`,
      );
      return rows;
    });
    expect(held).toEqual([
      { kind: 'RELEASE', held: [0] },
      { kind: 'RESERVE', held: [4] },
    ]);
  });
});
