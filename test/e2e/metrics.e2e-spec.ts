import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { BookingService } from '../../src/care/appointments/booking.service.ts';
import { ErrorCode } from '../../src/foundation/errors/error-code.ts';
import { gauge } from '../../src/platform/observability/metrics.ts';
import { listenForMetrics } from '../../src/platform/observability/metrics-endpoint.ts';
import { connected } from '../support/sql.ts';
import { createTestApp } from '../support/test-app.ts';
import { at, together, World, type Person, type Practice } from '../support/world.ts';

const TOKEN = 'a-token-for-prometheus';
const MARK = 'Mxqzfnord';
/** A series, as Prometheus writes it, and its value. */
const SAMPLE = /^([a-z_][a-z0-9_]*(?:\{[^{}]*\})?) (\S+)$/;

describe('given METRICS_TOKEN', () => {
  let world: World;
  let practice: Practice;
  let patient: Person;
  let practitioner: Person;
  let authorizationId: string;

  beforeAll(async () => {
    world = await World.create({ METRICS_TOKEN: TOKEN });
    practice = await world.practice();
    patient = await world.patient(practice);
    practitioner = await world.practitioner(practice);
    authorizationId = await world.authorization(practice, patient.id);
  });
  afterAll(() => world.close());

  const ask = (authorization?: string) =>
    world.test.app.inject({ method: 'GET', url: '/metrics', headers: { ...(authorization && { authorization }) } });
  /** Every series with its value. */
  async function series(): Promise<Map<string, number>> {
    const { payload } = await ask(`Bearer ${TOKEN}`);
    const lines = payload.split('\n').filter((line) => line && !line.startsWith('#'));
    return new Map(
      lines.map((line) => {
        const [, name, value] = SAMPLE.exec(line) ?? [];
        if (!name) throw new Error(`No sample: ${line}`);
        return [name, Number(value)];
      }),
    );
  }
  /** What the work adds to these series. */
  async function added(work: () => Promise<unknown>, ...names: string[]): Promise<Record<string, number>> {
    const before = await series();
    await work();
    const after = await series();
    return Object.fromEntries(names.map((name) => [name, (after.get(name) ?? 0) - (before.get(name) ?? 0)]));
  }
  const booking = (day: string, more: object = {}) => ({
    patientId: patient.id,
    practitionerId: practitioner.id,
    authorizationId,
    ...at(day, '10:00'),
    ...more,
  });

  it.each([
    ['no token', undefined],
    ['another token', `Bearer ${TOKEN}x`],
    ['a part of the token', `Bearer ${TOKEN.slice(0, -1)}`],
    ['an access token', 'the practitioner'],
  ])('when /metrics is asked for with %s, then it is refused and tells nothing', async (_, authorization) => {
    const answer = await ask(authorization === 'the practitioner' ? `Bearer ${practitioner.token}` : authorization);

    expect([answer.statusCode, answer.payload]).toEqual([401, '']);
  });

  it('when /metrics is asked for with the token, then it is in the format of Prometheus', async () => {
    const answer = await ask(`Bearer ${TOKEN}`);

    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    expect([...(await series()).keys()]).toEqual(
      expect.arrayContaining(['therapy_pool_size', 'therapy_pool_waiting', 'nodejs_eventloop_lag_seconds']),
    );
  });

  it('when visits are booked, completed and cancelled, then operations and committed units are counted', async () => {
    const work = async (): Promise<void> => {
      const idempotencyKey = randomUUID();
      const first = await world.booked(practitioner.token, booking('2026-01-05', { idempotencyKey }));
      await world.booked(practitioner.token, booking('2026-01-05', { idempotencyKey }));
      const second = await world.booked(practitioner.token, booking('2026-01-06'));
      await world.make('completeAppointment', { appointmentId: first }, practitioner.token);
      await world.make('cancelAppointment', { id: second }, practitioner.token);
      expect((await world.book(practitioner.token, booking('2026-01-05', { patientId: randomUUID() }))).code).toBe(
        'NOT_FOUND',
      );
    };

    expect(
      await added(
        work,
        'therapy_operations_total{operation="createAppointment",code="OK"}',
        'therapy_operations_total{operation="createAppointment",code="NOT_FOUND"}',
        'therapy_operations_total{operation="completeAppointment",code="OK"}',
        'therapy_request_duration_seconds_count{operation="createAppointment"}',
        'therapy_units_total{movement="reserved"}',
        'therapy_units_total{movement="consumed"}',
        'therapy_units_total{movement="released"}',
      ),
    ).toEqual({
      'therapy_operations_total{operation="createAppointment",code="OK"}': 3,
      'therapy_operations_total{operation="createAppointment",code="NOT_FOUND"}': 1,
      'therapy_operations_total{operation="completeAppointment",code="OK"}': 1,
      'therapy_request_duration_seconds_count{operation="createAppointment"}': 4,
      'therapy_units_total{movement="reserved"}': 8,
      'therapy_units_total{movement="consumed"}': 4,
      'therapy_units_total{movement="released"}': 4,
    });
  });

  it('when a booking locks its people and its authorization, then both waits are measured, once each', async () => {
    const work = (): Promise<unknown> => world.booked(practitioner.token, booking('2026-02-05'));

    expect(
      await added(
        work,
        'therapy_lock_wait_seconds_count{table="practitioners"}',
        'therapy_lock_wait_seconds_count{table="authorizations"}',
        'therapy_transaction_attempts_total{outcome="refused",sqlstate=""}',
      ),
    ).toEqual({
      'therapy_lock_wait_seconds_count{table="practitioners"}': 1,
      'therapy_lock_wait_seconds_count{table="authorizations"}': 1,
      'therapy_transaction_attempts_total{outcome="refused",sqlstate=""}': 0,
    });
  });

  it('when a wall refuses what our code let through, then it is counted by its name, and its units are not', async () => {
    const owner = (text: string) => connected(world.test.database.ownerUrl, (client) => client.query(text));
    await owner(
      `ALTER TABLE audit_events ADD CONSTRAINT wall_of_test CHECK (action <> 'CREATE_APPOINTMENT') NOT VALID`,
    );
    const refused = await added(
      () => world.book(practitioner.token, booking('2026-02-06')),
      'therapy_walls_hit_total{wall="wall_of_test"}',
      'therapy_operations_total{operation="createAppointment",code="INTERNAL_SERVER_ERROR"}',
      'therapy_transaction_attempts_total{outcome="failed",sqlstate="23514"}',
      'therapy_units_total{movement="reserved"}',
    );
    await owner('ALTER TABLE audit_events DROP CONSTRAINT wall_of_test');

    expect(Object.values(refused)).toEqual([1, 1, 1, 0]);
  });

  it('when somebody is refused on purpose, then no wall is counted', async () => {
    const walls = async () => [...(await series())].filter(([name]) => name.startsWith('therapy_walls_hit_total'));
    const before = await walls();
    const code = { code: '97153', description: 'again' };
    expect((await world.mutate('createServiceCode', code, practice.admin)).code).toBe('BAD_USER_INPUT');
    await together(5, () => world.book(practitioner.token, booking('2026-02-07')));

    expect(await walls()).toEqual(before);
  });

  it('when a client makes up names, paths, methods and codes, then no series comes of them', async () => {
    await world.query('{ __typename me { id } }', {}, practitioner.token);
    await world.query('{ nothing }', {}, practitioner.token);
    await world.test.app.inject({ method: 'GET', url: '/nothing' });
    await world.test.rest({ method: 'GET', url: `/appointments/${randomUUID()}`, token: practitioner.token });
    const before = new Set((await series()).keys());
    for (let round = 0; round < 20; round++) {
      const name = `${MARK}${round}`;
      await world.query(`query ${name} { ${name}: __typename ${name}b: me { id } }`, {}, practitioner.token);
      await world.query(`query ${name} { ${name} }`, {}, practitioner.token);
      await world.test.app.inject({ method: 'GET', url: `/${name}` });
      await world.test.app.inject({ method: 'PROPFIND', url: `/api/${name}` });
      await world.test.rest({ method: 'GET', url: `/appointments/${randomUUID()}`, token: practitioner.token });
    }
    const after = [...(await series()).keys()];

    expect(after.filter((name) => !before.has(name) && name.startsWith('therapy_'))).toEqual([]);
    expect(after.filter((name) => /[0-9a-f]{8}-|@/.test(name) || name.includes(MARK))).toEqual([]);
    const codes = new Set(after.flatMap((name) => /code="(\w+)"/.exec(name)?.[1] ?? []));
    expect([...codes].filter((code) => code !== 'OK' && !(code in ErrorCode))).toEqual([]);
  });

  it('when a gauge cannot be told, then all the rest is', async () => {
    gauge('therapy_test', 'Of this test', () => Promise.reject(new Error('on purpose')));
    expect((await series()).get('therapy_test')).toBeNaN();

    gauge('therapy_test', 'Of this test', () => new Promise(() => undefined));
    expect((await series()).get('therapy_test')).toBeNaN();

    gauge('therapy_test', 'Of this test', () => 7);
    expect((await series()).get('therapy_test')).toBe(7);
  });

  it('when a caller hangs up before the answer, then the call is counted as aborted, once', async () => {
    await world.test.app.listen(0, '127.0.0.1');
    const { port } = world.test.app.getHttpServer().address() as AddressInfo;
    const asked = new Promise<void>((resolve) => {
      jest.spyOn(world.test.app.get(BookingService, { strict: false }), 'book').mockImplementation(() => {
        resolve();
        return new Promise(() => undefined);
      });
    });
    const hangUp = new AbortController();
    const call = fetch(`http://127.0.0.1:${port}/api/appointments`, {
      method: 'POST',
      headers: { authorization: `Bearer ${practitioner.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(booking('2031-05-05')),
      signal: hangUp.signal,
    }).catch(() => undefined);
    await asked;
    hangUp.abort();
    await call;
    const name = 'therapy_operations_total{operation="POST /api/appointments",code="ABORTED"}';
    for (let turn = 0; turn < 200 && !(await series()).has(name); turn++) await sleep(10);
    jest.restoreAllMocks();
    expect((await series()).get(name)).toBe(1);
  });
});

describe('given a port of its own', () => {
  it.each([undefined, TOKEN])(
    'when the token is %s, then /metrics is there for who knows it, and nothing else',
    async (token) => {
      const server = await listenForMetrics(0, '127.0.0.1', token);
      const ask = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${server.port}${path}`, init);
      const headers = { authorization: `Bearer ${TOKEN}` };
      const answers = await Promise.all([
        ask('/metrics', { headers }),
        ask('/metrics'),
        ask('/graphql', { headers }),
        ask('/metrics', { method: 'POST', headers }),
      ]);
      const body = await answers[0].text();
      await server.close();

      expect(answers.map(({ status }) => status)).toEqual([200, token ? 401 : 200, 404, 404]);
      expect(body).toContain('therapy_operations_total');
    },
  );
});

describe('given neither port nor token', () => {
  it('when /metrics is asked for, then it is not there', async () => {
    const test = await createTestApp();
    const { statusCode } = await test.app.inject({ method: 'GET', url: '/metrics' });
    await test.close();

    expect(statusCode).toBe(404);
  });
});
