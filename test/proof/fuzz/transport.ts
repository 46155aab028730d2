import { connect } from 'node:net';
import fc, { type Arbitrary } from 'fast-check';
import { callersOf } from './callers.ts';
import { bearer, JSON_TYPE, type Input, type Sent, type Subject } from './input.ts';
import type { Place } from './rig.ts';

const QUERY = '{ me { id email } }';
const BODY = JSON.stringify({ query: QUERY });
const CRLF = '\r\n';

/** Requests that are HTTP, and not as GraphQL is asked over it. */
const TRANSPORTS: Readonly<Record<string, (place: Place, pick: number) => Sent>> = {
  'another type of content': (place, pick) => {
    const types = [
      'text/plain',
      'application/xml',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'x',
      '',
    ];
    return { ...plain(place), headers: { ...bearer(place), 'content-type': types[pick % types.length]! } };
  },
  batches: (place, pick) => ({ ...plain(place), body: `[${Array.from({ length: pick % 20 }, () => BODY).join(',')}]` }),
  'a body that is none': (place, pick) => {
    const bodies = [
      '',
      'null',
      '42',
      '"x"',
      '[]',
      '{}',
      '{"query":',
      '\u0000',
      BODY.slice(1),
      `${BODY}${BODY}`,
      `\ufeff${BODY}`,
    ];
    return { ...plain(place), body: bodies[pick % bodies.length]! };
  },
  'GET with a query': (place, pick) => ({
    method: 'GET',
    url: `/graphql?query=${encodeURIComponent(pick % 2 ? QUERY : 'mutation { logout(refreshToken: "x") }')}&variables=${['', '{', '{}', '%7B', '1'][pick % 5]!}`,
    headers: {
      ...bearer(place),
      ...(pick % 3 ? { 'apollo-require-preflight': '1' } : {}),
      ...(pick % 7 ? {} : JSON_TYPE),
    },
  }),
  'headers that say what cannot be': (place, pick) => {
    const headers = [
      ...['text/html', 'application/json;q=0', '', ',', 'x', '*/*;q=0', 'multipart/mixed'].map((accept) => ({
        accept,
      })),
      ...['x y', '256.256.256.256', '[::1', 'x:y:z', 'a%b'].map((host) => ({ host })),
    ];
    return { ...plain(place), headers: { ...plain(place).headers, ...headers[pick % headers.length]! } };
  },
  'another method or path': (place, pick) => {
    const methods = ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'GET', 'POST'];
    const urls = [
      '/graphql',
      '/graphql/',
      '/GRAPHQL',
      '/graphql/x',
      '/',
      '/api',
      '/api/',
      '/api/nowhere',
      '/api-docs/json',
      '/health/ready',
    ];
    const paths = [
      ...urls,
      '/metrics',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/api/appointments/%',
      '/%ff',
      `/${'x'.repeat(5_000)}`,
      '/__proto__',
    ];
    return {
      ...plain(place),
      method: methods[pick % methods.length]!,
      url: paths[Math.floor(pick / 7) % paths.length]!,
    };
  },
  'another authorization': (place, pick) => {
    const token = place.caller.token ?? 'x';
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const tokens = [
      '',
      'Bearer',
      `Basic ${token}`,
      `Bearer ${token}x`,
      `Bearer ${token.slice(0, -1)}`,
      `Bearer ${token} ${token}`,
    ];
    const made = [
      `Bearer ${part({ alg: 'none' })}.${token.split('.')[1] ?? ''}.`,
      `Bearer ${'x'.repeat(7_000)}`,
      'Bearer ..',
      `bearer ${token}`,
    ];
    return { ...plain(place), headers: { ...JSON_TYPE, authorization: [...tokens, ...made][pick % 10]! } };
  },
};

