import type { IncomingMessage } from 'node:http';
import { clientsCut } from '../platform/observability/counters.ts';

const SMALL = 4_096;
const MOST_HELD = 64 * 1_024 * 1_024;

/** It has the status of its answer. */
interface Refusal extends Error {
  readonly statusCode: number;
}

type Done = (error: Refusal | null, body?: Buffer) => void;

/** A body of which more is to come. */
interface Arriving {
  memory: Buffer;
  cut(): void;
}

/**
 * Collects the bodies of requests. Anybody may begin to send one, so all that are still arriving have a bound together: where it
 * is reached, the largest is cut off, and its sender with it. One that arrives in a piece, as those of honest clients do, is
 * never among them for long.
 *
 * Fastify's own reading keeps each piece as it came: a body that is sent byte by byte costs a hundred times its size.
 */
export class ArrivingBodies {
  private readonly arriving = new Set<Arriving>();
  private held = 0;

  /** @param most bytes of one body */
  constructor(
    private readonly most: number,
    private readonly mostHeld = Math.max(MOST_HELD, 4 * most),
  ) {}

  /** Gives the whole body, or an error with the status of its answer. */
  read(request: IncomingMessage, done: Done): void {
    const told = Number(request.headers['content-length']);
    if (told > this.most) {
      done(refusal(413));
      return;
    }
    let length = 0;
    const cut = (): void => {
      end(400);
      request.destroy();
    };
    const one: Arriving = { memory: Buffer.allocUnsafe(Math.min(told || SMALL, SMALL)), cut };
    this.arriving.add(one);
    this.held += one.memory.length;
    const end = (status?: number): void => {
      if (!this.arriving.delete(one)) return;
      this.held -= one.memory.length;
      request.off('data', take);
      if (status === undefined) done(null, one.memory.subarray(0, length));
      else done(refusal(status));
    };
    const take = (piece: Buffer): void => {
      const needed = length + piece.length;
      if (needed > this.most) {
        end(413);
        return;
      }
      if (needed > one.memory.length) this.grow(one, Math.min(Math.max(needed, 2 * one.memory.length), this.most));
      piece.copy(one.memory, length);
      length = needed;
    };
    request.on('data', take);
    request.once('end', () => end(told >= 0 && told !== length ? 400 : undefined));
    request.once('error', () => end(400));
    request.once('close', () => end(400));
  }

  private grow(one: Arriving, size: number): void {
    const memory = Buffer.allocUnsafe(size);
    one.memory.copy(memory);
    this.held += size - one.memory.length;
    one.memory = memory;
    while (this.held > this.mostHeld && this.arriving.size) this.cutLargest();
  }

  private cutLargest(): void {
    let largest: Arriving | undefined;
    for (const one of this.arriving) if (one.memory.length > (largest?.memory.length ?? 0)) largest = one;
    clientsCut.increment('bodies');
    largest?.cut();
  }
}

function refusal(statusCode: number): Refusal {
  return Object.assign(new Error('The body cannot be read.'), { statusCode });
}
