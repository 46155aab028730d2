import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { JwtService } from '@nestjs/jwt';
import pg from 'pg';
import { ErrorCode } from '../../src/foundation/errors/error-code.ts';
import { at, World, type Person, type Practice } from '../support/world.ts';

interface Answer {
  readonly status: number;
  readonly body: string;
  // tests look into answers freely
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly data: any;
  readonly errors: { message: string; extensions: { code: string; details?: { fields?: Record<string, string[]> } } }[];
}

interface Refusal {
  readonly code?: string;
  /** The last part of the path that details.fields must name. */
  readonly field?: string;
  /** What was sent and may not come back. */
  readonly secret?: string;
}

type Fields = Record<string, unknown>;

const MARK = 'Xylophonia Quux'; // stands in bad values, and may not come back in an answer
const TOO_LONG = (length: number): string => MARK + 'x'.repeat(length - MARK.length);
const CONTROL = ['\u0000', '\u0007', '\u001b', '\u007f', '\u0085'];
const named = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

describe('given a practice, and callers who send what cannot be', () => {
  let world: World;
  let practice: Practice;
  let practitioner: Person;
  let patient: Person;
  let authorization: string;
  let booked: string;
  let past: string;
  let serviceCode: string;
  let db: pg.Client;
  const secret = randomBytes(32).toString('hex');

  beforeAll(async () => {
    world = await World.create({ JWT_SECRET: secret });
    practice = await world.practice();
    practitioner = await world.practitioner(practice);
    patient = await world.patient(practice);
    authorization = await world.authorization(practice, patient.id);
    const visit = { patientId: patient.id, practitionerId: practitioner.id, authorizationId: authorization };
    booked = await world.booked(practice.admin, { ...visit, ...at('2031-03-03', '09:00') });
    past = await world.booked(practice.admin, { ...visit, ...at('2026-01-05', '09:00') });
    const codes = await world.query('{ serviceCodes { id } }', {}, practice.admin);
    serviceCode = codes.data.serviceCodes[0].id as string;
    db = new pg.Client({ connectionString: world.test.database.ownerUrl });
    await db.connect();
    await db.query(`SELECT set_config('app.reach', 'all', false)`);
  });
  afterAll(async () => {
    await db.end();
    await world.close();
  });

  async function contents(): Promise<unknown> {
    const tables =
      'organizations users sign_ins refresh_tokens second_factors patients practitioners service_codes authorizations authorization_service_codes ledger_entries appointments sessions idempotency_keys';
    const one = (table: string): string =>
      `SELECT '${table}' AS name, count(*)::int AS rows, md5(string_agg(t::text, '' ORDER BY t::text)) AS hash FROM ${table} t`;
    return (await db.query(tables.split(' ').map(one).join(' UNION ALL '))).rows;
  }

  async function post(payload: string, headers: Record<string, string> = {}, token = practice.admin): Promise<Answer> {
    return send('POST', '/graphql', payload, { 'content-type': 'application/json', ...headers }, token);
  }

  async function send(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    url: string,
    payload: string | undefined,
    headers: Record<string, string>,
    token?: string,
  ): Promise<Answer> {
    const authorized = { ...headers, ...(token && { authorization: `Bearer ${token}` }) };
    const response = await world.test.app.inject({ method, url, headers: authorized, payload });
    const { data, errors } = response.json<Pick<Answer, 'data' | 'errors'>>();
    return { status: response.statusCode, body: response.body, data, errors };
  }

  const run = (query: string, variables: Fields = {}, token?: string): Promise<Answer> =>
    post(JSON.stringify({ query, variables }), {}, token);

  const change = (name: string, input: Fields, token?: string): Promise<Answer> => {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    const selection = name === 'login' ? 'accessToken' : 'id';
    return run(`mutation($input: ${type}!) { ${name}(input: $input) { ${selection} } }`, { input }, token);
  };

  /** The answer is a code of the contract, says which field it was, gives nothing away, and nothing has changed. */
  async function expectRefusal(call: () => Promise<Answer>, refusal: Refusal = {}): Promise<void> {
    const { code = ErrorCode.BAD_USER_INPUT, field, secret: sent = MARK } = refusal;
    const before = await contents();
    const { status, body, data, errors } = await call();
    expect(status === 200 || (status >= 400 && status < 500)).toBe(true);
    expect([...new Set(errors.map((error) => error.extensions.code))]).toEqual([code]);
    expect(data ?? null).toBeNull();
    expect(body).not.toContain(sent);
    expect(body).not.toMatch(/\bat .*\.[jt]s\b|node_modules|SELECT |INSERT /);
    if (field !== undefined) {
      const fields = errors.flatMap((error) => Object.keys(error.extensions.details?.fields ?? {}));
      expect(fields.map((path) => path.split('.').at(-1))).toContain(field);
    }
    expect(await contents()).toEqual(before);
  }

  // what a correct call of each mutation sends; each test spoils one field
  const good: Record<string, () => Fields> = {
    createOrganization: () => ({
      name: 'New',
      timeZone: 'America/Chicago',
      adminEmail: `a-${randomUUID()}@new.example`,
      adminPassword: 'long-enough-1',
    }),
    createUser: () => ({ email: `u-${randomUUID()}@new.example`, password: 'long-enough-1', role: 'ADMIN' }),
    updateUser: () => ({ id: practitioner.userId }),
    createPatient: () => ({
      firstName: 'A',
      lastName: 'B',
      dateOfBirth: '2015-01-01',
      medicalRecordNumber: randomUUID(),
    }),
    updatePatient: () => ({ id: patient.id }),
    createPractitioner: () => ({ firstName: 'A', lastName: 'B', licenseNumber: 'L', specialization: 'S' }),
    updatePractitioner: () => ({ id: practitioner.id }),
    createServiceCode: () => ({ code: '97155', description: 'D' }),
    updateServiceCode: () => ({ id: serviceCode }),
    createAuthorization: () => ({
      patientId: patient.id,
      serviceCodes: ['97153'],
      totalUnits: 10,
      startDate: '2030-01-01',
      endDate: '2030-12-31',
    }),
    updateAuthorization: () => ({ id: authorization, reason: 'more' }),
    createAppointment: () => ({
      patientId: patient.id,
      practitionerId: practitioner.id,
      authorizationId: authorization,
      ...at('2032-02-02', '09:00'),
    }),
    updateAppointment: () => ({ id: booked }),
    cancelAppointment: () => ({ id: booked }),
    completeAppointment: () => ({ appointmentId: past }),
    login: () => ({ email: 'nobody@new.example', password: 'wrong-password' }),
  };
  const spoilt = (name: string, field: string, value: unknown): Promise<Answer> =>
    change(name, { ...good[name]!(), [field]: value }, name === 'createOrganization' ? world.superAdmin : undefined);

  describe('when an id is none', () => {
    const ids: [string, unknown][] = [
      ['no UUID', MARK],
      ['empty', ''],
      ['a number', 42],
      ['SQL', `' OR 1=1 -- ${MARK}`],
      ['a UUID and more', `${randomUUID()}${MARK}`],
      ['an object', { id: MARK }],
      ['with NUL', `${randomUUID()}\u0000`],
    ];
    it.each(['appointment', 'session', 'authorization', 'patient', 'practitioner'])(
      'then %s refuses it',
      async (field) => {
        for (const [, id] of ids)
          await expectRefusal(() => run(`query($id: ID!) { ${field}(id: $id) { id } }`, { id }), { field: 'id' });
      },
    );
    it.each([
      ['updateUser', 'id'],
      ['updatePatient', 'id'],
      ['updatePractitioner', 'id'],
      ['updateServiceCode', 'id'],
      ['updateAuthorization', 'id'],
      ['createAuthorization', 'patientId'],
      ['createUser', 'organizationId'],
      ['createUser', 'practitionerId'],
      ['createUser', 'patientId'],
      ['createPatient', 'organizationId'],
      ['createPractitioner', 'organizationId'],
      ['createServiceCode', 'organizationId'],
      ['createAppointment', 'patientId'],
      ['createAppointment', 'practitionerId'],
      ['createAppointment', 'authorizationId'],
      ['updateAppointment', 'id'],
      ['updateAppointment', 'practitionerId'],
      ['updateAppointment', 'authorizationId'],
      ['cancelAppointment', 'id'],
      ['completeAppointment', 'appointmentId'],
    ])('then %s refuses it as %s', async (name, field) => {
      for (const [, id] of ids) await expectRefusal(() => spoilt(name, field, id), { field });
    });
    it.each(['appointments', 'sessions', 'authorizations'])('then %s refuse it as a filter', async (field) => {
      const type = `${field.charAt(0).toUpperCase()}${field.slice(1, -1)}Filter`;
      for (const [, patientId] of ids)
        await expectRefusal(
          () => run(`query($filter: ${type}) { ${field}(filter: $filter) { totalCount } }`, { filter: { patientId } }),
          { field: 'patientId' },
        );
    });
    it.each(['startAppointment(id: $id)', 'markNoShow(id: $id)', 'cancelAuthorization(id: $id, reason: "none")'])(
      'then %s refuses it',
      async (call) => {
        for (const [, id] of ids)
          await expectRefusal(() => run(`mutation($id: ID!) { ${call} { id } }`, { id }), { field: 'id' });
      },
    );
  });

  describe('when a time or a date is none', () => {
    it.each([
      '2032-02-30T10:00:00Z',
      '2032-13-01T10:00:00Z',
      '2032-02-02T25:00:00Z',
      '2032-02-02T10:00:00',
      '2032-02-02 10:00:00Z',
      '2032-02-02',
      '1032-02-02T10:00:00Z',
      '+012032-02-02T10:00:00Z',
      '2032-02-02T10:00:00+99:00',
      '2032-02-02T10:00:00Z[Mars/Phobos]',
      `tomorrow; ${MARK}`,
      `at "noon"; ${MARK}; at "x"; Expected ${MARK}`,
      MARK,
      '',
      1_958_853_600_000,
      true,
      ['2032-02-02T10:00:00Z', MARK],
      { at: MARK },
    ])('then %j is refused as a time', async (value) => {
      await expectRefusal(() => spoilt('createAppointment', 'startTime', value), { field: 'startTime' });
      await expectRefusal(() => spoilt('updateAppointment', 'endTime', value), { field: 'endTime' });
      await expectRefusal(() => spoilt('completeAppointment', 'actualEndTime', value), { field: 'actualEndTime' });
      await expectRefusal(
        () => run('query($from: DateTime) { appointments(filter: { from: $from }) { totalCount } }', { from: value }),
        { field: 'from' },
      );
    });
    it('then hour 24 is refused in words that help', async () => {
      const { body } = await spoilt('createAppointment', 'startTime', '2026-12-01T24:00:00Z');
      expect(body).toContain('midnight is 00:00 of the next day');
    });
    it('then of two times the one that was sent is named', async () => {
      const late = '2026-01-05T16:00:00-05:00'; // the visit was from 9 to 10
      await expectRefusal(() => change('completeAppointment', { appointmentId: past, actualStartTime: late }), {
        field: 'actualStartTime',
      });
      await expectRefusal(() => change('completeAppointment', { appointmentId: booked }), { field: 'appointmentId' });
    });
    it.each([
      '2026-02-30',
      '2026-13-01',
      '26-01-01',
      '2026-1-1',
      '01/02/2026',
      '2026-01-01T00:00:00Z',
      '0000-01-01',
      '',
      MARK,
      20260101,
    ])('then %j is refused as a date', async (value) => {
      await expectRefusal(() => spoilt('createPatient', 'dateOfBirth', value), { field: 'dateOfBirth' });
      await expectRefusal(() => spoilt('createAuthorization', 'startDate', value), { field: 'startDate' });
      await expectRefusal(() => spoilt('updateAuthorization', 'endDate', value), { field: 'endDate' });
      await expectRefusal(
        () => run('query($on: Date) { authorizations(filter: { on: $on }) { totalCount } }', { on: value }),
        { field: 'on' },
      );
    });
    it('then a birth in the future or before 1900 is refused', async () => {
      await expectRefusal(() => spoilt('createPatient', 'dateOfBirth', '2999-01-01'), { field: 'dateOfBirth' });
      await expectRefusal(() => spoilt('updatePatient', 'dateOfBirth', '1899-12-31'), { field: 'dateOfBirth' });
    });
  });

  describe('when a visit has no length that can be', () => {
    const start = '2032-02-02T14:00:00.000Z';
    it.each([
      ['ends before it starts', '2032-02-02T13:00:00Z'],
      ['ends when it starts', start],
      ['lasts 59 seconds', '2032-02-02T14:00:59Z'],
      ['lasts 7 minutes, which are 0 units', '2032-02-02T14:07:59Z'],
      ['lasts a millisecond over 12 hours', '2032-02-03T02:00:00.001Z'],
      ['lasts a year', '2033-02-02T14:00:00Z'],
      ['goes on past midnight', '2032-02-03T05:00:01Z'],
    ])('then one that %s is refused', async (_, endTime) => {
      await expectRefusal(
        () => change('createAppointment', { ...good.createAppointment!(), startTime: start, endTime }),
        {
          field: 'endTime',
        },
      );
      await expectRefusal(() => change('updateAppointment', { id: booked, startTime: start, endTime }), {
        field: 'endTime',
      });
    });
    it('then a delivery that ends before it starts, lasts over 12 hours, or is not over is refused', async () => {
      const [from, to] = ['actualStartTime', 'actualEndTime'];
      for (const times of [
        { [from]: '2026-01-05T15:00:00Z', [to]: '2026-01-05T14:00:00Z' },
        { [from]: '2026-01-05T15:00:00Z', [to]: '2026-01-05T15:00:00Z' },
        { [from]: '2026-01-05T10:00:00Z', [to]: '2026-01-05T22:00:01Z' },
        { [from]: '2031-03-03T14:00:00Z', [to]: '2031-03-03T15:00:00Z' },
      ])
        await expectRefusal(() => change('completeAppointment', { appointmentId: past, ...times }));
      await expectRefusal(() => change('completeAppointment', { appointmentId: booked }));
    });
  });

  describe('when units are none', () => {
    it.each([0, -5, 1.5, 1_000_001, 10 ** 9, 2 ** 31, -(2 ** 31) - 1, 2 ** 53, 1e300, '5', MARK, true, [5], null])(
      'then %j is refused',
      async (value) => {
        await expectRefusal(() => spoilt('createAuthorization', 'totalUnits', value), { field: 'totalUnits' });
        if (value !== null)
          await expectRefusal(() => spoilt('updateAuthorization', 'totalUnits', value), { field: 'totalUnits' });
      },
    );
    it.each([
      ['createServiceCode', 'unitMinutes', 0],
      ['createServiceCode', 'unitMinutes', -15],
      ['createServiceCode', 'unitMinutes', 2 ** 31],
      ['createServiceCode', 'roundUpAtMinutes', 0],
      ['createServiceCode', 'roundUpAtMinutes', 16],
      ['createServiceCode', 'zeroBelowMinutes', -1],
      ['updateServiceCode', 'unitMinutes', 7], // less than the roundUpAtMinutes that stays
      ['updateServiceCode', 'unitMinutes', 0],
      ['updateServiceCode', 'roundUpAtMinutes', 1.5],
      ['updateServiceCode', 'zeroBelowMinutes', 10 ** 9],
      ['updateAppointment', 'expectedVersion', 2 ** 31],
      ['updateAppointment', 'expectedVersion', 1.5],
    ])('then %s refuses %s %j', (name, field, value) => expectRefusal(() => spoilt(name, field, value), { field }));
    it('then an authorization that ends before it starts, or covers no or unknown codes, is refused', async () => {
      await expectRefusal(() => spoilt('createAuthorization', 'endDate', '2029-12-31'), { field: 'endDate' });
      await expectRefusal(() => spoilt('updateAuthorization', 'endDate', '2019-12-31'), { field: 'endDate' });
      for (const codes of [[], ['97153', '97153'], ['00000'], [MARK], [''], ['x'.repeat(21)], Array(51).fill('97153')])
        await expectRefusal(() => spoilt('createAuthorization', 'serviceCodes', codes), { field: 'serviceCodes' });
      await expectRefusal(() => change('updateAuthorization', { id: authorization, totalUnits: 50 }), {
        field: 'reason',
      });
    });
  });

  it.each(['Mars/Phobos', '+05:00', 'UTC+5', '-08', '', ' ', '../../etc/passwd', "America/New_York'; --", MARK])(
    'when a time zone is %j, then it is refused',
    (zone) =>
      expectRefusal(() => spoilt('createOrganization', 'timeZone', zone), {
        field: 'timeZone',
        secret: zone.trim() ? zone : MARK,
      }),
  );

  /** Every text of every input: [mutation, field, longest]. */
  const TEXTS: [string, string, number][] = [
    ['createOrganization', 'name', 200],
    ['createOrganization', 'timeZone', 100],
    ['createOrganization', 'adminEmail', 254],
    ['createOrganization', 'adminPassword', 200],
    ['createUser', 'email', 254],
    ['createUser', 'password', 200],
    ['updateUser', 'password', 200],
    ['createPatient', 'firstName', 200],
    ['createPatient', 'lastName', 200],
    ['createPatient', 'medicalRecordNumber', 200],
    ['createPatient', 'phoneNumber', 40],
    ['updatePatient', 'firstName', 200],
    ['updatePatient', 'lastName', 200],
    ['updatePatient', 'phoneNumber', 40],
    ['createPractitioner', 'firstName', 200],
    ['createPractitioner', 'lastName', 200],
    ['createPractitioner', 'licenseNumber', 200],
    ['createPractitioner', 'specialization', 200],
    ['updatePractitioner', 'firstName', 200],
    ['updatePractitioner', 'lastName', 200],
    ['updatePractitioner', 'licenseNumber', 200],
    ['updatePractitioner', 'specialization', 200],
    ['createServiceCode', 'code', 20],
    ['createServiceCode', 'description', 500],
    ['updateServiceCode', 'description', 500],
    ['createAuthorization', 'authorizationNumber', 200],
    ['createAuthorization', 'payerName', 200],
    ['updateAuthorization', 'reason', 1_000],
    ['createAppointment', 'serviceCode', 20],
    ['createAppointment', 'notes', 10_000],
    ['createAppointment', 'recurrenceRule', 1_000],
    ['createAppointment', 'idempotencyKey', 255],
    ['updateAppointment', 'serviceCode', 20],
    ['updateAppointment', 'notes', 10_000],
    ['updateAppointment', 'idempotencyKey', 255],
    ['cancelAppointment', 'reason', 1_000],
    ['cancelAppointment', 'idempotencyKey', 255],
    ['completeAppointment', 'narrativeNotes', 100_000],
    ['completeAppointment', 'voiceRecordingUrl', 2_000],
    ['completeAppointment', 'idempotencyKey', 255],
    ['login', 'email', 254],
    ['login', 'password', 200],
  ];

  describe('when a text is too long, or of another type', () => {
    it.each(TEXTS)('then %s refuses %s over %i characters', async (name, field, longest) => {
      // an absolutely good one of its kind, but for its length
      const long = field === 'voiceRecordingUrl' ? `https://x.example/${'x'.repeat(longest)}` : TOO_LONG(longest + 1);
      await expectRefusal(() => spoilt(name, field, long), { field, secret: long });
      for (const value of [42, [MARK, 1], { text: MARK }])
        await expectRefusal(() => spoilt(name, field, value), { field });
    });
    it('then an astral character counts as one', async () => {
      const made = await world.make(
        'createPatient',
        { ...good.createPatient!(), firstName: '😀'.repeat(200) },
        practice.admin,
      );
      expect(made.id).toBeDefined();
      await expectRefusal(() => spoilt('createPatient', 'firstName', '😀'.repeat(201)), { field: 'firstName' });
    });
    it.each([
      ['createPatient', 'firstName'],
      ['createPatient', 'lastName'],
      ['createPatient', 'medicalRecordNumber'],
      ['createPractitioner', 'licenseNumber'],
      ['createOrganization', 'name'],
      ['createUser', 'email'],
      ['createUser', 'password'],
      ['createServiceCode', 'code'],
      ['createAppointment', 'idempotencyKey'],
    ])('then %s refuses an empty or blank %s', async (name, field) => {
      await expectRefusal(() => spoilt(name, field, ''), { field });
      await expectRefusal(() => spoilt(name, field, '   '), { field });
    });
    it('then a location or status that is none is refused without repeating it', async () => {
      await expectRefusal(() => spoilt('createAppointment', 'location', MARK), { field: 'location' });
      await expectRefusal(() => spoilt('createUser', 'role', MARK), { field: 'role' });
      await expectRefusal(() =>
        run('query($s: [AppointmentStatus!]) { appointments(filter: { status: $s }) { totalCount } }', { s: [MARK] }),
      );
    });
    it('then a reason of a cancelled authorization is refused when blank or too long', async () => {
      const text = 'mutation($id: ID!, $reason: String!) { cancelAuthorization(id: $id, reason: $reason) { id } }';
      for (const reason of ['', '  ', TOO_LONG(1_001), `${MARK}\u0000`])
        await expectRefusal(() => run(text, { id: authorization, reason }), { field: 'reason' });
    });
  });

  describe('when a text holds a control character, or half of a character', () => {
    it.each(TEXTS)('then %s refuses it in %s', async (name, field) => {
      for (const character of [...CONTROL, '\ud800']) {
        const around = field === 'voiceRecordingUrl' ? 'https://x.example/' : 'abc';
        const value = `${around}${character}${field.toLowerCase().endsWith('email') ? '@x.example' : 'd12345'}`;
        await expectRefusal(() => spoilt(name, field, value), { field, secret: value });
      }
    });
    it.each([
      ['a value', (bad: string) => ({ note: `x${bad}` })],
      ['a value below', (bad: string) => ({ a: [{ b: [`x${bad}`] }] })],
      ['a key', (bad: string) => ({ [`x${bad}`]: 1 })],
      ['a key below', (bad: string) => ({ a: [{ [bad]: 1 }] })],
    ])('then metrics refuse it in %s', async (_, metrics) => {
      for (const character of [...CONTROL, '\ud800'])
        await expectRefusal(() => spoilt('completeAppointment', 'metrics', metrics(character)), { field: 'metrics' });
    });
    it.each(CONTROL.map(named))('then %s is refused in a search, a cursor, a code and a token', async (escaped) => {
      const bad = `x${JSON.parse(`"${escaped}"`) as string}`;
      for (const list of ['patients', 'practitioners'])
        await expectRefusal(
          () => run(`query($s: String) { ${list}(filter: { search: $s }) { totalCount } }`, { s: bad }),
          { field: 'search' },
        );
      await expectRefusal(() => run('query($c: String) { appointments(after: $c) { totalCount } }', { c: bad }));
      await expectRefusal(() =>
        run('query($c: String) { authorizations(filter: { serviceCode: $c }) { totalCount } }', { c: bad }),
      );
      await expectRefusal(() => run('mutation($t: String!) { logout(refreshToken: $t) }', { t: bad }));
      await expectRefusal(() =>
        run('mutation($t: String!) { refreshToken(refreshToken: $t) { expiresIn } }', { t: bad }),
      );
    });
    it('then tab, CR and LF pass in notes, and only there', async () => {
      const notes = 'one\ttwo\r\nthree';
      const made = await world.make('updateAppointment', { id: booked, notes }, practice.admin, 'id notes');
      expect(made.notes).toBe(notes);
      await expectRefusal(() => spoilt('createPatient', 'firstName', 'one\ntwo'), { field: 'firstName' });
    });
  });

  describe('when metrics are no JSON object that can be kept', () => {
    it.each([
      ['a text', MARK],
      ['a number', 7],
      ['a list', [MARK]],
      ['true', true],
    ])('then %s is refused', (_, metrics) =>
      expectRefusal(() => spoilt('completeAppointment', 'metrics', metrics), { field: 'metrics' }),
    );
    it.each([33, 1_000, 50_000])('then %i levels are refused, as an object and as a list', async (levels) => {
      const input = (metrics: string): string =>
        `{"query":"mutation($input: CompleteAppointmentInput!) { completeAppointment(input: $input) { id } }",` +
        `"variables":{"input":{"appointmentId":"${past}","metrics":${metrics}}}}`;
      await expectRefusal(() => post(input('{"a":'.repeat(levels) + '1' + '}'.repeat(levels))));
      await expectRefusal(() => post(input('{"a":' + '['.repeat(levels) + ']'.repeat(levels) + '}')));
    });
    it('then more than 100,000 bytes are refused', () =>
      expectRefusal(() => spoilt('completeAppointment', 'metrics', { a: 'x'.repeat(100_001) }), { field: 'metrics' }));
    it('then a key that could change a prototype changes none', async () => {
      await post(
        `{"query":"mutation($input: CompleteAppointmentInput!) { completeAppointment(input: $input) { id } }","variables":{"input":{"appointmentId":"${randomUUID()}","metrics":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}}}}`,
      );
      expect(({} as Fields).polluted).toBeUndefined();
    });
    it.each([
      ...[
        'javascript:alert(1)',
        'not a url',
        'file:///etc/passwd',
        '//x.example/a',
        '',
        'https:',
        'https://',
        'https:///x',
      ],
      ...[
        'http://x.example/a',
        's3://bucket/a',
        'https:x.example/a',
        'https:\\\\x.example\\a',
        'https://x.example:99999/a',
      ],
      ...[
        'https://user@x.example/a',
        'https://user:secret@x.example/a',
        'https://:@x.example/a',
        'https://@x.example/a',
      ],
      ...['https://x.example/a b', ' https://x.example/a', 'https://x.example/\u00a0', 'https://x.example/\u200b'],
    ])('then %j is refused as the address of a recording', (url) =>
      expectRefusal(() => spoilt('completeAppointment', 'voiceRecordingUrl', url), { field: 'voiceRecordingUrl' }),
    );
    it.each(['', MARK, 'FREQ=SOMETIMES', 'FREQ=DAILY;COUNT=-1', 'RRULE', 'FREQ=DAILY;UNTIL=yesterday'])(
      'then %j is refused as a recurrence',
      (rule) => expectRefusal(() => spoilt('createAppointment', 'recurrenceRule', rule), { field: 'recurrenceRule' }),
    );
  });

  describe('when a page is none', () => {
    const LISTS = ['appointments', 'sessions', 'authorizations', 'patients', 'practitioners', 'users'];
    it.each(LISTS)('then %s refuse its size', async (list) => {
      for (const first of [0, 201, -1, 2 ** 31, 1.5, '5', MARK])
        await expectRefusal(() => run(`query($first: Int) { ${list}(first: $first) { nodes { id } } }`, { first }), {
          field: 'first',
        });
    });
    const coded = (key: unknown): string => Buffer.from(JSON.stringify(key)).toString('base64url');
    it.each(LISTS)('then %s refuse its cursor', async (list) => {
      for (const after of [
        MARK,
        '',
        '!!!',
        Buffer.from(MARK).toString('base64'),
        coded(null),
        coded({}),
        coded([]),
        coded([MARK]),
        coded([1, 2, 3]),
        coded([MARK, MARK, MARK]),
        coded([null, null]),
        coded(['2026-02-30T00:00:00.000Z', randomUUID()]),
        coded(['0000-01-01T00:00:00.000Z', randomUUID()]),
        coded(['2026-01-01T00:00:00.000Z', MARK]),
        coded([MARK, randomUUID()]),
        coded([['2026-01-01T00:00:00.000Z'], randomUUID()]),
        coded(['\u0000', '\u0000', '\u0000']),
        'x'.repeat(2_001),
      ]) {
        if (list === 'users' && after === coded([MARK])) continue; // users go by a text: that is a cursor
        await expectRefusal(() => run(`query($after: String) { ${list}(after: $after) { nodes { id } } }`, { after }), {
          field: 'after',
        });
      }
    });
    it('then lists below an object refuse both too', async () => {
      const below = [
        ['authorization', 'ledgerEntries', () => authorization],
        ['patient', 'authorizations', () => patient.id],
      ] as const;
      for (const [root, list, id] of below)
        for (const page of [{ first: 0 }, { first: 201 }, { first: -1 }, { after: MARK }, { after: coded([1.5]) }]) {
          const text = `query($id: ID!, $first: Int, $after: String) { ${root}(id: $id) { ${list}(first: $first, after: $after) { nodes { id } } } }`;
          await expectRefusal(() => run(text, { id: id(), ...page }));
        }
    });
  });

  describe('when somebody searches', () => {
    const search = (text: string, list = 'patients'): Promise<Answer> =>
      run(`query($s: String) { ${list}(filter: { search: $s }) { totalCount nodes { id firstName } } }`, { s: text });

    it('then % and _ and a backslash stand for themselves', async () => {
      const { id } = await world.make(
        'createPatient',
        { ...good.createPatient!(), firstName: '%_\\ odd' },
        practice.admin,
      );
      for (const text of ['%', '%_', '%_\\', '%_\\ O'])
        expect((await search(text)).data.patients).toMatchObject({ totalCount: 1, nodes: [{ id }] });
      for (const text of ['_', '%%', '\\', '*', "' OR '1'='1", '$1', ':search0'])
        expect((await search(text)).data.patients).toEqual({ totalCount: 0, nodes: [] });
    });
    it.each(['patients', 'practitioners'])('then %s take 200 characters and refuse more', async (list) => {
      expect((await search('x'.repeat(200), list)).errors).toBeUndefined();
      await expectRefusal(() => search(TOO_LONG(201), list), { field: 'search' });
      await expectRefusal(() => search(MARK + ' a'.repeat(200_000), list), { field: 'search' });
    });
  });

  describe('when the request is no GraphQL request', () => {
    const QUERY = JSON.stringify({ query: '{ me { id } }' });
    it.each([
      ['broken JSON', `{"query": "${MARK}`],
      ['no JSON', MARK],
      ['an empty body', ''],
      ['a list', `[${QUERY}]`],
      ['an empty list', '[]'],
      ['null', 'null'],
      ['a text', `"${MARK}"`],
      ['a number', '42'],
      ['an object without a query', '{}'],
      ['a query that is none', `{"query": {"a": "${MARK}"}}`],
      ['an empty query', '{"query": ""}'],
      ['variables that are none', `{"query": "{ me { id } }", "variables": "${MARK}"}`],
      ['variables in a list', `{"query": "{ me { id } }", "variables": ["${MARK}"]}`],
      ['an operation that is none', `{"query": "query A { me { id } } query B { me { id } }", "operationName": "C"}`],
      ['several operations and no name', `{"query": "query A { me { id } } query B { me { id } }"}`],
      ['an unknown persisted query', `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"abc"}}}`],
      ['a variable of a name that JavaScript keeps for itself', `{"query": "query($__proto__: ID) { __typename }"}`],
      ['a number that JavaScript cannot hold', `{"query": "{ __typename }", "variables": {"first": 1e400}}`],
      ['a key that is there twice', `{"query": "{ __typename }", "query": "{ me { id } }"}`],
    ])('then %s is refused', (_, body) => expectRefusal(() => post(body)));

    it.each([
      'text/plain',
      'application/xml',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'x',
    ])('then %s is refused as its type', (type) => expectRefusal(() => post(QUERY, { 'content-type': type })));
    it('then a body over 1 MB is refused', async () => {
      const body = JSON.stringify({ query: '{ me { id } }', variables: { x: TOO_LONG(1_100_000) } });
      await expectRefusal(() => post(body));
      expect((await post(body)).status).toBe(413);
    });
    it('then a mutation by GET is refused, whatever its headers', async () => {
      const text = `mutation { createPatient(input: { firstName: "${MARK}", lastName: "B", dateOfBirth: "2015-01-01", medicalRecordNumber: "get" }) { id } }`;
      const url = `/graphql?query=${encodeURIComponent(text)}`;
      const headers: Record<string, string>[] = [
        {},
        { 'apollo-require-preflight': '1' },
        { 'content-type': 'application/json' },
      ];
      for (const each of headers) await expectRefusal(() => send('GET', url, undefined, each, practice.admin));
    });
    it.each([
      ['GET', '/nowhere'],
      ['POST', '/graphql/nowhere'],
    ] as const)('then %s %s is answered, and as NOT_FOUND', (method, url) =>
      expectRefusal(() => send(method, url, QUERY, { 'content-type': 'application/json' }, practice.admin), {
        code: 'NOT_FOUND',
      }),
    );
    it.each([
      ['a syntax error', `{ me { id } "${MARK}" }`],
      ['a string that does not end', `{ patient(id: "${MARK}) { id } }`],
      ['a character that is none', `{ me { id \u0007 } }`],
      ['nothing', ' '],
      ['an unknown field', '{ me { passwordHash } }'],
      [
        'a literal of another type',
        `mutation { createAuthorization(input: { patientId: "${randomUUID()}", serviceCodes: ["1"], totalUnits: "${MARK}", startDate: "2030-01-01", endDate: "2030-01-01" }) { id } }`,
      ],
      ['a literal that is no enum', `{ users(role: "${MARK}") { totalCount } }`],
      ['a literal that is no date', `{ authorizations(filter: { on: "${MARK}" }) { totalCount } }`],
      ['a literal that is no time', `{ appointments(filter: { from: "${MARK}" }) { totalCount } }`],
      ['a literal that is no id', `{ patient(id: { a: "${MARK}" }) { id } }`],
      [
        'a literal that is no JSON object',
        `mutation { completeAppointment(input: { appointmentId: "${randomUUID()}", metrics: "${MARK}" }) { id } }`,
      ],
      ['a missing argument', '{ patient { id } }'],
      ['a subscription', 'subscription { me { id } }'],
      ['a fragment of itself', 'query { me { ...A } } fragment A on User { organization { id } ...A }'],
    ])('then %s is refused', (_, query) => expectRefusal(() => post(JSON.stringify({ query }))));

    it.each([
      ['selections', '{ me '.repeat(20_000) + '}'.repeat(20_000)],
      ['lists', `{ users(first: ${'['.repeat(100_000)}`],
      ['objects', `{ users(first: ${'{a:'.repeat(100_000)}1${'}'.repeat(100_000)}) { totalCount } }`],
    ])('then %s nested without end are refused', (_, query) => expectRefusal(() => post(JSON.stringify({ query }))));

    it('then an unknown input field is refused', () =>
      expectRefusal(() => spoilt('createPatient', 'isSuperAdmin', true)));
    it('then a missing variable is refused by its name', () =>
      expectRefusal(() => run('query($id: ID!) { patient(id: $id) { id } }', {})));
  });

  describe('when the token is none', () => {
    const jwt = new JwtService({});
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    let claims: { sub: string; org: string; sid: string };
    beforeAll(() => {
      const { sid } = claimsOf(practitioner.token);
      claims = { sub: practitioner.userId, org: practice.id, sid };
    });
    const claimsOf = (token: string): { sid: string } =>
      JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { sid: string };
    const signed = (of: object, options: object = {}): string => jwt.sign(of, { secret, expiresIn: 900, ...options });

    it('then the same claims, well signed, are let in: the others are refused for their own fault', async () => {
      expect((await run('{ me { id } }', {}, signed(claims))).data).toEqual({ me: { id: practitioner.userId } });
    });
    it.each<[string, () => string]>([
      ['no JWT', () => MARK],
      ['three empty parts', () => '..'],
      ['of another secret', () => signed(claims, { secret: randomBytes(32).toString('hex') })],
      ['expired', () => signed(claims, { expiresIn: -1 })],
      ['not valid yet', () => signed(claims, { notBefore: 600 })],
      ['alg none', () => `${part({ alg: 'none', typ: 'JWT' })}.${part({ ...claims, exp: 9_999_999_999 })}.`],
      ['alg none, signed', () => `${part({ alg: 'none' })}.${part(claims)}.${signed(claims).split('.')[2]!}`],
      ['of another algorithm', () => signed(claims, { algorithm: 'HS512' })],
      [
        'changed',
        () =>
          `${signed(claims).split('.')[0]!}.${part({ ...claims, sub: patient.userId })}.${signed(claims).split('.')[2]!}`,
      ],
      ['cut', () => signed(claims).slice(0, -5)],
      ['of nobody', () => signed({ ...claims, sub: randomUUID() })],
      ['of another organization', () => signed({ ...claims, org: randomUUID() })],
      ['of another sign-in', () => signed({ ...claims, sid: claimsOf(patient.token).sid })],
      ['of no sign-in', () => signed({ sub: claims.sub, org: claims.org })],
      ['without claims', () => signed({})],
      ['of claims that are no ids', () => signed({ sub: `' OR 1=1`, org: MARK })],
      ['of claims of other types', () => signed({ sub: 'x', org: [practice.id] })],
    ])('then one that is %s is UNAUTHENTICATED', async (_, token) => {
      const input = good.createPatient!();
      await expectRefusal(() => run('{ me { id } }', {}, token()), { code: 'UNAUTHENTICATED' });
      await expectRefusal(() => change('createPatient', input, token()), { code: 'UNAUTHENTICATED' });
    });
    it.each(['', 'Bearer', 'Bearer ', 'Basic YTpi', 'bearer x y z'])(
      'then the header %j is UNAUTHENTICATED',
      (header) =>
        expectRefusal(
          () =>
            send('POST', '/graphql', '{"query":"{ me { id } }"}', {
              'content-type': 'application/json',
              authorization: header,
            }),
          { code: 'UNAUTHENTICATED' },
        ),
    );
    it('then one of a user who is not active any more is UNAUTHENTICATED, and so is their login', async () => {
      const email = `leaver-${randomUUID()}@practice.example`;
      const { id } = await world.make(
        'createUser',
        { email, password: 'long-enough-1', role: 'ADMIN' },
        practice.admin,
      );
      const signedIn = await change('login', { email, password: 'long-enough-1' });
      const { accessToken } = signedIn.data.login as { accessToken: string };
      const token = signed({ sub: id, org: practice.id, sid: claimsOf(accessToken).sid });
      expect((await run('{ me { id } }', {}, token)).data).toEqual({ me: { id } });
      await world.make('updateUser', { id, active: false }, practice.admin);
      await expectRefusal(() => run('{ me { id } }', {}, token), { code: 'UNAUTHENTICATED' });
      await expectRefusal(() => change('login', { email, password: 'long-enough-1' }), { code: 'UNAUTHENTICATED' });
    });
    it.each(['', 'unknown', randomBytes(32).toString('base64url')])(
      'then the refresh token %j is UNAUTHENTICATED',
      (token) =>
        expectRefusal(
          () => run('mutation($t: String!) { refreshToken(refreshToken: $t) { expiresIn } }', { t: token }),
          {
            code: 'UNAUTHENTICATED',
          },
        ),
    );
  });

  describe('when the object does not allow it', () => {
    let cancelled: string;
    let stranger: Person;
    beforeAll(async () => {
      cancelled = await world.authorization(practice, patient.id);
      stranger = await world.patient(practice);
      const { errors } = await run('mutation($id: ID!) { cancelAuthorization(id: $id, reason: "over") { id } }', {
        id: cancelled,
      });
      expect(errors).toBeUndefined();
    });
    it('then a cancelled authorization is AUTHORIZATION_NOT_USABLE, to book, to move to and to change', async () => {
      const code = 'AUTHORIZATION_NOT_USABLE';
      await expectRefusal(() => spoilt('createAppointment', 'authorizationId', cancelled), { code });
      await expectRefusal(() => spoilt('updateAppointment', 'authorizationId', cancelled), { code });
      await expectRefusal(() => change('updateAuthorization', { id: cancelled, totalUnits: 500, reason: 'more' }), {
        code,
      });
    });
    it("then another patient's authorization is AUTHORIZATION_PATIENT_MISMATCH", () =>
      expectRefusal(() => spoilt('createAppointment', 'patientId', stranger.id), {
        code: 'AUTHORIZATION_PATIENT_MISMATCH',
      }));
    it('then a code that is not covered is BAD_USER_INPUT', () =>
      expectRefusal(() => spoilt('createAppointment', 'serviceCode', '99999'), { field: 'serviceCode' }));
    it('then links that do not fit the role are BAD_USER_INPUT', async () => {
      await expectRefusal(() => change('createUser', { ...good.createUser!(), role: 'PATIENT' }), {
        field: 'patientId',
      });
      await expectRefusal(() => change('createUser', { ...good.createUser!(), practitionerId: practitioner.id }), {
        field: 'practitionerId',
      });
      await expectRefusal(() => change('updateUser', { id: practitioner.userId, role: 'PATIENT' }), { field: 'role' });
    });
    it('then what is taken is BAD_USER_INPUT', async () => {
      await expectRefusal(() => spoilt('createServiceCode', 'code', '97153'), { field: 'code' });
      const { data } = await run('{ me { email } }');
      const email = (data as { me: { email: string } }).me.email;
      await expectRefusal(() => spoilt('createUser', 'email', ` ${email.toUpperCase()} `), {
        field: 'email',
        secret: email,
      });
      await expectRefusal(() => spoilt('createOrganization', 'adminEmail', email), {
        field: 'adminEmail',
        secret: email,
      });
    });
  });

  it('when fields of an input are missing or unknown, then each is named by its own path', async () => {
    const { errors } = await world.query(
      'mutation($i: CreateAppointmentInput!) { createAppointment(input: $i) { id } }',
      {
        i: {
          patientId: '00000000-0000-4000-8000-000000000000',
          startTime: '2030-01-01T10:00:00Z',
          endTime: '2030-01-01T11:00:00Z',
          colour: 'red',
        },
      },
      practice.admin,
    );
    expect(Object.assign({}, ...errors!.map(({ extensions }) => extensions.details!.fields as object))).toEqual({
      practitionerId: ['is required'],
      authorizationId: ['is required'],
      colour: ['is not a field of this input'],
    });
  });

  it('when all that is over, then the application still answers', async () => {
    expect((await run('{ me { id } }')).errors).toBeUndefined();
  });
});
