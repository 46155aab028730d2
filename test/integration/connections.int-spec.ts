import { once } from 'node:events';
import { request as ask, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ArrivingBodies } from '../../src/app/arriving-bodies.ts';
import { HttpAdapter } from '../../src/app/http.ts';
import { clientsCut } from '../../src/platform/observability/counters.ts';

const MEGABYTE = 1_024 * 1_024;
/** As in src/app/connections.ts, a fiftieth of it. */
const PATIENCE = { headers: 200, request: 600, look: 200, check: 20 };
const HEAD = 'POST /api/echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';

let closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
});

interface Settings {
  readonly MAX_CONNECTIONS?: number;
  readonly MAX_CONNECTIONS_PER_ADDRESS?: number;
  readonly trustProxy?: string[];
}

/** The door with nothing behind it but an answer of so many bytes, one that takes its time, and an echo. */
async function open(settings: Settings = {}): Promise<number> {
  const adapter = new HttpAdapter(
    {
      ...{
        MAX_ANSWER_BYTES: 5_000_000,
        MAX_BODY_BYTES: MEGABYTE,
        MAX_CONNECTIONS: 50,
        MAX_CONNECTIONS_PER_ADDRESS: 20,
        trustProxy: false,
      },
      ...settings,
    },
    PATIENCE,
  );
  adapter.registerParserMiddleware();
  const http = adapter.getInstance();
  http.get('/api/large', (_request, reply) => reply.send(Buffer.alloc(32 * MEGABYTE, 'a')));
  http.get('/api/slow', async () => {
    await sleep(1_500);
    return 'at last';
  });
  http.post('/api/echo', (request, reply) => reply.send({ length: JSON.stringify(request.body ?? null).length }));
  await http.listen({ port: 0, host: '0.0.0.0' });
  closing.push(async () => {
    http.server.closeAllConnections();
    await http.close();
  });
  return (http.server.address() as AddressInfo).port;
}

interface Client {
  readonly socket: Socket;
  readonly said: () => string;
  /** Milliseconds after it was connected. */
  readonly closed: Promise<number>;
}

async function connected(port: number, from = '127.0.0.1'): Promise<Client> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from });
  let said = '';
  socket
    .on('error', () => undefined)
    .on('data', (piece: Buffer) => (said += piece.toString('latin1').slice(0, 10_000)));
  closing.push(() => Promise.resolve(void socket.destroy()));
  await once(socket, 'connect');
  const began = performance.now();
  const closed = once(socket, 'close').then(() => performance.now() - began);
  return { socket, said: () => said, closed };
}

async function isServed({ socket, said }: Client): Promise<boolean> {
  socket.write('GET /api/nowhere HTTP/1.1\r\nhost: x\r\n\r\n');
  await Promise.race([once(socket, 'data'), once(socket, 'close')]);
  return said().startsWith('HTTP/1.1 404');
}

const counted = async (reason: string, work: () => Promise<unknown>): Promise<number> => {
  const before = clientsCut.of(reason);
  await work();
  return clientsCut.of(reason) - before;
};

describe('given a client that sends by halves', () => {
  it.each([
    ['nothing', ''],
    ['half of its headers', HEAD],
    ['half of its body', `${HEAD}content-length: 100\r\n\r\n{"query":`],
  ])('when it sends %s, then it is told so in our words, and cut off', async (_, sent) => {
    const port = await open();
    expect(
      await counted('sending', async () => {
        const client = await connected(port);
        client.socket.write(sent);
        await client.closed;
        expect(client.said()).toMatch(/^HTTP\/1.1 408 Request Timeout\r\n/);
        const { errors } = JSON.parse(client.said().split('\r\n\r\n')[1]!) as { errors: unknown[] };
        expect(errors).toEqual([
          {
            message: 'Bad input. request: was not sent in time',
            extensions: { code: 'BAD_USER_INPUT', details: { fields: { request: ['was not sent in time'] } } },
          },
        ]);
      }),
    ).toBe(1);
  });

  it('when what it sends is no HTTP, then it is told so in our words, too', async () => {
    const client = await connected(await open());
    client.socket.write('HELO\r\n\r\n');
    await client.closed;
    expect(client.said()).toMatch(/^HTTP\/1.1 400 Bad Request\r\n[^]*"code":"BAD_USER_INPUT"/);
  });
});

describe('given a client that does not read its answer', () => {
  const unread = async (port: number): Promise<Client> => {
    const client = await connected(port);
    client.socket.pause();
    client.socket.write('GET /api/large HTTP/1.1\r\nhost: x\r\n\r\n');
    return client;
  };

  it('when it takes nothing, then it is cut off', async () => {
    const port = await open();
    expect(
      await counted('reading', async () => {
        const client = await unread(port);
        await sleep(8 * PATIENCE.look);
        client.socket.resume();
        await client.closed;
        expect(client.socket.bytesRead).toBeLessThan(32 * MEGABYTE);
      }),
    ).toBe(1);
  });

  it('when it takes some of it again and again, then it gets all', async () => {
    const port = await open();
    expect(
      await counted('reading', async () => {
        const client = await unread(port);
        while (client.socket.bytesRead < 32 * MEGABYTE) {
          client.socket.resume();
          await sleep(5);
          client.socket.pause();
          await sleep(1.2 * PATIENCE.look);
        }
      }),
    ).toBe(0);
  });

  it('when we take long to answer, then it is waited for', async () => {
    const answer = await fetch(`http://127.0.0.1:${await open()}/api/slow`);
    expect(await answer.text()).toBe('at last');
  });
});

