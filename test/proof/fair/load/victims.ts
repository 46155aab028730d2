import { setTimeout as sleep } from 'node:timers/promises';
import { FIRST_WEEK } from '../../../../bench/data/plan.ts';
import { visitOf } from '../../../../bench/load/visit.ts';
import { latencyOf, type Latency } from '../../../../bench/measure/statistics.ts';
import { FUTURE, startOf } from '../../../../bench/slots.ts';
import { tokenOf } from '../../../../bench/tokens.ts';
import { credentials, VICTIMS } from '../stage/practices.ts';
import { Client, type Answer } from './client.ts';

/** Longer than the API lets anybody wait for their turn. */
const PATIENCE_MS = 15_000;
const ADDRESS = '127.0.0.2';
const HOUR = 3_600_000;
const WEEK = 168 * HOUR;

export const KINDS = ['book', 'week', 'me', 'login'] as const;
export type Kinds = (typeof KINDS)[number];
/** What one caller of each kind waits between two calls. A device may sign in ten times a minute. */
const EVERY_MS: Readonly<Record<Kinds, number>> = { book: 100, week: 400, me: 100, login: 650 };

const BOOK =
  'mutation($input: CreateAppointmentInput!) { createAppointment(input: $input) { id status unitsReserved } }';
const ME = '{ me { id email organization { name } } }';
/** A front end's calendar: 200 visits with all that belongs to them. */
const THE_WEEK = `query($from: DateTime!, $to: DateTime!) { appointments(first: 200, filter: { from: $from, to: $to }) { nodes {
  id startTime endTime status unitsReserved notes
  patient { firstName lastName } practitioner { firstName lastName } serviceCode { code }
  authorization { status totalUnits availableUnits } session { id unitsUsed status }
} pageInfo { hasNextPage endCursor } } }`;

/** How one kind of calls fared in a while. */
export interface Fared {
  readonly calls: number;
  readonly latency: Latency;
  /** How often each refusal came, by code. */
  readonly refused: Readonly<Record<string, number>>;
}

/**
 * Callers of a practice that has nothing to do with the attack, one of each kind, who call at a steady pace. A call that was
 * due while the one before it was late counts as waiting from then on: a standstill of a second is ten late calls, not one.
 */
export class Victims {
  private samples = emptied();
  private readonly clients: Client[] = [];
  private running: Promise<unknown> | undefined;
  private isOver = false;
  private slot = 0;
  private logins = 0;
  /** What the last login of each account was given: kept, as its device keeps it. */
  private readonly deviceTokens = new Map<number, string>();

  constructor(private readonly urls: readonly string[]) {}

  start(): void {
    this.running = Promise.all(KINDS.map((kind, nth) => this.call(kind, nth)));
    this.running.catch(() => undefined);
  }

  /** What has come of the calls that were due since this was asked the last time. */
  take(): Record<Kinds, Fared> {
    const { samples } = this;
    this.samples = emptied();
    return Object.fromEntries(
      KINDS.map((kind) => {
        const { times, refused } = samples[kind];
        return [kind, { calls: times.length, latency: latencyOf(times), refused }];
      }),
    ) as Record<Kinds, Fared>;
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await this.running;
    for (const client of this.clients) client.close();
  }

  private async call(kind: Kinds, nth: number): Promise<void> {
    const client = new Client(this.urls[nth % this.urls.length]!, ADDRESS, PATIENCE_MS);
    this.clients.push(client);
    const token = tokenOf(VICTIMS.organization, nth + 1);
    const calls: Record<Kinds, () => Promise<Answer>> = {
      book: () => client.ask(BOOK, { input: this.booking() }, token),
      week: () => client.ask(THE_WEEK, weekOf(this.slot), token),
      me: () => client.ask(ME, {}, token),
      login: () => this.login(client),
    };
    const every = EVERY_MS[kind];
    while (!this.isOver) {
      const begun = performance.now();
      const { code } = await calls[kind]();
      const took = performance.now() - begun;
      const { times, refused } = this.samples[kind];
      for (let late = took; late > 0; late -= every) times.push(late);
      if (code !== 'OK') refused[code] = (refused[code] ?? 0) + 1;
      await sleep(every - (took % every));
    }
  }

  /** The practice's people, one after the other: each with a device of their own. */
  private async login(client: Client): Promise<Answer> {
    const user = 1 + (this.logins++ % VICTIMS.users);
    const body = { ...credentials(user), deviceToken: this.deviceTokens.get(user) };
    const answer = await client.send({ path: '/api/auth/login', body });
    const [, token] = /"deviceToken":"([^"]+)"/.exec(answer.text) ?? [];
    if (token) this.deviceTokens.set(user, token);
    return answer;
  }

  private booking(): object {
    const { organization, practitioners, authorizations } = VICTIMS;
    const authorization = 1 + (this.slot % authorizations);
    const start = startOf(FUTURE, this.slot++);
    return visitOf(organization, practitioners, authorization, start);
  }
}

function weekOf(turn: number): object {
  const from = Date.parse(`${FIRST_WEEK}T00:00:00Z`) + (turn % 4) * WEEK;
  return { from: new Date(from).toISOString(), to: new Date(from + WEEK).toISOString() };
}

function emptied(): Record<Kinds, { times: number[]; refused: Record<string, number> }> {
  return Object.fromEntries(KINDS.map((kind) => [kind, { times: [], refused: {} }])) as unknown as ReturnType<
    typeof emptied
  >;
}
