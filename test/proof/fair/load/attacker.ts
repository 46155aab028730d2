import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../faults/harness/random.ts';
import { Client, type Answer, type Sent } from './client.ts';
import type { Job } from './job.ts';

/** Longer than a call waits for its turn. */
const PATIENCE_MS = 20_000;

/** One connection of an attack, and what it knows. */
export class Attacker {
  /** How often its calls were answered how. */
  readonly answers: Record<string, number> = {};
  readonly random: Random;
  readonly token: string | undefined;
  private readonly url: string;
  private readonly address: string;
  private readonly client: Client;
  private readonly sockets = new Set<Socket>();
  private readonly over: Promise<void>;
  private calls = 0;

  constructor(
    { urls, seed, place, tokens }: Job,
    /** Of the attack's connections. */
    private readonly nth: number,
    private readonly endsAt: number,
  ) {
    this.random = new Random(seed + nth);
    this.token = tokens[nth % Math.max(1, tokens.length)];
    this.url = urls[nth % urls.length]!;
    this.address = `127.0.1.${1 + (place % 250)}`;
    this.client = new Client(this.url, this.address, PATIENCE_MS);
    this.over = sleep(Math.max(0, endsAt - performance.now()));
  }

  get isOver(): boolean {
    return performance.now() >= this.endsAt;
  }

  /** A text that no call before has had. */
  unique(): string {
    return `${this.nth}-${++this.calls}`;
  }

  ask(query: string, variables: object = {}, hangUpAfterMs?: number): Promise<Answer> {
    return this.counted(this.client.ask(query, variables, this.token, hangUpAfterMs));
  }

  send(sent: Sent): Promise<Answer> {
    return this.counted(this.client.send({ token: this.token, ...sent }));
  }

  /**
   * A bare connection on which that is written, and nothing more. It is open until the API closes it, or for so long.
   *
   * @param reads whether what comes back is taken off the wire
   */
  async hold(written: string, { reads, forMs = Infinity }: { reads: boolean; forMs?: number }): Promise<void> {
    const { hostname, port } = new URL(this.url);
    const socket = connect({ host: hostname, port: Number(port), localAddress: this.address });
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('connect', () => socket.write(written));
    if (reads) socket.resume();
    else socket.pause();
    const closed = new Promise<'CUT'>((resolve) => socket.once('close', () => resolve('CUT')));
    const limit = forMs < Infinity ? [this.rest(forMs)] : [];
    this.count((await Promise.race([closed, this.over, ...limit])) ?? 'HELD');
    socket.destroy();
    this.sockets.delete(socket);
    // whoever is sent away comes back, but not at once
    await this.rest(100);
  }

  /** A request as it goes over the wire, with as much of its body as is said. */
  request(body: object, bytesSent = Infinity): string {
    const text = JSON.stringify(body);
    const head = `POST /graphql HTTP/1.1\r\nhost: api\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n`;
    const token = this.token === undefined ? '' : `authorization: Bearer ${this.token}\r\n`;
    return `${head}${token}\r\n${text.slice(0, bytesSent)}`;
  }

  async rest(ms: number): Promise<void> {
    await Promise.race([sleep(ms), this.over]);
  }

  close(): void {
    this.client.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private async counted(answer: Promise<Answer>): Promise<Answer> {
    const given = await answer;
    this.count(given.code);
    return given;
  }

  private count(what: string): void {
    this.answers[what] = (this.answers[what] ?? 0) + 1;
  }
}
