/** When a visit takes place: in minutes since the opening of the one day that all visits are on. */
export interface Slot {
  readonly start: number;
  readonly minutes: number;
}

/** Who is to meet, and when. */
export interface Meeting extends Slot {
  readonly patient: string;
  readonly practitioner: string;
}

export type Busy = 'PATIENT' | 'PRACTITIONER';

/** Which of the two is in another meeting at that time: half-open intervals, so that 9-10 and 10-11 do not touch. */
export function busy(meetings: readonly Meeting[], wanted: Meeting): Busy[] {
  const overlapping = meetings.filter(
    ({ start, minutes }) => start < wanted.start + wanted.minutes && wanted.start < start + minutes,
  );
  return [
    ...(overlapping.some(({ practitioner }) => practitioner === wanted.practitioner)
      ? (['PRACTITIONER'] as const)
      : []),
    ...(overlapping.some(({ patient }) => patient === wanted.patient) ? (['PATIENT'] as const) : []),
  ];
}
