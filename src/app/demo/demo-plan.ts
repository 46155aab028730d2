import { plusDays, type LocalDate } from '../../foundation/time/local-date.ts';
import { compare } from '../../foundation/text/compare.ts';

/** An authorization of the patient with this number. */
export interface PlannedAuthorization {
  /** The end of its authorization number, by which visits name it. */
  readonly key: string;
  readonly patient: number;
  readonly serviceCodes: readonly string[];
  readonly totalUnits: number;
  readonly startDate: LocalDate;
  readonly endDate: LocalDate;
  /** Why it was cancelled, if it was. */
  readonly cancelledBecause?: string;
}

export type Outcome = { readonly minutes: number } | 'cancelled' | 'no-show' | 'begun' | undefined;

export interface PlannedVisit {
  readonly date: LocalDate;
  /** On the wall clock of the practice. */
  readonly time: string;
  readonly minutes: number;
  readonly practitioner: number;
  readonly patient: number;
  readonly authorization: string;
  readonly serviceCode: string;
  /** What became of it; undefined while it lies ahead. */
  readonly outcome: Outcome;
}

type Draft = Omit<PlannedVisit, 'outcome'>;

const DAYS_BACK = 21;
const DAYS_AHEAD = 14;
const PRACTITIONERS = [0, 1, 2];

/** Every status, as seen on the given date; the same date gives the same. */
export function plannedAuthorizations(today: LocalDate): PlannedAuthorization[] {
  const valid = { startDate: plusDays(today, -60), endDate: plusDays(today, 120) };
  const treatment = ['97153'];
  return [
    { key: '1-TREATMENT', patient: 0, serviceCodes: treatment, totalUnits: 240, ...valid },
    // one pool for both codes
    { key: '2-POOL', patient: 1, serviceCodes: ['97153', '97155'], totalUnits: 160, ...valid },
    { key: '3-TREATMENT', patient: 2, serviceCodes: treatment, totalUnits: 240, ...valid },
    { key: '4-TREATMENT', patient: 3, serviceCodes: treatment, totalUnits: 200, ...valid },
    // nearly exhausted: four visits of 4 units leave 2
    { key: '4-FAMILY', patient: 3, serviceCodes: ['97156'], totalUnits: 18, ...valid },
    { key: '5-TREATMENT', patient: 4, serviceCodes: treatment, totalUnits: 240, ...valid },
    // exhausted: the assessment took longer than was approved
    { key: '5-ASSESSMENT', patient: 4, serviceCodes: ['97151'], totalUnits: 8, ...valid },
    { key: '6-TREATMENT', patient: 5, serviceCodes: treatment, totalUnits: 200, ...valid },
    {
      key: '2-CANCELLED',
      patient: 1,
      serviceCodes: treatment,
      totalUnits: 80,
      cancelledBecause: 'The payer had approved the pool as well.',
      ...valid,
    },
    {
      key: '1-EXPIRED',
      patient: 0,
      serviceCodes: treatment,
      totalUnits: 120,
      startDate: plusDays(today, -425),
      endDate: plusDays(today, -61),
    },
    {
      key: '6-PENDING',
      patient: 5,
      serviceCodes: ['97155', '97156'],
      totalUnits: 80,
      startDate: plusDays(today, 30),
      endDate: plusDays(today, 210),
    },
  ];
}

/** Three weeks back and two ahead, with every status that there is. */
export function plannedVisits(today: LocalDate): PlannedVisit[] {
  const days = weekdays(plusDays(today, -DAYS_BACK), plusDays(today, DAYS_AHEAD)).filter((day) => day !== today);
  const past = days.filter((day) => day < today);
  const ahead = days.filter((day) => day > today);
  const drafts = [
    ...days.flatMap((date, index) => PRACTITIONERS.flatMap((practitioner) => usualDay(date, index, practitioner))),
    ...PRACTITIONERS.map((practitioner) => treatment(today, '16:00', practitioner, 2 * practitioner)),
    ...[past[2], past[8], ahead[2], ahead[8]].flatMap((date) => (date ? [familyGuidance(date)] : [])),
  ].sort((one, other) => compare(`${one.date}${one.time}`, `${other.date}${other.time}`));
  const visits = drafts.map((draft, index) => ({
    ...draft,
    outcome: draft.date < today ? outcomeOf(index) : undefined,
  }));
  const [first, last] = [past.at(0), past.at(-1)];
  return [...(first ? [assessment(first)] : []), ...visits, ...(last ? [leftOpen(last)] : [])];
}

/** A practitioner sees the two patients on alternate days, and now and then the first one once more. */
function usualDay(date: LocalDate, index: number, practitioner: number): Draft[] {
  const [first, second] = [2 * practitioner, 2 * practitioner + 1];
  if (index % 2 === 0) return [treatment(date, '09:00', practitioner, first)];
  const usual = treatment(date, '10:30', practitioner, second);
  const visit = second === 1 && index % 4 === 1 ? { ...usual, serviceCode: '97155' } : usual;
  return index % 4 === 3 ? [visit, treatment(date, '14:00', practitioner, first)] : [visit];
}

function treatment(date: LocalDate, time: string, practitioner: number, patient: number): Draft {
  const authorization = patient === 1 ? '2-POOL' : `${patient + 1}-TREATMENT`;
  return { date, time, minutes: 60, practitioner, patient, authorization, serviceCode: '97153' };
}

function familyGuidance(date: LocalDate): Draft {
  return {
    date,
    time: '15:30',
    minutes: 60,
    practitioner: 1,
    patient: 3,
    authorization: '4-FAMILY',
    serviceCode: '97156',
  };
}

/** 150 minutes of the 120 that were approved: 2 units find no room, and the session requires review. */
function assessment(date: LocalDate): PlannedVisit {
  return {
    date,
    time: '12:00',
    minutes: 120,
    practitioner: 2,
    patient: 4,
    authorization: '5-ASSESSMENT',
    serviceCode: '97151',
    outcome: { minutes: 150 },
  };
}

/** Begun, and nobody has completed it since. */
function leftOpen(date: LocalDate): PlannedVisit {
  return { ...treatment(date, '08:00', 2, 5), outcome: 'begun' };
}

/** Mostly as booked; a few shorter, a few longer, some cancelled, one missed. */
function outcomeOf(index: number): Outcome {
  if (index === 7) return 'no-show';
  if (index % 9 === 4) return 'cancelled';
  if (index % 8 === 2) return { minutes: 45 };
  return { minutes: index % 10 === 5 ? 75 : 60 };
}

function weekdays(from: LocalDate, to: LocalDate): LocalDate[] {
  const days: LocalDate[] = [];
  for (let day = from; day <= to; day = plusDays(day, 1)) {
    const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
    if (weekday > 0 && weekday < 6) days.push(day);
  }
  return days;
}