/** Bytes that no client library would send. */
const RAW: readonly ((place: Place, pick: number) => string)[] = [
  (place) => raw(place, { 'content-length': '5' }),
  (place) => raw(place, { 'content-length': '100000' }),
  (place) => raw(place, { 'content-length': '-1' }),
  (place) => raw(place, { 'content-length': '1e3' }),
  (place) => raw(place, { 'content-length': `${BODY.length}\r\ncontent-length: 3` }),
  (place) => raw(place, { 'content-length': String(BODY.length), 'transfer-encoding': 'chunked' }),
  (place) => raw(place, { 'transfer-encoding': 'chunked' }),
  (place) => raw(place, { 'transfer-encoding': 'chunked' }, `ffffffffffffffffff${CRLF}${BODY}${CRLF}0${CRLF}${CRLF}`),
  (place) => raw(place, { 'transfer-encoding': 'chunked' }, `5${CRLF}${BODY}${CRLF}0${CRLF}${CRLF}`),
  (place) => raw(place, { 'transfer-encoding': 'gzip, chunked' }, `0${CRLF}${CRLF}`),
  (place) => raw(place, { 'content-length': String(BODY.length), 'idempotency-key': 'a\u0000b' }),
  (place) => raw(place, { 'content-length': String(BODY.length), 'x-request-id': 'a\r\n b' }),
  (place) => raw(place, { 'content-length': String(BODY.length), 'x-long': 'x'.repeat(100_000) }),
  (place) => raw(place, { 'content-length': String(BODY.length), 'in valid': 'x' }),
  (place) => raw(place, { 'content-length': String(BODY.length), expect: '100-continue' }),
  (place) => raw(place, { 'content-length': String(BODY.length), expect: 'the worst' }),
  (place) => raw(place, { 'content-length': String(BODY.length), upgrade: 'websocket', connection: 'upgrade' }),
  (place) =>
    raw(place, { 'content-length': String(BODY.length) }, BODY, 'POST http://elsewhere.example/graphql HTTP/1.1'),
  (place) => raw(place, { 'content-length': String(BODY.length) }, BODY, 'POST /graphql HTTP/9.9'),
  (place) => raw(place, { 'content-length': String(BODY.length) }, BODY, 'BREW /graphql HTTP/1.1'),
  (place) =>
    raw(place, { 'content-length': String(BODY.length) }, BODY, `POST /graphql?${'x'.repeat(20_000)} HTTP/1.1`),
  (place) =>
    raw(
      place,
      { 'content-length': String(BODY.length) },
      `${BODY}GET /api/appointments HTTP/1.1${CRLF}host: x${CRLF}${CRLF}`,
    ),
  () => `GET /api/appointments${CRLF}${CRLF}`,
  () => '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003',
  (_, pick) => Array.from({ length: 50 }, (__, index) => String.fromCharCode((pick * (index + 7)) % 256)).join(''),
];

export function transports(): Subject[] {
  const make = (name: string, inputs: Arbitrary<Input>): Subject => ({ name, inputs, costly: false });
  const of = (kind: string, render: (place: Place, pick: number) => Sent): Arbitrary<Input> =>
    fc
      .record({ caller: callersOf(''), pick: fc.nat(10_000) })
      .map(({ caller, pick }) => ({ kind, caller, render: (place) => render(place, pick) }));
  return [
    ...Object.entries(TRANSPORTS).map(([kind, render]) => make(kind, of(kind, render))),
    make(
      'bytes that are no request',
      of('bytes that are no request', (place, pick) => ({
        ...plain(place),
        bytes: Buffer.from(RAW[pick % RAW.length]!(place, pick), 'latin1'),
      })),
    ),
  ];
}

/** Writes the bytes, ends, and gives all that comes back; undefined: the server said nothing and closed. */
export function sendBytes(port: number, bytes: Buffer, patienceMs: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const pieces: Buffer[] = [];
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error('no end of the answer'));
    }, patienceMs);
    socket.on('data', (piece) => pieces.push(piece));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(pieces.length ? Buffer.concat(pieces).toString('latin1') : undefined);
    });
    socket.on('end', () => void socket.end());
    socket.end(bytes);
  });
}

function plain(place: Place): Sent {
  return { method: 'POST', url: '/graphql', headers: { ...JSON_TYPE, ...bearer(place) }, body: BODY };
}

function raw(place: Place, headers: Record<string, string>, body = BODY, line = 'POST /graphql HTTP/1.1'): string {
  const all = { host: 'localhost', ...JSON_TYPE, ...bearer(place), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return [line, ...lines, '', body].join(CRLF);
}
