import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Conversation, Messages, Sense } from './postgres-messages.ts';
import type { Random } from './random.ts';

export enum Cut {
  BEFORE_COMMIT = 'before COMMIT',
  INSIDE_COMMIT = 'inside COMMIT',
  BEHIND_COMMIT = 'right behind COMMIT',
  BEFORE_ANSWER = 'before the answer to COMMIT',
  INSIDE_ANSWER = 'inside the answer to COMMIT',
  BEHIND_ANSWER = 'right behind the answer to COMMIT',
  ANY_OF_CLIENT = 'inside any message to the database',
  ANY_OF_SERVER = 'inside any message of the database',
}

interface Armed {
  readonly cut: Cut;
  /** Only in transactions that change units or visits. */
  readonly changesOnly: boolean;
  left: number;
  readonly done: () => void;
}

const HOST = '127.0.0.1';

/** Stands between the API and PostgreSQL, forwards whole messages, and cuts, delays or stalls connections as it is told. */
export class PostgresProxy {
  private readonly links = new Set<Link>();
  private armed: Armed | undefined;
  /** Of each packet, in milliseconds. */
  private delay: () => number = () => 0;
  private stalled: Promise<void> | undefined;

  private constructor(
    private readonly server: Server,
    readonly url: string,
    private readonly random: Random,
  ) {}

  static async to(url: string, random: Random): Promise<PostgresProxy> {
    const target = new URL(url);
    const server = createServer({ noDelay: true });
    await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
    const here = new URL(url);
    here.port = String((server.address() as AddressInfo).port);
    const proxy = new PostgresProxy(server, here.href, random);
    server.on('connection', (client) => {
      const link = new Link(
        proxy,
        client,
        connect({ host: target.hostname, port: Number(target.port), noDelay: true }),
      );
      proxy.links.add(link);
      client.once('close', () => proxy.links.delete(link));
    });
    return proxy;
  }

  /** Cuts so many connections where told, each in the next message that fits; resolves when it has. */
  cut(cut: Cut, times: number, changesOnly: boolean): Promise<void> {
    return new Promise((done) => (this.armed = { cut, changesOnly, left: times, done }));
  }

  /** Cuts nothing more; who waits for cuts waits no longer. */
  disarm(): void {
    this.armed?.done();
    this.armed = undefined;
  }

  /** All packets wait, each as long as the function says, for so long. */
  async delaying(delay: () => number, forMs: number): Promise<void> {
    this.delay = delay;
    await sleep(forMs);
    this.delay = () => 0;
  }

  /** Nothing passes for so long, not even the end of a connection; then all of it does. */
  async stalling(forMs: number): Promise<void> {
    this.stalled = sleep(forMs);
    await this.stalled;
    this.stalled = undefined;
  }

  cutAll(): void {
    for (const link of this.links) link.cut();
  }

  async close(): Promise<void> {
    this.cutAll();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** How long the next packet waits; undefined: not at all. */
  waiting(): Promise<unknown> | undefined {
    const ms = this.delay();
    return this.stalled ?? (ms > 0 ? sleep(ms) : undefined);
  }

  /**
   * Whether the connection is cut at this message.
   *
   * @returns how many bytes of the message still pass, undefined where it is not cut
   */
  cutsAt(message: Buffer, from: 'client' | 'server', sense: Sense, changes: boolean): number | undefined {
    const { armed } = this;
    if (!armed || (armed.changesOnly && !changes)) return undefined;
    const passing = this.passing(armed.cut, message.length, from, sense);
    if (passing === undefined) return undefined;
    armed.left -= 1;
    if (armed.left === 0) {
      this.armed = undefined;
      armed.done();
    }
    return passing;
  }

  private passing(cut: Cut, length: number, from: 'client' | 'server', sense: Sense): number | undefined {
    const inside = (): number => this.random.between(1, length - 1);
    switch (cut) {
      case Cut.BEFORE_COMMIT:
        return sense === Sense.COMMIT ? 0 : undefined;
      case Cut.INSIDE_COMMIT:
        return sense === Sense.COMMIT ? inside() : undefined;
      case Cut.BEHIND_COMMIT:
        return sense === Sense.COMMIT ? length : undefined;
      case Cut.BEFORE_ANSWER:
        return sense === Sense.COMMITTED ? 0 : undefined;
      case Cut.INSIDE_ANSWER:
        return sense === Sense.COMMITTED ? inside() : undefined;
      case Cut.BEHIND_ANSWER:
        return sense === Sense.COMMITTED ? length : undefined;
      case Cut.ANY_OF_CLIENT:
        return from === 'client' && this.random.chance(0.05) ? inside() : undefined;
      case Cut.ANY_OF_SERVER:
        return from === 'server' && this.random.chance(0.05) ? inside() : undefined;
    }
  }
}

/** One connection of the API, and its own to PostgreSQL. */
class Link {
  private readonly conversation = new Conversation();
  private isCut = false;

  constructor(
    private readonly proxy: PostgresProxy,
    private readonly client: Socket,
    private readonly server: Socket,
  ) {
    this.pass('client', client, server, (message) => this.conversation.ofClient(message));
    this.pass('server', server, client, (message) => this.conversation.ofServer(message));
  }

  /** Both sides see the connection break off; what was written before still arrives. */
  cut(): void {
    this.isCut = true;
    for (const socket of [this.client, this.server]) socket.destroySoon();
  }

  private pass(from: 'client' | 'server', source: Socket, target: Socket, senseOf: (message: Buffer) => Sense): void {
    const messages = new Messages(from);
    let before: Promise<unknown> = Promise.resolve();
    const inOrder = (step: () => void): void => {
      const waiting = this.proxy.waiting();
      before = Promise.all([before, waiting]).then(step);
    };
    source.on('data', (chunk: Buffer) => inOrder(() => this.forward(messages.take(chunk), from, target, senseOf)));
    source.on('end', () => inOrder(() => target.end()));
    source.on('error', () => inOrder(() => target.destroy()));
    source.on('close', () => inOrder(() => target.destroySoon()));
  }

  private forward(
    messages: readonly Buffer[],
    from: 'client' | 'server',
    target: Socket,
    senseOf: (message: Buffer) => Sense,
  ): void {
    for (const message of messages) {
      if (this.isCut) return;
      const passing = this.proxy.cutsAt(message, from, senseOf(message), this.conversation.changes);
      target.write(passing === undefined ? message : message.subarray(0, passing));
      if (passing !== undefined) this.cut();
    }
  }
}
