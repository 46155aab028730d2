import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Connection } from './connection.ts';

/** One of its characters is three bytes. */
const TEXT = '{"data":{"notes":"€"}}';
const ANSWER = Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${Buffer.byteLength(TEXT)}\r\n\r\n${TEXT}`);
const REFUSED = 'HTTP/1.1 400 Bad Request\r\ncontent-length: 5\r\n\r\n';

describe('given a connection of the load', () => {
  let server: Server;
  let connection: Connection;
  /** What the server does with each request. */
  let answer: (socket: Socket) => void;
  let sockets: Socket[];

  beforeEach(async () => {
    sockets = [];
    server = createServer((socket) => {
      sockets.push(socket);
      socket.on('data', () => answer(socket));
      socket.on('error', () => undefined);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    connection = new Connection(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  afterEach(async () => {
    connection.close();
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const post = () => connection.post('{}', 'token');

  it('when answers come whole, then each request gets its own', async () => {
    answer = (socket) => socket.write(ANSWER);
    expect([await post(), await post()]).toEqual([TEXT, TEXT]);
  });

  it('when an answer comes byte by byte, then its text is whole', async () => {
    answer = (socket) => void oneByOne(socket, ANSWER);
    expect(await post()).toBe(TEXT);
  });

  it.each([
    ['of another status, in two packets', [REFUSED, 'sorry'], '400 Bad Request\r\ncontent-length: 5\r\n\r\nsorry'],
    ['without a length', ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'], 'not expected'],
    ['that is two', [Buffer.concat([ANSWER, ANSWER])], 'not expected'],
  ])('when an answer comes %s, then it and what is asked after it fail', async (_, packets, told) => {
    answer = (socket) => void oneByOne(socket, packets);
    await expect(post()).rejects.toThrow(told);
    await expect(post()).rejects.toThrow(told);
  });

  it('when the API ends it in the middle of an answer, then the request fails', async () => {
    answer = (socket) => socket.end(ANSWER.subarray(0, -1));
    await expect(post()).rejects.toThrow('closed the connection');
  });

  it('when the API ends it between two requests, then the second fails', async () => {
    answer = (socket) => socket.end(ANSWER);
    expect(await post()).toBe(TEXT);
    await once(sockets[0]!, 'close');
    await expect(post()).rejects.toThrow();
  });
});

async function oneByOne(socket: Socket, parts: Iterable<string | number | Buffer>): Promise<void> {
  for (const part of parts) {
    socket.write(typeof part === 'number' ? Buffer.of(part) : part);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
