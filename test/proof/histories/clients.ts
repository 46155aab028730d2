import { call, type Endpoint } from './api.ts';
import { drawn } from './draw.ts';
import type { Call } from './linearizability.ts';
import { Random } from './random.ts';
import { isRefused, type Answer, type Name, type Request } from './requests.ts';
import type { Site } from './site.ts';

export interface Effort {
  readonly clients: number;
  /** All wait for each other after each round: what is refused can then be told from there on. */
  readonly rounds: number;
  /** Of each client in a round. */
  readonly calls: number;
}

export interface Access {
  /** A client has one of them. */
  readonly endpoints: readonly Endpoint[];
  readonly admin: string;
  /** Another admin of the practice. */
  readonly colleague: string;
  /** An admin of another practice. */
  readonly stranger: string;
}

export interface History {
  readonly calls: readonly Call<Request, Answer>[];
  /** Calls that the server answered with INTERNAL_SERVER_ERROR. */
  readonly broken: readonly Request[];
}

/** How often a client does not wait for the answer, as if its connection had been cut. */
const LOST = 0.03;

/** Lets clients call at once, and records every call and answer in the order in which this process saw them. */
export async function historyOf(site: Site, access: Access, effort: Effort, seed: number): Promise<History> {
  const recorder = new Recorder(site, access);
  for (let round = 0; round < effort.rounds; round++) {
    const clients = Array.from({ length: effort.clients }, async (_, client) => {
      const random = new Random((seed * 31 + round) * 31 + client);
      for (let count = 0; count < effort.calls; count++) await recorder.make(client, random);
    });
    await Promise.all(clients);
  }
  await recorder.strays();
  return { calls: recorder.calls, broken: recorder.broken };
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

class Recorder {
  readonly calls: Mutable<Call<Request, Answer>>[] = [];
  readonly broken: Request[] = [];
  readonly visits: Name[] = [];
  private readonly over = new Set<Name>();
  readonly keyed: Request[] = [];
  private readonly lost: Promise<unknown>[] = [];
  private moment = 0;

  constructor(
    private readonly site: Site,
    private readonly access: Access,
  ) {}

  get live(): readonly Name[] {
    return this.visits.filter((visit) => !this.over.has(visit));
  }

  async make(client: number, random: Random): Promise<void> {
    const request = drawn(random, this.site, this);
    const isLost = random.chance(LOST);
    const record: Mutable<Call<Request, Answer>> = { id: this.calls.length, client, request, invoked: ++this.moment };
    this.calls.push(record);
    if ('key' in request) this.keyed.push(request);
    const { endpoints } = this.access;
    const endpoint = endpoints[client % endpoints.length]!;
    const told = call(endpoint, this.site.names, this.access[request.by ?? 'admin'], request);
    if (isLost) this.lost.push(told);
    else this.answer(record, await told);
  }

  /** What nobody waits for ends, too. */
  async strays(): Promise<void> {
    await Promise.all(this.lost);
  }

  private answer(record: Mutable<Call<Request, Answer>>, answer: Answer | undefined): void {
    if (!answer) {
      this.broken.push(record.request);
      return;
    }
    record.answered = ++this.moment;
    record.answer = answer;
    if (isRefused(answer)) return;
    if ('session' in answer && record.request.do === 'complete') this.over.add(record.request.visit);
    if (!('visit' in answer)) return;
    const { visit, status } = answer;
    if (!this.visits.includes(visit)) this.visits.push(visit);
    if (status !== 'SCHEDULED' && status !== 'IN_PROGRESS') this.over.add(visit);
  }
}
