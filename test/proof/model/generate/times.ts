import { isLive } from '../model/appointments.ts';
import { instantOf, localDate, plusDays } from '../model/local-time.ts';
import { rows, type Appointment, type Authorization, type Name, type World } from '../model/world.ts';
import type { Dice } from './dice.ts';
import { zoneOf } from './who.ts';

export const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** How long a visit is to be, in minutes: the edges of the rules for units, and of the rules for visits. */
export function length(dice: Dice): number {
  const minutes = dice.weighted([
    [40, [60]],
    [30, [30, 45, 15, 90]],
    [18, [8, 22, 23, 37, 38, 46, 52, 53, 120, 16]],
    [6, [7, 180, 720]],
    [3, [721, 0, -30, 1]],
  ] as const);
  return dice.of<number>(minutes)!;
}

/** When a visit is to be: [start, end], in milliseconds. */
export function visitTimes(
  world: World,
  dice: Dice,
  organization: Name,
  authorization: Authorization | undefined,
): [number, number] {
  const minutes = length(dice);
  const start = startOf(world, dice, organization, authorization, minutes);
  const seconds = dice.percent(4) ? 59_000 : 0;
  return [start, start + minutes * MINUTE + seconds];
}

function startOf(
  world: World,
  dice: Dice,
  organization: Name,
  authorization: Authorization | undefined,
  minutes: number,
): number {
  const zone = zoneOf(world, organization);
  const today = localDate(world.now, zone);
  const live = rows(world, 'appointments').filter((row) => row.organization === organization && isLive(row));
  const at = (date: string, times: readonly string[]): number => instantOf(date, dice.of(times)!, zone);
  return dice.weighted<() => number>([
    [34, () => at(plusDays(today, dice.of([0, 1, -1, 2, -2, 3, -3])!), DAYTIME)],
    [20, () => world.now - dice.of([120, 90, 180, 61])! * MINUTE],
    [10, () => dice.of(live.map(({ end }) => end)) ?? at(today, DAYTIME)],
    [8, () => overlapping(dice, live) ?? at(today, DAYTIME)],
    [8, () => at(clockChange(zone, today), NIGHT)],
    [8, () => at(edgeOf(dice, authorization, today), LATE)],
    [6, () => at(today, LATE)],
    // over in exactly 5 minutes, and a millisecond later; begun in exactly 60
    [4, () => world.now + 5 * MINUTE - minutes * MINUTE + dice.of([0, 1])!],
    [4, () => world.now + 60 * MINUTE + dice.of([0, 1])!],
  ])();
}

const DAYTIME = ['09:00', '09:30', '10:00', '11:00', '14:00', '15:30'];
const NIGHT = ['00:30', '01:00', '01:30', '00:00', '02:30'];
const LATE = ['23:00', '23:30', '22:00', '00:00', '09:00'];

function overlapping(dice: Dice, live: readonly Appointment[]): number | undefined {
  const other = dice.of(live);
  return other && other.start + dice.of([15, -15, 0])! * MINUTE;
}

/** The first and the last day of an authorization, and the days next to them. */
function edgeOf(dice: Dice, authorization: Authorization | undefined, today: string): string {
  if (!authorization) return today;
  const { startDate, endDate } = authorization;
  return dice.of([endDate, endDate, plusDays(endDate, 1), startDate, plusDays(startDate, -1)])!;
}

/** The day within a week of this one on which the clocks of the zone change, or this one. */
function clockChange(zone: string, today: string): string {
  const offset = (date: string): number => instantOf(date, '12:00', zone) - Date.parse(`${date}T12:00:00Z`);
  const days = [0, 1, 2, 3, 4, 5, -1, -2].map((count) => plusDays(today, count));
  return days.find((date) => offset(date) !== offset(plusDays(date, -1))) ?? today;
}

/** To when the clock goes on: the edges of what is to come, or just some time. */
export function later(world: World, dice: Dice): number {
  const live = rows(world, 'appointments').filter(isLive);
  const edges = live.flatMap(({ start, end }) => [start, end, end - 5 * MINUTE, start - HOUR]);
  const expiries = rows(world, 'grants').map(({ expiresAt }) => expiresAt);
  const toCome = [...edges, ...expiries].filter((instant) => instant > world.now);
  const edge = (dice.of(toCome) ?? world.now + HOUR) + dice.of([0, -1, 1, MINUTE])!;
  const some = dice.weighted([
    [50, edge],
    [30, world.now + dice.of([30, 60, 5, 120, 240])! * MINUTE],
    [16, world.now + dice.of([24, 12, 48])! * HOUR],
    [2, world.now + 5 * 24 * HOUR],
    [1, world.now + 31 * 24 * HOUR],
  ]);
  return Math.max(some, world.now);
}
