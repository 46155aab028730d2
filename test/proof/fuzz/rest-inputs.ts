import fc, { type Arbitrary } from 'fast-check';
import type { OpenAPIObject } from '@nestjs/swagger';
import { callersOf } from './callers.ts';
import type { Leaf } from './happy.ts';
import { hostileFor, hostileTexts, type LeafKind } from './hostile.ts';
import { bearer, JSON_TYPE, type Input, type Sent, type Subject } from './input.ts';
import { leafOf, type Malice } from './leaves.ts';
import type { Place } from './rig.ts';
import { jsonOf, Late, settled } from './values.ts';

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}
interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema } | undefined>>;
}
interface Operation {
  readonly parameters?: readonly { name: string; in: string; required?: boolean; schema: Schema }[];
  readonly requestBody?: Content & { readonly required?: boolean };
  readonly responses: Readonly<Record<string, Content | undefined>>;
}
interface Parts {
  readonly path: Record<string, unknown>;
  readonly query: Record<string, unknown>;
  readonly body: unknown;
  readonly key: unknown;
  readonly twist: Twist;
}

/** What is wrong with the request beside its values. */
type Twist = (sent: Sent) => Sent;

const plain: Twist = (sent) => sent;
const withHeaders =
  (headers: Record<string, string>): Twist =>
  (sent) => ({ ...sent, headers: { ...sent.headers, ...headers } });
const TWISTS: readonly Twist[] = [
  ...[
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'x',
    '',
  ].map((type) => withHeaders({ 'content-type': type })),
  ...['', 'Bearer', 'Bearer ', 'Basic YTpi', 'bearer x y z', 'Bearer null', 'Bearer eyJhbGciOiJub25lIn0.e30.'].map(
    (token) => withHeaders({ authorization: token }),
  ),
  withHeaders({ 'content-type': 'application/json; charset=utf-16' }),
  withHeaders({ 'content-encoding': 'gzip' }),
  withHeaders({ 'x-http-method-override': 'DELETE' }),
  withHeaders({ 'x-forwarded-for': "127.0.0.1, ' OR 1=1", 'x-request-id': "'; DROP TABLE audit_events; --" }),
  withHeaders({ accept: 'text/html', 'accept-language': '*', range: 'bytes=0-1' }),
  (sent) => ({ ...sent, body: sent.body?.slice(0, -1) }),
  (sent) => ({ ...sent, body: `[${sent.body ?? '1'}]` }),
  (sent) => ({ ...sent, body: `"${'x'.repeat(1_100_000)}"` }),
  (sent) => ({ ...sent, body: '' }),
  (sent) => ({ ...sent, method: 'PATCH' }),
  (sent) => ({ ...sent, method: 'DELETE' }),
  (sent) => ({ ...sent, url: `${sent.url}/` }),
  (sent) => ({ ...sent, url: sent.url.replace('/api/', '/api//') }),
  (sent) => ({ ...sent, url: `${sent.url}%` }),
  (sent) => ({ ...sent, url: `${sent.url}${sent.url.includes('?') ? '&' : '?'}page=1&page=2&__proto__=1&a[b]=c` }),
];

/** Calls of every endpoint that the OpenAPI document has. */
export class RestInputs {
  constructor(private readonly document: OpenAPIObject) {}

  subjects(): Subject[] {
    return Object.entries(this.document.paths).flatMap(([path, operations]) =>
      Object.entries(operations as Record<string, Operation>).map(([method, operation]) => ({
        name: `${method.toUpperCase()} ${path}`,
        costly: /login/.test(path),
        inputs: fc.oneof(
          { weight: 4, arbitrary: this.inputs(method, path, operation, 0) },
          { weight: 4, arbitrary: this.inputs(method, path, operation, 12) },
          { weight: 2, arbitrary: this.inputs(method, path, operation, 60) },
        ),
      })),
    );
  }

