import { ErrorCode } from '../../../src/foundation/errors/error-code.ts';
import type { Root, Sent } from './input.ts';
import type { Rig } from './rig.ts';
import { sendBytes } from './transport.ts';

export const PATIENCE_MS = 30_000;

/** An error as it was told, by GraphQL or by REST. */
export interface Told {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly details?: unknown;
  readonly requestId?: unknown;
  /** Of a field of GraphQL that was run. */
  readonly path?: readonly (string | number)[];
}

type ErrorOf = Pick<Told, 'message' | 'path'> & { readonly extensions?: Omit<Told, 'message' | 'path'> };

/** What came back, and what it comes to. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  /** Head and body: all that a caller sees. */
  readonly text: string;
  readonly requestId?: string;
  readonly milliseconds: number;
  readonly codes: readonly unknown[];
  readonly errors: readonly Told[];
  /** Nothing of it may have changed anything. */
  readonly refused: boolean;
  /** All that it asked for was done. */
  readonly succeeded: boolean;
  readonly data?: Readonly<Record<string, unknown>>;
  /** It could not be read as what it has to be. */
  readonly malformed?: string;
}

/** Sends it and reads the answer. */
export async function answerTo(rig: Rig, sent: Sent): Promise<Answer> {
  const startedAt = performance.now();
  const reply = await patiently(sent.bytes ? overSocket(rig.port, sent.bytes) : injected(rig, sent));
  const milliseconds = performance.now() - startedAt;
  if (!reply) return { ...NOTHING, milliseconds, malformed: milliseconds < PATIENCE_MS ? undefined : 'no answer' };
  const { status, head, body, requestId } = reply;
  return { ...meaningOf(sent, status, body), status, body, text: `${head}\n${body}`, requestId, milliseconds };
}

const NOTHING = { status: 0, body: '', text: '', codes: [], errors: [], refused: true, succeeded: false };

interface Reply {
  readonly status: number;
  readonly head: string;
  readonly body: string;
  readonly requestId?: string;
}

async function injected(rig: Rig, { method, url, headers, body }: Sent): Promise<Reply> {
  const reply = await rig.world.test.app.inject({ method: method as 'GET', url, headers, payload: body });
  const requestId = reply.headers['x-request-id'];
  return {
    status: reply.statusCode,
    head: JSON.stringify(reply.headers),
    body: reply.payload,
    requestId: requestId === undefined ? undefined : String(requestId),
  };
}

async function overSocket(port: number, bytes: Buffer): Promise<Reply | undefined> {
  const text = await sendBytes(port, bytes, PATIENCE_MS);
  if (text === undefined) return undefined;
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const requestId = /^x-request-id: (.*)$/im.exec(head)?.[1];
  // several answers may stand one after the other: all are searched, the first counts
  return { status: Number(/^HTTP\/1\.\d (\d{3})/.exec(head)?.[1] ?? 0), head, body: rest.join('\r\n\r\n'), requestId };
}

function patiently(reply: Promise<Reply | undefined>): Promise<Reply | undefined> {
  let timer: NodeJS.Timeout;
  const tooLong = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
  });
  return Promise.race([reply, tooLong]).finally(() => clearTimeout(timer));
}

type Meaning = Pick<Answer, 'codes' | 'errors' | 'refused' | 'succeeded' | 'data' | 'malformed'>;

function meaningOf({ bytes, method, roots }: Sent, status: number, body: string): Meaning {
  const failed = status >= 400;
  if (bytes ?? method === 'HEAD') return { codes: [], errors: [], refused: failed, succeeded: false };
  const answer = (parsed(body) ?? {}) as { errors?: ErrorOf[]; data?: Answer['data'] } & Told;
  const { errors, data } = answer;
  const told = Array.isArray(errors) ? errors.map(flat) : failed ? [answer] : [];
  const codes = told.map(({ code }) => code);
  const malformed = codes.every(isKnown) ? undefined : 'an error without a code of the contract';
  const refused = failed || (errors !== undefined && isWhollyRefused(errors, roots));
  return { codes, errors: told, refused, succeeded: !failed && !codes.length, data: data ?? undefined, malformed };
}

function flat({ message, path, extensions }: ErrorOf): Told {
  return { ...extensions, message, path };
}

/**
 * Mutations of a document run one after the other until one fails. Had an error no path, nothing ran; had it the path of
 * the first field, that failed; a longer path is of what was asked for below a change that stands.
 */
function isWhollyRefused(errors: readonly ErrorOf[], roots: readonly Root[] = []): boolean {
  return errors.some(({ path }) => !path || (path.length === 1 && path[0] === roots[0]?.key));
}

function isKnown(code: unknown): boolean {
  return (Object.values(ErrorCode) as unknown[]).includes(code);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