describe('given a client that sends requests without waiting for the answers', () => {
  const many = (count: number): string => 'GET /api/nowhere HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(count);
  const answersOf = ({ said }: Client): number => said().split('HTTP/1.1 404').length - 1;

  it('when they are few, then each is answered', async () => {
    const client = await connected(await open());
    client.socket.write(many(8));
    while (answersOf(client) < 8) await sleep(10);
    expect(await isServed(client)).toBe(true);
  });

  it('when they are many, then it is cut off, and none is begun that came behind', async () => {
    const port = await open();
    let client: Client | undefined;
    const cut = await counted('pipelining', async () => {
      client = await connected(port);
      client.socket.write(many(500));
      await client.closed;
    });
    expect([cut, answersOf(client!) <= 8]).toEqual([1, true]);
  });
});

describe('given more connections than there may be', () => {
  it('when they are of one address, then those above its share are closed at once, and other addresses are served', async () => {
    const port = await open({ MAX_CONNECTIONS_PER_ADDRESS: 3 });
    const [first, ...others] = await Promise.all([1, 2, 3].map(() => connected(port)));
    expect(
      await counted('address', async () => {
        const above = await connected(port);
        await above.closed;
        expect(above.said()).toBe('');
      }),
    ).toBe(1);
    for (const client of [first!, ...others]) expect(await isServed(client)).toBe(true);
    expect(await isServed(await connected(port, '127.0.0.2'))).toBe(true);

    first!.socket.end();
    await first!.closed;
    await sleep(50);
    expect(await isServed(await connected(port))).toBe(true);
  });

  it("when they are a trusted proxy's, then it has no share of its own", async () => {
    const port = await open({ MAX_CONNECTIONS_PER_ADDRESS: 1, trustProxy: ['loopback'] });
    for (const client of await Promise.all([1, 2, 3].map(() => connected(port))))
      expect(await isServed(client)).toBe(true);
  });

  it('when there are as many as there may be in all, then the next is closed at once, and idle ones make room', async () => {
    const port = await open({ MAX_CONNECTIONS: 3 });
    const clients = await Promise.all([1, 2, 3].map((n) => connected(port, `127.0.0.${n}`)));
    expect(await isServed(clients[0]!)).toBe(true); // and idle from now on
    for (const { socket } of clients.slice(1)) socket.write('GET /api/slow HTTP/1.1\r\nhost: x\r\n\r\n');
    await sleep(50);
    expect(
      await counted('all', async () => {
        await (
          await connected(port, '127.0.0.9')
        ).closed;
        await clients[0]!.closed;
      }),
    ).toBe(1);
    expect(await isServed(await connected(port, '127.0.0.9'))).toBe(true);
    for (const { socket, said } of clients.slice(1)) {
      if (!said()) await once(socket, 'data');
      expect(said()).toMatch(/^HTTP\/1.1 200/);
    }
  });
});

describe('given more bytes of bodies that are still arriving than there may be', () => {
  it('when another comes, then the largest is cut off, and the small ones arrive', () => {
    const bodies = new ArrivingBodies(100_000, 150_000);
    const done: Record<string, string> = {};
    const begun = (name: string): PassThrough => {
      const stream = Object.assign(new PassThrough(), { headers: {} });
      bodies.read(
        stream as unknown as IncomingMessage,
        (error, body) => (done[name] = error ? 'cut' : String(body?.length)),
      );
      return stream;
    };
    const streams = ['small', 'large', 'larger', 'last'].map((name) => [name, begun(name)] as const);
    for (const [name, stream] of streams)
      stream.emit('data', Buffer.alloc({ small: 10, large: 60_000, larger: 80_000 }[name] ?? 50_000));
    expect(done).toEqual({ larger: 'cut' });
    expect(streams.map(([, stream]) => stream.destroyed)).toEqual([false, false, true, false]);
    for (const [, stream] of streams) stream.emit('end');
    expect(done).toEqual({ small: '10', large: '60000', larger: 'cut', last: '50000' });
  });
});

describe('given a body that is refused before it is read', () => {
  it('when it is large, then its sender is told, and not waited for', async () => {
    const client = await connected(await open());
    const length = MEGABYTE + 1;
    client.socket.write(
      `POST /api/echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n{`,
    );
    await client.closed;
    expect(client.said()).toMatch(/^HTTP\/1.1 413 [^]*\r\nconnection: close\r\n/i);
  });
});

describe('given bodies that arrive in pieces', () => {
  it('when one comes byte by byte, then it is read as a whole', async () => {
    const port = await open();
    const text = JSON.stringify({ note: 'é'.repeat(5_000) });
    const sending = ask({ port, host: '127.0.0.1', path: '/api/echo', method: 'POST' });
    sending.setHeader('content-type', 'application/json').setNoDelay(true);
    const answer = once(sending, 'response');
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += 7) sending.write(bytes.subarray(at, at + 7));
    sending.end();
    const [response] = (await answer) as [AsyncIterable<Buffer>];
    let said = '';
    for await (const piece of response) said += String(piece);
    expect(JSON.parse(said)).toEqual({ length: text.length });
  });

  it.each([
    ['says that it is larger than it may be', { 'content-length': String(MEGABYTE + 1) }, 413],
    ['is larger, and does not say so', { 'transfer-encoding': 'chunked' }, 413],
  ])('when one %s, then it is refused', async (_, headers, status) => {
    const sending = ask({ port: await open(), host: '127.0.0.1', path: '/api/echo', method: 'POST', headers });
    sending.setHeader('content-type', 'application/json').on('error', () => undefined);
    const answer = once(sending, 'response');
    sending.write(Buffer.alloc(MEGABYTE + 1, ' '));
    const [{ statusCode }] = (await answer) as [{ statusCode: number }];
    expect(statusCode).toBe(status);
    sending.destroy();
  });
});
