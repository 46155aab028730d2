import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { instantAt, localDate } from '../../foundation/time/local-date.ts';
import { MINUTE } from '../../foundation/time/time-window.ts';
import { plannedVisits } from './demo-plan.ts';
import { DEMO_PRACTICES } from './demo-practices.ts';

const HOUR = 60 * MINUTE;
const README = readFileSync('README.md', 'utf8');
const PLAYGROUND = readFileSync('web/playground/examples.ts', 'utf8');

/** The hours of tomorrow, in UTC, that a text books. */
function hours(text: string, day: RegExp): { from: string; to: string }[] {
  const times = [...text.matchAll(new RegExp(`${day.source}T(\\d\\d:\\d\\d):00Z`, 'g'))].map(([, time]) => time!);
  return times.flatMap((from, index) => (index % 2 ? [] : [{ from, to: times[index + 1]! }]));
}

describe('given a fresh demo, on any day and at any hour', () => {
  const booked = [...hours(README, /'\$DAY'/), ...hours(PLAYGROUND, /\{\{tomorrow\}\}/)];
  const moments = Array.from({ length: 6 * 7 }, (_, index) => [
    new Date(Date.UTC(2026, 2, 2) + index * 4 * HOUR),
    new Date(Date.UTC(2026, 10, 2) + index * 4 * HOUR),
  ]).flat();

  it("when somebody books what the README and the playground say, then Leo's and his practitioner's hour is free", () => {
    expect(booked).toHaveLength(3);
    const { timeZone } = DEMO_PRACTICES[0]!;
    for (const now of moments) {
      const tomorrow = new Date(now.getTime() + 24 * HOUR).toISOString().slice(0, 10);
      const visits = plannedVisits(localDate(now, timeZone)).filter(
        ({ practitioner, patient }) => practitioner * patient === 0,
      );
      for (const { from, to } of booked) {
        const inTheWay = visits.filter(({ date, time, minutes }) => {
          const start = instantAt(date, time, timeZone).getTime();
          return (
            start < Date.parse(`${tomorrow}T${to}Z`) && start + minutes * MINUTE > Date.parse(`${tomorrow}T${from}Z`)
          );
        });
        expect([now, from, inTheWay]).toEqual([now, from, []]);
      }
    }
  });
});
