import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import { BadUserInput } from '../../../foundation/errors/domain-error.ts';

/** An HTTP request that asks GraphQL nothing. Nothing was looked up or run. */
export class NotAsked extends BadUserInput {
  constructor(
    readonly status: 400 | 405 | 406 | 413 | 415,
    fields: Readonly<Record<string, string>>,
  ) {
    super(fields);
  }
}

/** The parts of a request, as a POST's body or a GET's query string has them. */
type Parts = Readonly<Record<'query' | 'operationName' | 'variables' | 'extensions', unknown>>;
type Problems = Readonly<Record<string, string>>;

/** Where GraphQL is asked. */
export const GRAPHQL = '/graphql';
const METHODS = ['GET', 'POST'];
/** What Apollo answers in. */
const ANSWERS = [
  'application/json; charset=utf-8',
  'application/graphql-response+json; charset=utf-8',
  'application/json; callbackSpec=1.0; charset=utf-8',
];
/** What most clients send, which needs no looking into. */
const USUAL_ACCEPT = new Set([undefined, '', '*/*', 'application/json']);
/** A page of somebody else's can send neither without asking first. */
const PREFLIGHTED = ['apollo-require-preflight', 'x-apollo-operation-name'];
const A_HASH = /^[0-9a-f]{64}$/;

/**
 * Refuses what is no GraphQL request, before Apollo sees it: Apollo's refusals know no request id, and whether a client
 * takes the answer it asks only once a mutation has run.
 *
 * @throws NotAsked
 */
export function requireAsked({ method, headers, body, url, protocol, hostname }: FastifyRequest): void {
  if (!METHODS.includes(method)) throw new NotAsked(405, { method: 'must be POST, or GET for a query' });
  if (!isAccepted(headers.accept))
    throw new NotAsked(406, { accept: 'must allow application/json or application/graphql-response+json' });
  // Apollo's integration makes a URL of it, and falls over one that cannot be
  if (!URL.canParse(url, `${protocol}://${hostname}/`)) throw new NotAsked(400, { host: 'must be a host name' });
  const wrong = problemsOf(method === 'GET' ? partsOfUrl(url, headers) : partsOfBody(body, headers));
  if (Object.keys(wrong).length) throw new NotAsked(400, wrong);
}

function isAccepted(accept: string | undefined): boolean {
  return USUAL_ACCEPT.has(accept) || new Negotiator({ headers: { accept } }).mediaType(ANSWERS) !== undefined;
}

/** @throws NotAsked */
function partsOfBody(body: unknown, headers: FastifyRequest['headers']): Parts {
  // with a content-type it would have been parsed, or refused
  if (headers['content-type'] === undefined) throw new NotAsked(415, { 'content-type': 'must be application/json' });
  if (Array.isArray(body)) throw new NotAsked(400, { body: 'must be one request: a list of several is not answered' });
  if (!isObject(body)) throw new NotAsked(400, { body: 'must be a JSON object with a query' });
  const { query, operationName, variables, extensions } = body;
  return { query, operationName, variables, extensions };
}

/** @throws NotAsked */
function partsOfUrl(url: string, headers: FastifyRequest['headers']): Parts {
  const type = headers['content-type'];
  if (type !== undefined && !/^\s*application\/json\s*(;|$)/i.test(type))
    throw new NotAsked(415, { 'content-type': 'must be application/json, or left out' });
  if (type === undefined && !PREFLIGHTED.some((name) => headers[name]))
    throw new NotAsked(400, {
      'apollo-require-preflight': 'must be sent with a GET: without it any web page could make the call',
    });
  const search = new URL(url, 'http://localhost').searchParams;
  const json = (name: string): unknown => {
    const text = once(search, name);
    return text === undefined ? undefined : parsed(text, name);
  };
  return {
    query: once(search, 'query'),
    operationName: once(search, 'operationName'),
    variables: json('variables'),
    extensions: json('extensions'),
  };
}

/** @throws NotAsked */
function once(search: URLSearchParams, name: string): string | undefined {
  const [first, ...more] = search.getAll(name);
  if (more.length) throw new NotAsked(400, { [name]: 'must be given once' });
  return first;
}

/** @throws NotAsked */
function parsed(text: string, name: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // told below
  }
  throw new NotAsked(400, { [name]: 'must be a JSON object' });
}

function problemsOf({ query, operationName, variables, extensions }: Parts): Problems {
  const persisted = isObject(extensions) ? extensions.persistedQuery : undefined;
  const isByHash = query == null && persisted != null;
  return {
    ...(!isByHash && (typeof query !== 'string' || !query) && { query: 'must be the text of a GraphQL document' }),
    ...(operationName != null && typeof operationName !== 'string' && { operationName: 'must be a string' }),
    ...(variables != null && !isObject(variables) && { variables: 'must be a JSON object' }),
    ...(extensions != null && !isObject(extensions) && { extensions: 'must be a JSON object' }),
    ...(persisted != null && problemsOfHash(persisted, query)),
  };
}

/** Of a document that is asked for, or stored, by its hash. */
function problemsOfHash(persisted: unknown, query: unknown): Problems {
  const at = 'extensions.persistedQuery';
  if (!isObject(persisted)) return { [at]: 'must be an object of version and sha256Hash' };
  const { version, sha256Hash } = persisted;
  if (version !== 1) return { [`${at}.version`]: 'must be 1' };
  if (typeof sha256Hash !== 'string' || !A_HASH.test(sha256Hash))
    return { [`${at}.sha256Hash`]: 'must be 64 hexadecimal digits in lower case' };
  const isAnothers = typeof query === 'string' && createHash('sha256').update(query).digest('hex') !== sha256Hash;
  return isAnothers ? { [`${at}.sha256Hash`]: 'must be the SHA-256 of the query' } : {};
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
