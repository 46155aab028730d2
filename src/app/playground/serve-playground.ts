import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GRAPHQL } from '../../platform/graphql/edge/asked-over-http.ts';

/**
 * Nothing comes from elsewhere, nothing goes elsewhere, no script stands in a page or is made from text. Styles may:
 * the editor (Monaco) writes its own.
 */
const HEADERS = {
  'content-security-policy': [
    "default-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self' data:",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

const MISSING = `<!doctype html>
<title>Playground</title>
<p>The playground has not been built. Run <code>npm run build</code> and start again.</p>
`;

/**
 * GET /graphql answers a browser with the page in `folder`, and /graphql/assets/ with what it loads. Everybody else
 * goes on to Apollo, untouched.
 */
export function servePlayground(fastify: FastifyInstance, folder: string): void {
  const page = pageIn(folder);
  fastify.addHook('onRequest', (request, reply, done) => {
    if (!isForBrowser(request)) done();
    else void answer(reply, page);
  });
  if (page === undefined) return;
  void fastify.register(fastifyStatic, {
    root: join(folder, 'assets'),
    prefix: '/graphql/assets/',
    // their names carry a hash of what is in them
    immutable: true,
    maxAge: '365d',
    dotfiles: 'ignore',
    index: false,
    decorateReply: false,
    setHeaders: (reply) => void reply.headers(HEADERS),
  });
}

/** Read once: a new build comes with a new start. */
function pageIn(folder: string): string | undefined {
  const file = join(folder, 'index.html');
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** Somebody who follows a link asks for HTML and never for JSON; a GraphQL client does it the other way round. */
function isForBrowser({ method, routeOptions, headers }: FastifyRequest): boolean {
  const { accept = '' } = headers;
  return method === 'GET' && routeOptions.url === GRAPHQL && /text\/html/i.test(accept) && !/json/i.test(accept);
}

function answer(reply: FastifyReply, page: string | undefined): FastifyReply {
  return reply
    .status(page === undefined ? 503 : 200)
    .headers({ ...HEADERS, 'cache-control': 'no-cache', vary: 'accept' })
    .type('text/html; charset=utf-8')
    .send(page ?? MISSING);
}
