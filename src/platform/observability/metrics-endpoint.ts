import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics } from 'prom-client';
import { registry } from './metrics.ts';
import { hearErrors } from './process-log.ts';

export const METRICS_PATH = '/metrics';

interface Told {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** `GET /metrics` on the API's own port, for whoever knows the token. */
export function serveMetrics(server: FastifyInstance, token: string): void {
  observeProcess();
  server.get(METRICS_PATH, async (request, reply) => {
    const { status, headers, body } = await tell(request.headers.authorization, token);
    return reply.status(status).headers(headers).send(body);
  });
}

export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

/** `GET /metrics` on a port of its own, which the world outside need not reach; asks for the token where one is set. */
export async function listenForMetrics(port: number, host: string, token?: string): Promise<MetricsServer> {
  observeProcess();
  const server = createServer((request, response) => {
    const asked = request.method === 'GET' && request.url?.split('?')[0] === METRICS_PATH;
    const telling = asked ? tell(request.headers.authorization, token) : Promise.resolve(NOTHING_HERE);
    telling.then(
      ({ status, headers, body }) => response.writeHead(status, headers).end(body),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    hearErrors(server);
    server.listen(port, host, listening);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

const NOTHING_HERE: Told = { status: 404, headers: {}, body: '' };

async function tell(authorization: string | undefined, token: string | undefined): Promise<Told> {
  if (token !== undefined && !isSame(authorization ?? '', `Bearer ${token}`))
    return { status: 401, headers: { 'www-authenticate': 'Bearer' }, body: '' };
  return { status: 200, headers: { 'content-type': registry.contentType }, body: await registry.metrics() };
}

/** In a time that tells nothing of how much of it was right. */
function isSame(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

let observed = false;
/** Node's own figures: memory, event loop, garbage collection. Watched only where somebody may ask. */
function observeProcess(): void {
  if (!observed) collectDefaultMetrics({ register: registry });
  observed = true;
}
