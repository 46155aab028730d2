import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { isTracing, startTracing } from '../../src/platform/observability/tracing.ts';
import { post } from '../support/readings.ts';
import { at, World, type Person, type Practice } from '../support/world.ts';

const MARK = 'Mxqzfnord';
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';
const log = pino({ level: 'silent' });

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: { key: string; value: Record<string, unknown> }[];
  readonly status: { code?: number; message?: string };
}

/** A collector as OTLP over HTTP expects it. */
class Collector {
  readonly spans: Span[] = [];
  text = '';
  private readonly server: Server = createServer((call, response) => {
    const parts: Buffer[] = [];
    call.on('data', (part: Buffer) => parts.push(part));
    call.on('end', () => {
      const text = Buffer.concat(parts).toString();
      this.text += text;
      const { resourceSpans } = JSON.parse(text) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] };
      for (const { scopeSpans } of resourceSpans) for (const { spans } of scopeSpans) this.spans.push(...spans);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });

  async open(): Promise<string> {
    await new Promise<void>((listening) => this.server.listen(0, '127.0.0.1', listening));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.close();
  }
}

/** The body goes off once the server has begun with the request: its socket then knows nothing of it. */
async function postLate(url: string, headers: Record<string, string>, body: string): Promise<string> {
  const options = {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', expect: '100-continue' },
  };
  return new Promise((answered, failed) => {
    const call = request(url, options, (response) => {
      response.setEncoding('utf8');
      let text = '';
      response.on('data', (part: string) => (text += part)).on('end', () => answered(text));
    });
    call.on('continue', () => call.end(body)).on('error', failed);
    call.flushHeaders();
  });
}

describe('given a collector that the standard variables name', () => {
  const collector = new Collector();
  const before = { ...process.env };
  let world: World;
  let practice: Practice;
  let patient: Person;
  let practitioner: Person;
  let authorizationId: string;
  let endTracing: () => Promise<void>;

  beforeAll(async () => {
    // the SDK reads them from the process
    Object.assign(process.env, {
      OTEL_EXPORTER_OTLP_ENDPOINT: await collector.open(),
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_SERVICE_NAME: 'therapy-test',
    });
    endTracing = await startTracing(process.env, log);
    world = await World.create();
    practice = await world.practice();
    patient = await world.patient(practice);
    practitioner = await world.practitioner(practice);
    authorizationId = await world.authorization(practice, patient.id);
    const input = {
      patientId: patient.id,
      practitionerId: practitioner.id,
      authorizationId,
      ...at('2026-01-05', '10:00'),
      notes: `${MARK} notes`,
    };
    const headers = { authorization: `Bearer ${practitioner.token}`, 'x-mark': MARK };
    const booking = `mutation ${MARK}($input: CreateAppointmentInput!) { ${MARK}: createAppointment(input: $input) { id } }`;
    await world.test.app.listen(0, '127.0.0.1');
    const { port } = world.test.app.getHttpServer().address() as AddressInfo;
    const answer = await postLate(
      `http://127.0.0.1:${port}/graphql?mark=${MARK}`,
      { ...headers, traceparent: `00-${TRACE}-${CALLER}-01` },
      JSON.stringify({ query: booking, variables: { input } }),
    );
    expect(JSON.parse(answer)).not.toHaveProperty('errors');
    expect((await post(world, booking, { input }, headers)).code).toBe('SCHEDULING_CONFLICT');
    await world.test.app.inject({ method: 'GET', url: `/api/appointments/${MARK}?search=${MARK}`, headers });
    await world.test.app.inject({ method: 'GET', url: `/${MARK}`, headers });
    await post(world, `{ patients(filter: { search: "${MARK}" }) { nodes { id } } }`, {}, headers);
    await post(world, `{ ${MARK} }`, {}, headers);
    await endTracing();
  });
  afterAll(async () => {
    await world.close();
    collector.close();
    for (const name of Object.keys(process.env))
      if (name.startsWith('OTEL_')) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, before);
  });

  const attribute = (span: Span | undefined, name: string): unknown =>
    Object.values(span?.attributes.find(({ key }) => key === name)?.value ?? {})[0];
  const childrenOf = (span: Span | undefined): Span[] =>
    collector.spans.filter(({ traceId, parentSpanId }) => traceId === span?.traceId && parentSpanId === span.spanId);

  it('when a visit is booked, then its trace leads from HTTP by resolver and transaction to every statement', () => {
    const [booked] = collector.spans.filter(({ parentSpanId }) => parentSpanId === CALLER);
    expect(booked).toMatchObject({ traceId: TRACE, name: 'POST /graphql' });
    const field = childrenOf(booked).find(({ name }) => name === 'createAppointment');
    const transactions = childrenOf(field).filter(({ name }) => name === 'transaction');
    const statements = transactions.map((span) => childrenOf(span).map(({ name }) => name));

    expect(attribute(booked, 'http.response.status_code')).toBe(200);
    expect(attribute(booked, 'therapy.request_id')).toEqual(expect.any(String));
    expect(statements.at(-1)).toEqual([
      'BEGIN',
      'SELECT', // the tenant
      'SELECT practitioners',
      'SELECT appointments',
      'SELECT authorization_service_codes',
      'SELECT authorizations',
      'WITH authorizations',
      'INSERT appointments',
      'INSERT audit_events',
      'COMMIT',
    ]);
    const ids = new Set(collector.spans.map(({ spanId }) => spanId).concat(CALLER));
    expect(collector.spans.filter(({ parentSpanId }) => parentSpanId && !ids.has(parentSpanId))).toEqual([]);
  });

  it('when a booking is refused, then its span has the code, and no message', () => {
    const refused = collector.spans.filter((span) => attribute(span, 'error.type') === 'SCHEDULING_CONFLICT');

    expect(refused.map(({ name }) => name)).toEqual(expect.arrayContaining(['createAppointment', 'transaction']));
    for (const { status } of refused) expect(status.message).toBeUndefined();
  });

  it('when all of it is looked through, then there is no patient data, no id of a tenant, no text of a client', () => {
    expect(collector.spans.length).toBeGreaterThan(30);
    expect(collector.text).toContain('therapy-test');
    expect(collector.text).toContain('"db.query.text"');
    for (const secret of [MARK, practice.id, patient.id, practitioner.token, '@practice.example'])
      expect(collector.text).not.toContain(secret);
  });
});

describe('given variables that do not ask for traces', () => {
  afterEach(() => expect(isTracing()).toBe(false));

  it.each([
    {},
    { OTEL_SERVICE_NAME: 'therapy' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318', OTEL_SDK_DISABLED: 'true' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318', OTEL_TRACES_EXPORTER: 'none' },
  ])('when they are %j, then none are made', async (variables) => {
    const end = await startTracing(variables, log);
    expect(isTracing()).toBe(false);
    await end();
  });
});