  private inputs(method: string, path: string, operation: Operation, malice: Malice): Arbitrary<Input> {
    const about = aboutOf(operation);
    const parameters = (place: string): Arbitrary<Record<string, unknown>> =>
      fc.record(
        Object.fromEntries(
          (operation.parameters ?? [])
            .filter((parameter) => parameter.in === place)
            .map(({ name, schema, required = false }) => [
              name,
              this.value(schema, { name, call: path, owner: path, about }, required, malice),
            ]),
        ),
      );
    const body = operation.requestBody?.content?.['application/json']?.schema;
    const parts: Arbitrary<Parts> = fc.record({
      path: parameters('path'),
      query: parameters('query'),
      body: body
        ? this.value(
            body,
            { name: 'body', call: path, owner: path, about },
            operation.requestBody.required === true,
            malice,
          )
        : fc.constant(undefined),
      key: fc.oneof(
        fc.constant(undefined),
        fc.constant(new Late(({ words, serial }) => `${words} ${serial % 7 ? serial : 'again'}`)),
        malice ? hostileTexts : fc.constant(undefined),
      ),
      twist: malice
        ? fc.oneof({ weight: 2, arbitrary: fc.constant(plain) }, { weight: 1, arbitrary: fc.constantFrom(...TWISTS) })
        : fc.constant(plain),
    });
    return fc.record({ caller: callersOf(path), parts }).map(({ caller, parts }) => ({
      kind: malice ? 'REST with hostile values' : 'REST, meant well',
      caller,
      render: (place) => ({ ...sentOf(method, path, parts, place), endpoint: `${method.toUpperCase()} ${path}` }),
    }));
  }

  private value(schema: Schema, at: Omit<Leaf, 'kind'>, required: boolean, malice: Malice): Arbitrary<unknown> {
    const { $ref, oneOf, properties, items, enum: names } = schema;
    if ($ref) {
      const name = $ref.split('/').at(-1)!;
      const known = this.document.components?.schemas?.[name] as Schema;
      return this.value(known, { ...at, owner: `${name}Input` }, required, malice);
    }
    if (oneOf) return this.value(oneOf[0]!, at, required, malice);
    if (items) return fc.oneof(this.value(items, at, required, malice), fc.constant(undefined));
    if (!properties) return leafOf({ ...at, kind: kindOf(schema), names }, required, malice);
    const fields = Object.entries(properties).map(([name, of]) => [
      name,
      this.value(of, { ...at, name }, schema.required?.includes(name) ?? false, malice),
    ]);
    const object: Arbitrary<unknown> = fc.record(Object.fromEntries(fields) as Record<string, Arbitrary<unknown>>);
    const optional = required ? object : fc.option(object, { nil: undefined });
    return malice
      ? fc.oneof({ weight: 9, arbitrary: optional }, { weight: 1, arbitrary: hostileFor('JSONObject') })
      : optional;
  }
}

/** What the endpoint answers: its `id` is one of these. */
function aboutOf({ responses }: Operation): string {
  const ref = (responses['200'] ?? responses['201'])?.content?.['application/json']?.schema?.$ref;
  return ref?.split('/').at(-1)?.replace(/Page$/, '') ?? '';
}

const KINDS: Readonly<Record<string, LeafKind>> = {
  uuid: 'ID',
  'date-time': 'DateTime',
  date: 'Date',
  integer: 'Int',
  boolean: 'Boolean',
  object: 'JSONObject',
};

function kindOf({ type, format, enum: names }: Schema): LeafKind {
  if (names) return 'ENUM';
  return KINDS[format ?? ''] ?? KINDS[[type].flat()[0] ?? ''] ?? 'String';
}

function sentOf(method: string, path: string, parts: Parts, place: Place): Sent {
  const settle = (value: unknown): unknown => settled(value, place);
  const url = path.replace(/\{(\w+)\}/g, (_, name: string) => encoded(settle(parts.path[name])));
  const query = Object.entries(settle(parts.query) as Record<string, unknown>)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encoded(value)}`)
    .join('&');
  const body = settle(parts.body);
  const key = settle(parts.key);
  return parts.twist({
    method: method.toUpperCase(),
    url: query ? `${url}?${query}` : url,
    headers: {
      ...bearer(place),
      ...(body !== undefined && JSON_TYPE),
      ...(key !== undefined && { 'idempotency-key': headerText(key) }),
    },
    ...(body !== undefined && { body: jsonOf(body) }),
  });
}

function encoded(value: unknown): string {
  const text = typeof value === 'string' ? value : jsonOf(value);
  return encodeURIComponent(Buffer.from(text.slice(0, 5_000)).toString());
}

/** As it would come off the wire: latin1, without line breaks; those are sent by raw sockets. */
function headerText(value: unknown): string {
  return String(value)
    .slice(0, 5_000)
    .replace(/[^\t\x20-\x7e\x80-\xff]/g, '?');
}
