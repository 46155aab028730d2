import { setTimeout as sleep } from 'node:timers/promises';
import { tokenOf } from '../../../bench/tokens.ts';
import type { ClusterUrls } from '../../support/cluster.ts';
import type { Attack } from './attack.ts';
import { ATTACKS } from './attacks/list.ts';
import { Attackers } from './load/attackers.ts';
import { answerToColleague } from './load/colleague.ts';
import { Victims, type Fared, type Kinds } from './load/victims.ts';
import { ATTACKERS, FIRST_ACCOUNT } from './stage/practices.ts';
import { Stage } from './stage/stage.ts';

export interface Seconds {
  /** Until what was compiled and planned is as it is on a server. */
  readonly warmUp: number;
  readonly attack: number;
  /** When an attack has ended, everything is as before within that. */
  readonly rest: number;
  /** How long is looked at what is without an attack: at first, and after each rest. */
  readonly quiet: number;
}

export interface FairOptions {
  readonly attacks: readonly Attack[];
  readonly seed: number;
  readonly seconds: Seconds;
  /** Of the API. */
  readonly processes: number;
  /** Of the attackers' past: 400 visits each. */
  readonly weeks: number;
  /** A migrated database. */
  readonly ground: ClusterUrls;
  /** Hears of each attack when it is over. */
  readonly tell?: (played: Played) => void;
}

/** How the victims fared, by kind of call. */
export type Fares = Readonly<Record<Kinds, Fared>>;

/** One attack, and how the victims fared beside it and after it. */
export interface Played {
  readonly attack: Attack;
  /** How often the attackers' calls were answered how. */
  readonly answers: Readonly<Record<string, number>>;
  readonly beside: Fares;
  readonly after: Fares;
  /** How one of the attackers' own practice was answered then. */
  readonly colleague: string;
  /** What the largest process had in memory at most, until the rest was over. */
  readonly memoryMb: number;
  /** Processes that ended. */
  readonly dead: readonly string[];
}

export interface Result {
  readonly quiet: Fares;
  readonly quietMemoryMb: number;
  readonly played: readonly Played[];
}

const CROWD_BEGINS = 100;

/** Plays the attacks one after the other, with the victims beside them. */
export async function fair({ ground, processes, weeks, ...options }: FairOptions): Promise<Result> {
  const stage = await Stage.open(ground, processes, weeks);
  const victims = new Victims(stage.urls);
  try {
    victims.start();
    await sleep(options.seconds.warmUp * 1_000);
    victims.take();
    await sleep(options.seconds.quiet * 1_000);
    const [quiet, quietMemoryMb] = [victims.take(), stage.takePeakMb()];
    const played: Played[] = [];
    for (const attack of options.attacks) {
      const one = await play(attack, options, stage, victims);
      played.push(one);
      options.tell?.(one);
      // what has ended does not come back
      if (one.dead.length) break;
    }
    return { quiet, quietMemoryMb, played };
  } finally {
    await stage.close();
    await victims.stop();
  }
}

async function play(
  attack: Attack,
  { seed, seconds }: Pick<FairOptions, 'seed' | 'seconds'>,
  stage: Stage,
  victims: Victims,
): Promise<Played> {
  // the same whatever else is played: its accounts and its address
  const place = ATTACKS.indexOf(attack);
  const attackers = await Attackers.ready();
  try {
    victims.take();
    const { urls } = stage;
    const tokens = tokensFor(attack, place);
    const attacking = attackers.attack({ name: attack.name, urls, seconds: seconds.attack, seed, place, tokens });
    await sleep(seconds.attack * 1_000);
    const beside = victims.take();
    const [answers] = await Promise.all([attacking, sleep(seconds.rest * 1_000)]);
    victims.take();
    const memoryMb = stage.takePeakMb();
    await sleep(seconds.quiet * 1_000);
    const after = victims.take();
    const colleague = await answerToColleague(urls);
    return { attack, answers, beside, after, colleague, memoryMb, dead: stage.takeDead() };
  } finally {
    await attackers.end();
  }
}

function tokensFor({ who, isCrowd, connections }: Attack, place: number): string[] {
  if (who === 'anonymous') return [];
  const first = FIRST_ACCOUNT[who.toUpperCase() as Uppercase<typeof who>];
  const users = isCrowd
    ? Array.from({ length: connections }, (_, nth) => first + CROWD_BEGINS - connections + nth)
    : [first + place];
  return users.map((user) => tokenOf(ATTACKERS.organization, user));
}
