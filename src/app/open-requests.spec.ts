import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { describe, expect, it, jest } from '@jest/globals';
import { fastify } from 'fastify';
import type { Logger as Log } from 'pino';
import { logRequests } from '../platform/observability/request-log.ts';
import { OpenRequests } from './open-requests.ts';

/** The first keeps the others waiting, though some of them are answered at once. */
const PATHS = ['/slow', '/quick', '/quick', '/slow', '/quick'];

describe('given requests that were sent one behind the other', () => {
  it('when their sender hangs up, then each has its line, and the process need not wait for any of them', async () => {
    const http = fastify();
    const lines: object[] = [];
    const open = new OpenRequests(http);
    const log = { info: (line: object) => lines.push(line) } as unknown as Log;
    logRequests(http, log, () => undefined);
    let come = 0;
    http.addHook('onRequest', (_request, _reply, done) => {
      come += 1;
      done();
    });
    let finish!: (answer: string) => void;
    const work = new Promise<string>((resolve) => (finish = resolve));
    http.get('/slow', () => work);
    http.get('/quick', () => 'answered');
    await http.listen({ port: 0, host: '127.0.0.1' });
    const socket = connect((http.server.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(PATHS.map((path) => `GET ${path} HTTP/1.1\r\nhost: api\r\n\r\n`).join(''));
    while (come < PATHS.length) await sleep(5);
    socket.destroy();
    const warned = jest.spyOn(Logger.prototype, 'warn');
    await open.finish(2_000);
    finish('answered, to nobody');
    await sleep(50); // a second line would come now
    expect(warned).not.toHaveBeenCalled();
    expect(lines).toHaveLength(PATHS.length);
    expect(lines).toEqual(Array(PATHS.length).fill(expect.objectContaining({ aborted: true })));
  });
});
