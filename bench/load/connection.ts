import { connect, type Socket } from 'node:net';

const HEADER_END = '\r\n\r\n';
const PATIENCE_MS = 30_000;

interface Waiting {
  readonly resolve: (text: string) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One client's connection, kept alive; one request at a time. A bare socket that understands what the API answers, HTTP/1.1
 * with a content-length, and nothing else: the load shares its cores with what it measures, and pgbench is C. Of a booking
 * undici took 0.17 ms of CPU, this takes 0.10. autocannon ends a run in the middle of what is under way, and then nobody
 * knows how many bookings were made.
 */
export class Connection {
  private readonly socket: Socket;
  private readonly head: string;
  private received: Buffer = Buffer.alloc(0);
  private waiting: Waiting | undefined;
  private broken: Error | undefined;

  constructor(url: string) {
    const { host, hostname, port } = new URL(url);
    this.head = `POST /graphql HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\nauthorization: Bearer `;
    this.socket = connect({ host: hostname, port: Number(port), noDelay: true });
    this.socket.setTimeout(PATIENCE_MS, () => this.break(new Error(`No answer for ${PATIENCE_MS / 1000} seconds.`)));
    this.socket.on('data', (chunk) => this.receive(chunk));
    this.socket.on('error', (error) => this.break(error));
    this.socket.on('close', () => this.break(new Error('The API has closed the connection.')));
  }

  /** @returns the answer's text @throws Error an answer of another status than 200, or none */
  post(body: string, token: string): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.broken) {
        reject(this.broken);
        return;
      }
      this.waiting = { resolve, reject };
      this.socket.write(`${this.head}${token}\r\ncontent-length: ${Buffer.byteLength(body)}${HEADER_END}${body}`);
    });
  }

  close(): void {
    this.socket.end();
  }

  private receive(chunk: Buffer): void {
    this.received = this.received.length ? Buffer.concat([this.received, chunk]) : chunk;
    const end = this.received.indexOf(HEADER_END);
    if (end < 0) return;
    const header = this.received.toString('latin1', 0, end);
    const begin = end + HEADER_END.length;
    const length = /^content-length: (\d+)$/im.exec(header)?.[1];
    const missing = begin + Number(length) - this.received.length;
    if (missing > 0) return;
    const text = this.received.toString('utf8', begin);
    if (missing < 0 || length === undefined || !this.waiting || !header.startsWith('HTTP/1.1 200 ')) {
      this.break(new Error(`An answer that was not expected: ${header}${HEADER_END}${text}`));
      return;
    }
    const { resolve } = this.waiting;
    this.received = Buffer.alloc(0);
    this.waiting = undefined;
    resolve(text);
  }

  /** Whatever it was, nothing that comes after can be trusted. */
  private break(error: Error): void {
    this.broken ??= error;
    this.waiting?.reject(this.broken);
    this.waiting = undefined;
    this.socket.destroy();
  }
}

/** The code of the answer's first error; undefined when it has none. */
export function refusalOf(answer: string): string | undefined {
  if (answer.startsWith('{"data"') && !answer.includes('"errors":[')) return undefined;
  return /"code":"(\w+)"/.exec(answer)?.[1] ?? answer;
}
