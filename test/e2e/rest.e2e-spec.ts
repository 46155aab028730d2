import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import { BookingService } from '../../src/care/appointments/booking.service.ts';
import { TryAgain } from '../../src/foundation/errors/domain-error.ts';
import { appointmentOf, standAt, Trail } from '../support/readings.ts';
import type { RestAnswer } from '../support/rest.ts';
import { at, PASSWORD, together, World, type Person, type Practice } from '../support/world.ts';

const NOWHERE = '00000000-0000-4000-8000-000000000000';

let world: World;
let practice: Practice;
let practitioner: Person;
let colleague: Person;
let patient: Person;
let authorizationId: string;
let day: string;
let days = 0;

beforeAll(async () => {
  world = await World.create();
  practice = await world.practice();
  practitioner = await world.practitioner(practice);
  colleague = await world.practitioner(practice);
  patient = await world.patient(practice);
  authorizationId = await world.authorization(practice, patient.id, { totalUnits: 1_000 });
});
afterAll(() => world.close());
afterEach(() => {
  jest.restoreAllMocks();
});
beforeEach(() => {
  day = new Date(Date.UTC(2024, 0, 1 + days++)).toISOString().slice(0, 10);
});

const get = (url: string, token = practice.admin): Promise<RestAnswer> =>
  world.test.rest({ method: 'GET', url, token });
const post = (url: string, body?: unknown, token = practice.admin, headers = {}): Promise<RestAnswer> =>
  world.test.rest({ method: 'POST', url, body, token, headers });
const put = (url: string, body: unknown, token = practice.admin): Promise<RestAnswer> =>
  world.test.rest({ method: 'PUT', url, body, token });

const booking = (more: object = {}): Record<string, unknown> => ({
  patientId: patient.id,
  practitionerId: practitioner.id,
  authorizationId,
  ...at(day, '10:00'),
  ...more,
});
const booked = async (more: object = {}): Promise<string> => {
  const { status, body } = await post('/appointments', booking(more));
  expect([status, body]).toEqual([201, expect.anything()]);
  return body.id as string;
};
const delivered = async (): Promise<{ id: string; sessionId: string }> => {
  const id = await booked();
  const { body } = await post('/sessions', { appointmentId: id });
  return { id, sessionId: body.id as string };
};

