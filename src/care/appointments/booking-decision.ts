import { BadUserInput, DomainError } from '../../foundation/errors/domain-error.ts';
import { minutesBetween, type TimeWindow } from '../../foundation/time/time-window.ts';
import type { Authorization } from '../authorizations/authorization.entity.ts';
import { moved, resize, type Balance } from '../authorizations/balance.ts';
import { billedCode, keptCode, type BillableCode } from '../authorizations/billed-code.ts';
import { requireUsable } from '../authorizations/usable.ts';
import { unitsFor } from '../service-codes/units.ts';
import type { Appointment } from './appointment.entity.ts';
import { Busy, SchedulingConflict } from './appointment.errors.ts';
import type { BusyTime } from './calendar.ts';

/** A visit that somebody wants: a new one, or one that is booked and is to become this. */
export interface WantedVisit {
  readonly patientId: string;
  readonly practitionerId: string;
  readonly authorizationId: string;
  readonly window: TimeWindow;
  /** What it is to be billed as. Left out: as until now, or the only service that the authorization covers. */
  readonly serviceCode?: string | null;
  /** What it is until now. Its own time and its own units count as free. */
  readonly before?: BookedVisit;
}

/** Of an appointment: when it is, and what it holds. */
export type BookedVisit = Pick<
  Appointment,
  'id' | 'authorizationId' | 'serviceCodeId' | 'unitsReserved' | 'startTime' | 'endTime'
>;

/** All that a decision is made of, as it was read under the locks of a booking. */
export interface BookingFacts<A extends Authorization = Authorization> {
  readonly now: Date;
  /** The organization's. */
  readonly timeZone: string;
  /** By id: those that the visits want units of, or hold units of until now. */
  readonly authorizations: ReadonlyMap<string, A>;
  /** By authorization: the services that those cover which the visits want units of. */
  readonly codes: ReadonlyMap<string, readonly BillableCode[]>;
  /** The live visits of these people near the wanted times. */
  readonly busy: readonly BusyTime[];
}

/** What a visit may not pass is in `problems`, what it is billed as and holds is there as far as it can be told. */
export interface Decision {
  readonly visit: WantedVisit;
  readonly code?: BillableCode;
  readonly units?: number;
  /** Empty where the visit may stand. The first is what a booking is refused with. */
  readonly problems: readonly DomainError[];
}

/** A visit that may stand. */
export type Bookable = Required<Decision>;

/** As many as there are in the list, and of one where it has one. */
export type OfEach<List extends readonly unknown[], Each> = { -readonly [Index in keyof List]: Each };

/**
 * Whether visits may stand, and with how many units: the one place that says so, whether they are booked, moved or only asked
 * for, one or many. They are decided in their order, and together: one that may stand takes its time and its units from
 * those behind it, and all that are to be moved have left their old time. Whoever leaves some of them out asks again.
 */
export function decide<const Visits extends readonly WantedVisit[]>(
  facts: BookingFacts,
  wanted: Visits,
): OfEach<Visits, Decision> {
  const taken = new Taken(facts, wanted);
  return wanted.map((visit) => {
    const decision = decisionOn(visit, facts, taken);
    if (!decision.problems.length) taken.take(decision as Bookable);
    return decision;
  }) as OfEach<Visits, Decision>;
}

/** @throws DomainError the first problem of a visit that may not stand */
export function requireBookable(decision: Decision): Bookable {
  const [problem] = decision.problems;
  if (problem) throw problem;
  return decision as Bookable;
}

function decisionOn(visit: WantedVisit, facts: BookingFacts, taken: Taken): Decision {
  const { patientId, window } = visit;
  const authorization = read(facts.authorizations, visit.authorizationId);
  const codes = read(facts.codes, visit.authorizationId);
  const problems: DomainError[] = [];
  const ask = <T>(question: () => T): T | undefined => {
    try {
      return question();
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      problems.push(error);
      return undefined;
    }
  };
  ask(() => {
    const date = window.dateIn(facts.timeZone);
    requireUsable(authorization, { patientId, date }, facts.now, facts.timeZone);
  });
  const code = ask(() => codeOf(visit, codes));
  const units = code && ask(() => unitsOf(visit, code));
  ask(() => taken.requireFree(visit));
  if (units !== undefined) ask(() => taken.afterHolding(visit, units));
  return { visit, code, units, problems };
}