describe('given REST beside GraphQL', () => {
  it('when a visit is booked, then 201, its units are reserved, and GraphQL reads the same', async () => {
    const before = await world.balance(practice.admin, authorizationId);
    const { status, body, headers } = await post('/appointments', booking({ notes: 'Ring twice' }), practitioner.token);
    expect(status).toBe(201);
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-request-id': expect.any(String) });
    expect(body).toMatchObject({
      ...booking({ notes: 'Ring twice' }),
      status: 'SCHEDULED',
      unitsReserved: 4,
      version: 1,
    });
    const after = await world.balance(practice.admin, authorizationId);
    expect(after.availableUnits).toBe(before.availableUnits! - 4);

    const {
      patient: of,
      practitioner: by,
      authorization,
      serviceCode,
      session,
      ...plain
    } = await appointmentOf(world, practice.admin, body.id as string);
    expect(body).toMatchObject(plain);
    expect([of, by, authorization, session]).toEqual([
      { id: body.patientId },
      { id: body.practitionerId },
      { id: body.authorizationId },
      null,
    ]);
    expect(serviceCode).toMatchObject({ code: '97153' });
  });

  it('when it is changed, started and completed, then each answers the object as it is then', async () => {
    const id = await booked();
    const moved = await put(`/appointments/${id}`, { ...at(day, '11:00', 90), location: 'HOME', expectedVersion: 1 });
    expect([moved.status, moved.body]).toMatchObject([200, { id, unitsReserved: 6, location: 'HOME', version: 2 }]);
    const started = await post(`/appointments/${id}/start`);
    expect([started.status, started.body]).toMatchObject([200, { status: 'IN_PROGRESS', unitsReserved: 6 }]);
    const voiceRecordingUrl = 'HTTPS://host_name.internal:8443/x%20y/ü?q=1#t=3'; // kept as it is sent
    const done = await post('/sessions', {
      appointmentId: id,
      actualEndTime: at(day, '11:00', 60).endTime,
      narrativeNotes: 'Went well',
      metrics: { trials: 10 },
      voiceRecordingUrl,
    });
    expect([done.status, done.body]).toMatchObject([
      201,
      {
        appointmentId: id,
        unitsUsed: 4,
        unitsUnauthorized: 0,
        status: 'COMPLETED',
        metrics: { trials: 10 },
        voiceRecordingUrl,
      },
    ]);
    expect((await get(`/sessions/${done.body.id as string}`)).body).toEqual(done.body);
    expect((await get(`/appointments/${id}`)).body).toMatchObject({ status: 'COMPLETED', unitsReserved: 0 });
  });

  it('when it is cancelled with and without a body, or missed, then all units are free again', async () => {
    const before = await world.balance(practice.admin, authorizationId);
    const [first, second, third] = [await booked(), await booked(at(day, '12:00')), await booked(at(day, '14:00'))];
    expect((await post(`/appointments/${first}/cancel`, { reason: 'Flu' })).body).toMatchObject({
      status: 'CANCELLED',
      cancellationReason: 'Flu',
      unitsReserved: 0,
    });
    expect((await post(`/appointments/${second}/cancel`)).body).toMatchObject({ status: 'CANCELLED' });
    const missed = await post(`/appointments/${third}/no-show`, '', practice.admin, {
      'content-type': 'application/json',
    });
    expect([missed.status, missed.body]).toMatchObject([200, { status: 'NO_SHOW' }]);
    expect(await world.balance(practice.admin, authorizationId)).toEqual(before);
  });

  it('when one Idempotency-Key comes ten times at once, then one appointment and ten equal answers', async () => {
    const input = booking();
    const headers = { 'idempotency-key': randomUUID() };
    const answers = await together(10, () => post('/appointments', input, practitioner.token, headers));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.id as string}`)).size).toBe(1);
    const other = await post('/appointments', { ...input, notes: 'Other' }, practitioner.token, headers);
    expect([other.status, other.body.code]).toEqual([409, 'IDEMPOTENCY_KEY_REUSED']);
  });

  it('when the key of a GraphQL call comes by REST, then it is the same key', async () => {
    const idempotencyKey = randomUUID();
    const id = await world.booked(practitioner.token, { ...booking(), idempotencyKey } as never);
    const { body } = await post('/appointments', booking(), practitioner.token, { 'idempotency-key': idempotencyKey });
    expect(body.id).toBe(id);
  });
});

describe('given a refusal', () => {
  const refused = ({ status, body }: RestAnswer): unknown[] => [status, body.error, body.code];

  it('when the input is wrong, then 400 names every field, and no value', async () => {
    const answer = await post('/appointments', {
      patientId: 'Sarah',
      startTime: 'soon',
      nonsense: 1,
      location: 'Moon',
    });
    expect(refused(answer)).toEqual([400, 'Bad Request', 'BAD_USER_INPUT']);
    expect(Object.keys(answer.body.details.fields as object).sort()).toEqual([
      'authorizationId',
      'endTime',
      'location',
      'nonsense',
      'practitionerId',
      'startTime',
    ]);
    expect(JSON.stringify(answer.body)).not.toMatch(/Sarah|soon|Moon/);
    expect(answer.body.requestId).toBe(answer.headers['x-request-id']);
  });

  it.each([
    ['no JSON', '{', 400],
    ['a list', '[]', 400],
    ['a text', '"text"', 400],
    ['nothing', '', 400],
    ['poison', '{"__proto__": {"isSuperAdmin": true}}', 400],
    ['a field that every object has', '{"constructor": 1, "toString": 2}', 400],
    ['a key in the body', '{"idempotencyKey": "k"}', 400],
    ['too much', JSON.stringify({ notes: 'x'.repeat(1024 * 1024) }), 413],
  ])('when the body is %s, then BAD_USER_INPUT', async (_, body, status) => {
    const headers = { 'content-type': 'application/json' };
    expect(refused(await post('/appointments', body, practice.admin, headers)).slice(0, 3)).toEqual([
      status,
      expect.any(String),
      'BAD_USER_INPUT',
    ]);
  });

  it.each(['text/csv', 'text/plain', 'application/x-www-form-urlencoded'])(
    'when the body is %s, then 415: a page of another site may send some of these',
    async (type) => {
      const answer = await post('/appointments', 'notes=x', practice.admin, { 'content-type': type });
      expect(refused(answer)).toEqual([415, 'Unsupported Media Type', 'BAD_USER_INPUT']);
    },
  );

  it.each(['start', 'no-show'])(
    'when %s, which needs no body, is sent one that cannot be read, then HTTP refuses it, as the document says',
    async (step) => {
      const url = `/appointments/${randomUUID()}/${step}`;
      const large = JSON.stringify({ notes: 'x'.repeat(1024 * 1024) });
      expect((await post(url, 'x', practice.admin, { 'content-type': 'text/plain' })).status).toBe(415);
      expect((await post(url, large, practice.admin)).status).toBe(413);
      const document = (await world.test.app.inject({ url: '/api-docs/json' })).json<OpenAPIObject>();
      const responses = document.paths[`/api/appointments/{id}/${step}`]?.post?.responses;
      expect(Object.keys(responses ?? {})).toEqual(expect.arrayContaining(['413', '415']));
    },
  );

  it.each(['refresh', 'logout'])('when %s is sent JSON without end, then BAD_USER_INPUT', async (name) => {
    const deep = '{"a":'.repeat(5_000) + '1' + '}'.repeat(5_000);
    for (const body of [`{"refreshToken": ${deep}}`, `{"refreshToken": "x", "more": ${deep}}`, deep]) {
      const headers = { 'content-type': 'application/json' };
      const answer = await world.test.rest({ method: 'POST', url: `/auth/${name}`, body, headers });
      expect(refused(answer)).toEqual([400, 'Bad Request', 'BAD_USER_INPUT']);
    }
  });

  it('when a key comes with a call that has none, then it means nothing', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const body = { email: 'nobody@nowhere.example', password: 'wrong-horse-9' };
    expect((await world.test.rest({ method: 'POST', url: '/auth/login', body, headers })).status).toBe(401);
    expect(
      (await world.test.rest({ method: 'POST', url: '/auth/logout', body: { refreshToken: 'x' }, headers })).status,
    ).toBe(204);
  });

  it('when a business rule is broken, then 400 or 409 with the details of GraphQL', async () => {
    const small = await world.authorization(practice, patient.id, { totalUnits: 2 });
    const units = await post('/appointments', booking({ authorizationId: small }));
    expect(refused(units)).toEqual([400, 'Bad Request', 'INSUFFICIENT_UNITS']);
    expect(units.body.details).toEqual({ authorizationId: small, requestedUnits: 4, availableUnits: 2 });

    const past = await world.authorization(practice, patient.id, { startDate: '2020-01-01', endDate: '2020-12-31' });
    expect(refused(await post('/appointments', booking({ authorizationId: past })))).toEqual([
      400,
      'Bad Request',
      'AUTHORIZATION_NOT_USABLE',
    ]);
    const other = await world.patient(practice);
    expect(refused(await post('/appointments', booking({ patientId: other.id })))[2]).toBe(
      'AUTHORIZATION_PATIENT_MISMATCH',
    );

    const id = await booked();
    const conflict = await post('/appointments', booking());
    expect(refused(conflict)).toEqual([409, 'Conflict', 'SCHEDULING_CONFLICT']);
    expect(conflict.body.details).toEqual({ conflictsWith: ['PRACTITIONER', 'PATIENT'], appointmentIds: [id] });
    const stale = await put(`/appointments/${id}`, { notes: 'x', expectedVersion: 7 });
    expect([...refused(stale), stale.body.details]).toEqual([409, 'Conflict', 'STALE_VERSION', { currentVersion: 1 }]);
    await post(`/appointments/${id}/cancel`);
    expect(refused(await post(`/appointments/${id}/start`))).toEqual([409, 'Conflict', 'INVALID_STATUS_TRANSITION']);
  });

  it('when nobody is signed in, or with a broken token, then 401 says Bearer', async () => {
    for (const token of ['', 'broken']) {
      const answer = await world.test.rest({ method: 'GET', url: '/appointments', token });
      expect([...refused(answer), answer.headers['www-authenticate']]).toEqual([
        401,
        'Unauthorized',
        'UNAUTHENTICATED',
        'Bearer',
      ]);
    }
  });

  it('when the server is too busy, then 503 with Retry-After', async () => {
    jest.spyOn(world.test.app.get(BookingService, { strict: false }), 'book').mockRejectedValue(new TryAgain());
    const answer = await post('/appointments', booking());
    expect([...refused(answer), answer.headers['retry-after']]).toEqual([503, 'Service Unavailable', 'TRY_AGAIN', '1']);
  });

  it('when something of ours breaks, then 500 tells the request and nothing else', async () => {
    jest
      .spyOn(world.test.app.get(BookingService, { strict: false }), 'book')
      .mockRejectedValue(new Error('patient Sarah, SELECT 1'));
    jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    const answer = await post('/appointments', booking());
    expect(refused(answer)).toEqual([500, 'Internal Server Error', 'INTERNAL_SERVER_ERROR']);
    expect(JSON.stringify(answer.body)).not.toMatch(/Sarah|SELECT/);
  });

  it('when there is no such path, then 404 in the same shape', async () => {
    expect(refused(await get('/nothing'))).toEqual([404, 'Not Found', 'NOT_FOUND']);
  });

  it.each([
    ['DELETE', `/appointments/${NOWHERE}`, 'GET, HEAD, PUT'],
    ['GET', `/appointments/${NOWHERE}/cancel`, 'POST'],
    ['PUT', '/appointments?page=1', 'GET, HEAD, POST'],
  ] as const)('when %s %s is no method of it, then 405 tells which are', async (method, url, allowed) => {
    const answer = await world.test.rest({ method, url, token: practice.admin });
    expect(refused(answer)).toEqual([405, 'Method Not Allowed', 'BAD_USER_INPUT']);
    expect(answer.headers.allow).toBe(allowed);
    expect(answer.body.details).toEqual({ fields: { method: [`must be one of ${allowed}`] } });
  });

  it('when an id is none, then 400; when nobody has it, then 404 and an ACCESS_DENIED event', async () => {
    expect(refused(await get('/appointments/17'))).toEqual([400, 'Bad Request', 'BAD_USER_INPUT']);
    const trail = await Trail.open(world);
    const { status, headers } = await get(`/appointments/${NOWHERE}`);
    const events = await trail.events('request_id = $1', [headers['x-request-id']]);
    await trail.close();
    expect(status).toBe(404);
    expect(events).toMatchObject([{ action: 'ACCESS_DENIED', resource: 'appointment', resource_id: NOWHERE }]);
  });
});

describe('given a list', () => {
  it('when it is paged, then numbered pages hold every row once, and the totals', async () => {
    const mine = await world.practitioner(practice);
    const ids: string[] = [];
    for (const time of ['09:00', '10:00', '11:00', '12:00', '13:00'])
      ids.push(await booked({ practitionerId: mine.id, ...at(day, time, 60) }));
    const pages = await Promise.all(
      [1, 2, 3, 4].map((page) => get(`/appointments?practitionerId=${mine.id}&limit=2&page=${page}`)),
    );
    expect(pages.map(({ body }) => (body.data as { id: string }[]).map(({ id }) => id))).toEqual([
      ids.slice(0, 2),
      ids.slice(2, 4),
      ids.slice(4),
      [],
    ]);
    expect(pages[2]!.body.pagination).toEqual({ page: 3, limit: 2, total: 5, totalPages: 3 });
    await post(`/appointments/${ids[0]!}/cancel`);
    const narrowed = await get(`/appointments?practitionerId=${mine.id}&status=CANCELLED,NO_SHOW`);
    expect(narrowed.body).toMatchObject({
      data: [{ id: ids[0] }],
      pagination: { page: 1, limit: 50, total: 1, totalPages: 1 },
    });
    const twice = await get(`/appointments?practitionerId=${mine.id}&status=CANCELLED&status=SCHEDULED`);
    expect(twice.body.pagination.total).toBe(5);
  });

  it('when dates are given, then they are days of the organization: 23:30 in New York is still that day', async () => {
    const mine = await world.practitioner(practice);
    const evening = await booked({ practitionerId: mine.id, ...at(day, '23:00', 45) });
    const next = new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
    const found = async (query: string): Promise<string[]> =>
      ((await get(`/appointments?practitionerId=${mine.id}&${query}`)).body.data as { id: string }[]).map(
        ({ id }) => id,
      );
    expect(await found(`startDate=${day}&endDate=${day}`)).toEqual([evening]);
    expect(await found(`startDate=${next}&endDate=${next}`)).toEqual([]);
    expect(await found(`startDate=${next}T04:00:00Z&endDate=${next}T04:15:00Z`)).toEqual([evening]);
    expect(await found(`startDate=${next}T04:45:00Z`)).toEqual([]);
  });

  it.each([
    'page=0',
    'page=x',
    'page=1&page=2',
    'limit=201',
    'limit=1.5',
    'status=DONE',
    'patientId=17',
    'patientid=00000000-0000-4000-8000-000000000000',
    'constructor=1',
    'toString=1',
    'startDate=2026-02-30',
    'startDate=tomorrow',
    'startDate=2026-01-02&endDate=2026-01-01',
    'endDate=2026-01-01T10:00:00',
  ])('when it is asked by %s, then BAD_USER_INPUT', async (query) => {
    for (const list of ['/appointments', '/sessions']) {
      const { status, body } = await get(`${list}?${query}`);
      expect([status, body.code]).toEqual([400, 'BAD_USER_INPUT']);
    }
  });

  it.each([
    ['startDate=2026-01-02&endDate=2026-01-01', 'endDate', 'must not be before startDate'],
    ['startDate=2026-01-02T10:00:00Z&endDate=2026-01-02T10:00:00Z', 'endDate', 'must be after startDate'],
    ['startDate=2026-12-01T10:00:00+02:00', 'startDate', '%2B'],
    ['endDate=2026-12-01T10:00:00.5+02:00', 'endDate', '%2B'],
    ['startDate=2026-12-01T24:00:00Z', 'startDate', '00:00 of the next day'],
  ])('when it is asked by %s, then the field is named, in words that help', async (query, field, words) => {
    for (const list of ['/appointments', '/sessions']) {
      const { fields } = (await get(`${list}?${query}`)).body.details as { fields: Record<string, string[]> };
      expect(Object.keys(fields)).toEqual([field]);
      expect(fields[field]!.join()).toContain(words);
    }
  });

  it('when a super admin lists all, then every organization; dates need one of them', async () => {
    const id = await booked();
    const all = await get(`/appointments?patientId=${patient.id}&limit=200`, world.superAdmin);
    expect((all.body.data as { id: string }[]).map((row) => row.id)).toContain(id);
    for (const fields of [['startDate'], ['endDate'], ['startDate', 'endDate']]) {
      const query = fields.map((field) => `${field}=${day}`).join('&');
      const { status, body } = await get(`/appointments?${query}`, world.superAdmin);
      expect([status, Object.keys((body.details as { fields: object }).fields)]).toEqual([400, fields]);
    }
    const one = await get(
      `/appointments?startDate=${day}&endDate=${day}&organizationId=${practice.id}`,
      world.superAdmin,
    );
    expect(one.body.data).toMatchObject([{ id }]);
  });

  it('when sessions are listed by patient and by practitioner, then those of that person alone, as an event', async () => {
    const { sessionId } = await delivered();
    const trail = await Trail.open(world);
    const ofPatient = await get(`/sessions/patient/${patient.id}?limit=200`);
    const events = await trail.events('request_id = $1', [ofPatient.headers['x-request-id']]);
    await trail.close();
    expect((ofPatient.body.data as { id: string }[]).map(({ id }) => id)).toContain(sessionId);
    expect(events).toMatchObject([{ action: 'READ_SESSION', details: { filter: { patientId: patient.id } } }]);

    const own = await get(`/sessions/practitioner/${practitioner.id}?limit=200`, practitioner.token);
    expect((own.body.data as { id: string }[]).map(({ id }) => id)).toContain(sessionId);
    const { status, body } = await get(`/sessions/practitioner/${practitioner.id}`, colleague.token);
    expect([status, body.code]).toEqual([403, 'FORBIDDEN']);
    expect((await get(`/sessions/practitioner/${colleague.id}`)).body.pagination.total).toBe(0);
    expect((await get(`/sessions/practitioner/${practitioner.id}`, patient.token)).status).toBe(403);
    expect((await get(`/sessions/patient/${patient.id}?patientId=${NOWHERE}`)).status).toBe(400);
  });
});

describe('given roles and organizations', () => {
  it('when a patient lists, then their own rows; a colleague reads no record of a stranger', async () => {
    const { id, sessionId } = await delivered();
    const other = await world.patient(practice);
    expect((await get('/appointments?limit=200', patient.token)).body.data).toContainEqual(
      expect.objectContaining({ id }),
    );
    expect((await get('/appointments', other.token)).body.pagination.total).toBe(0);
    expect((await get(`/appointments/${id}`, other.token)).body.code).toBe('FORBIDDEN');
    expect((await get(`/sessions/${sessionId}`, colleague.token)).body.code).toBe('FORBIDDEN');
    expect((await post('/sessions', { appointmentId: id }, colleague.token)).body.code).toBe('FORBIDDEN');
  });

  it('when an id of another practice comes by any path, then NOT_FOUND', async () => {
    const { id, sessionId } = await delivered();
    const theirs = await world.practice();
    const own = await world.practitioner(theirs);
    const calls = (token: string): Promise<RestAnswer>[] => [
      get(`/appointments/${id}`, token),
      put(`/appointments/${id}`, { notes: 'x' }, token),
      ...['cancel', 'start', 'no-show'].map((step) => post(`/appointments/${id}/${step}`, undefined, token)),
      post('/appointments', booking(), token),
      post('/sessions', { appointmentId: id }, token),
      get(`/sessions/${sessionId}`, token),
      get(`/sessions/patient/${patient.id}`, token),
      get(`/sessions/practitioner/${practitioner.id}`, token),
      ...['/appointments', '/sessions'].flatMap((list) => [
        get(`${list}?patientId=${patient.id}`, token),
        get(`${list}?practitionerId=${practitioner.id}`, token),
        get(`${list}?organizationId=${practice.id}`, token),
      ]),
    ];
    for (const token of [theirs.admin, own.token]) {
      const answers = await Promise.all(calls(token));
      expect(answers.map(({ status, body }) => `${status} ${body.code as string}`)).toEqual(
        answers.map(() => '404 NOT_FOUND'),
      );
      expect((await get('/appointments', token)).body.pagination.total).toBe(0);
    }
    expect((await get(`/appointments/${id}`)).body).toMatchObject({ status: 'COMPLETED', version: 2 });
  });
});

describe('given an account', () => {
  it('when it signs in, refreshes and signs out by REST, then tokens serve GraphQL too, and once', async () => {
    const email = `rest-${randomUUID()}@practice.example`;
    const account = { email, password: PASSWORD, role: 'PRACTITIONER', practitionerId: practitioner.id };
    const { id } = await world.make('createUser', account, practice.admin);
    const signedIn = await world.test.rest({
      method: 'POST',
      url: '/auth/login',
      body: { email: email.toUpperCase(), password: PASSWORD },
    });
    expect([signedIn.status, signedIn.body.user]).toEqual([
      200,
      {
        id,
        email,
        role: 'PRACTITIONER',
        isSuperAdmin: false,
        active: true,
        organizationId: practice.id,
        practitionerId: practitioner.id,
        patientId: null,
      },
    ]);
    const me = await world.query('{ me { id } }', {}, signedIn.body.accessToken as string);
    expect(me.data).toEqual({ me: { id } });
    const refresh = (refreshToken: unknown): Promise<RestAnswer> =>
      world.test.rest({ method: 'POST', url: '/auth/refresh', body: { refreshToken } });
    const next = await refresh(signedIn.body.refreshToken);
    expect(next.status).toBe(200);
    const out = await world.test.rest({
      method: 'POST',
      url: '/auth/logout',
      body: { refreshToken: next.body.refreshToken as string },
    });
    expect([out.status, out.body]).toEqual([204, undefined]);
    expect((await refresh(next.body.refreshToken)).status).toBe(401);
  });

  it('when the password is wrong, then 401 with one message for all', async () => {
    const attempt = (email: string): Promise<RestAnswer> =>
      world.test.rest({ method: 'POST', url: '/auth/login', body: { email, password: 'wrong-horse-9' } });
    const { status, body } = await attempt(`nobody-${randomUUID()}@practice.example`);
    expect([status, body.message]).toEqual([401, 'The email or the password is wrong.']);
  });
});

describe('given time', () => {
  it('when a step comes too early, then 400 as in GraphQL', async () => {
    const id = await booked();
    standAt(world, `${day}T10:00:00Z`);
    for (const step of ['start', 'no-show']) expect((await post(`/appointments/${id}/${step}`)).status).toBe(400);
    expect((await post('/sessions', { appointmentId: id })).status).toBe(400);
  });
});