function codeOf({ serviceCode, before }: WantedVisit, codes: readonly BillableCode[]): BillableCode {
  return before && serviceCode == null ? keptCode(codes, before.serviceCodeId) : billedCode(codes, serviceCode);
}

/**
 * What it goes on holding where nothing changes that they depend on; else by its length and its service.
 *
 * @throws BadUserInput a visit that would be 0 units cannot be booked
 */
function unitsOf({ window, authorizationId, serviceCode, before }: WantedVisit, code: BillableCode): number {
  const isAsLong = before && minutesBetween(before.startTime, before.endTime) === window.minutes;
  if (isAsLong && before.authorizationId === authorizationId && before.serviceCodeId === code.id)
    return before.unitsReserved;
  const units = unitsFor(window.minutes, code);
  if (units >= 1) return units;
  const none = `a visit of ${window.minutes} minutes is 0 units of ${code.code}`;
  // a length that was long enough so far is not what is wrong
  if (isAsLong) throw new BadUserInput({ [serviceCode == null ? 'authorizationId' : 'serviceCode']: none });
  throw window.refusal(none);
}

/** What visits that were decided on have left to those behind them. */
class Taken {
  private readonly balances = new Map<string, Balance>();
  private readonly times: Omit<BusyTime, 'id'>[] = [];
  private readonly leaving: ReadonlySet<string>;

  constructor(
    private readonly facts: BookingFacts,
    wanted: readonly WantedVisit[],
  ) {
    this.leaving = new Set(wanted.flatMap(({ before }) => (before ? [before.id] : [])));
  }

  /** @throws SchedulingConflict naming who is busy */
  requireFree({ practitionerId, patientId, window }: WantedVisit): void {
    const overlaps = (time: Omit<BusyTime, 'id'>): boolean =>
      time.personId === (time.busy === Busy.PRACTITIONER ? practitionerId : patientId) &&
      window.overlaps(time.startTime, time.endTime);
    const booked = this.facts.busy.filter((time) => !this.leaving.has(time.id) && overlaps(time));
    const all = [...booked, ...this.times.filter(overlaps)];
    if (!all.length) return;
    throw new SchedulingConflict({
      conflictsWith: [Busy.PRACTITIONER, Busy.PATIENT].filter((busy) => all.some((time) => time.busy === busy)),
      appointmentIds: [...new Set(booked.map(({ id }) => id))].sort(),
    });
  }

  /** The balance of the visit's authorization once it holds so many units. @throws InsufficientUnits */
  afterHolding({ authorizationId, before }: WantedVisit, units: number): Balance {
    const balance = this.balanceOf(authorizationId);
    const held = before?.authorizationId === authorizationId ? before.unitsReserved : 0;
    return resize(authorizationId, balance, held, units).reduce(moved, balance);
  }

  take({ visit, units }: Bookable): void {
    const { practitionerId, patientId, authorizationId, before, window } = visit;
    this.balances.set(authorizationId, this.afterHolding(visit, units));
    if (before && before.authorizationId !== authorizationId) {
      const balance = this.balanceOf(before.authorizationId);
      const released = resize(before.authorizationId, balance, before.unitsReserved, 0);
      this.balances.set(before.authorizationId, released.reduce(moved, balance));
    }
    const [startTime, endTime] = [window.start, window.end];
    this.times.push({ busy: Busy.PRACTITIONER, personId: practitionerId, startTime, endTime });
    this.times.push({ busy: Busy.PATIENT, personId: patientId, startTime, endTime });
  }

  private balanceOf(authorizationId: string): Balance {
    return this.balances.get(authorizationId) ?? read(this.facts.authorizations, authorizationId).balance;
  }
}

/** Who asks for a decision has read what it is about: anything else is a mistake of ours. */
export function read<Fact>(facts: ReadonlyMap<string, Fact>, authorizationId: string): Fact {
  const fact = facts.get(authorizationId);
  if (fact === undefined) throw new Error(`The authorization ${authorizationId} was not read.`);
  return fact;
}
