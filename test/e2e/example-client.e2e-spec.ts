import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { buildSchema, parse, validate } from 'graphql';
import { ApiError, noticeOf } from '../../examples/client/api-error.ts';
import { freeHour } from '../../examples/client/free-hour.ts';
import { BookDocument } from '../../examples/client/graphql.ts';
import { TherapyClient, type Visit } from '../../examples/client/therapy-client.ts';
import { ErrorCode } from '../../src/foundation/errors/error-code.ts';
import { read } from '../support/sql.ts';
import { at, PASSWORD, together, World, type Person, type Practice } from '../support/world.ts';

/** What happens to a request on its way: `send` lets it through. */
type Way = (send: () => Promise<Response>, body: string) => Promise<Response>;

describe('given the example client and a server on a port', () => {
  const email = 'front-desk@practice.example';
  let world: World;
  let practice: Practice;
  let practitioner: Person;
  let patient: Person;
  let authorizationId: string;
  let url: string;
  let client: TherapyClient;
  let way: Way;
  /** Names of the operations that were sent. */
  let sent: string[];
  let day = 1;

  beforeAll(async () => {
    world = await World.create();
    practice = await world.practice();
    practitioner = await world.practitioner(practice);
    patient = await world.patient(practice);
    authorizationId = await world.authorization(practice, patient.id);
    await world.make(
      'createUser',
      { email, password: PASSWORD, role: 'PRACTITIONER', practitionerId: practitioner.id },
      practice.admin,
    );
    const { app } = world.test;
    await app.listen(0, '127.0.0.1');
    url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}/graphql`;
  });
  afterAll(() => world.close());

  beforeEach(async () => {
    way = (send) => send();
    sent = [];
    client = new TherapyClient({
      url,
      backOffMs: 1,
      fetch: (input, init) => {
        const body = init!.body as string;
        sent.push(/(?:query|mutation) (\w+)/.exec(body)![1]!);
        return way(() => fetch(input, init), body);
      },
    });
    await client.signIn(email, PASSWORD);
    sent = [];
  });

  const form = (more: object = {}) => ({
    patientId: patient.id,
    practitionerId: practitioner.id,
    authorizationId,
    ...at(`2031-05-${String(day++).padStart(2, '0')}`, '09:00'),
    idempotencyKey: crypto.randomUUID(),
    ...more,
  });
  const booked = async (idempotencyKey: string) =>
    read(
      world.test.database.ownerUrl,
      `SELECT resource_id FROM idempotency_keys JOIN appointments ON id = resource_id WHERE key = $1`,
      [idempotencyKey],
    );
  const refusalOf = (call: Promise<unknown>) =>
    call.then(
      () => undefined,
      (error: unknown) => error as ApiError,
    );
  /** The access token is not accepted any more: as after its 15 minutes. */
  const expired: Way = async (send, body) => {
    if (/mutation Refresh/.test(body)) way = (pass) => pass();
    else if (!sent.includes('Refresh'))
      return Response.json({ errors: [{ message: 'expired', extensions: { code: 'UNAUTHENTICATED' } }] });
    return send();
  };

  it('when it pages through a week, then every visit comes once, oldest first', async () => {
    const days = Array.from({ length: 5 }, (_, index) => at(`2031-04-0${index + 1}`, '09:00'));
    const ids: string[] = [];
    for (const times of days) ids.push((await client.book(form(times))).id);
    sent = [];
    const visits: Visit[] = [];
    for await (const visit of client.visitsBetween(new Date('2031-04-01'), new Date('2031-04-08'), 2))
      visits.push(visit);
    expect(visits.map(({ id }) => id)).toEqual(ids);
    expect(visits[0]).toMatchObject({ status: 'SCHEDULED', unitsReserved: 4, patient: { lastName: 'Patient' } });
    expect(sent).toEqual(Array(3).fill('VisitsBetween'));
  });

  it('when the answer of a booking is lost twice, then it is sent with the same key, and booked once', async () => {
    let lost = 0;
    way = async (send) => {
      const answer = await send();
      if (lost++ < 2) throw new TypeError('fetch failed');
      return answer;
    };
    const input = form();
    const { id } = await client.book(input);
    expect(sent).toEqual(Array(3).fill('Book'));
    expect(await booked(input.idempotencyKey)).toEqual([{ resource_id: id }]);
  });

  it('when the server is busy at first, then it tries again', async () => {
    way = () => {
      way = (send) => send();
      return Promise.resolve(
        Response.json({ errors: [{ message: 'busy', extensions: { code: 'TRY_AGAIN', retryable: true } }] }),
      );
    };
    expect(await client.book(form())).toMatchObject({ status: 'SCHEDULED' });
    expect(sent).toEqual(['Book', 'Book']);
  });

  it('when a booking is refused, then it is not sent again, and the form has words for it', async () => {
    const small = await world.authorization(practice, patient.id, { totalUnits: 3 });
    const refusal = await refusalOf(client.book(form({ authorizationId: small })));
    expect(refusal).toBeInstanceOf(ApiError);
    expect(refusal).toMatchObject({ code: 'INSUFFICIENT_UNITS', requestId: expect.stringMatching(/^[\w-]{36}$/) });
    expect(noticeOf(refusal!)).toEqual({ text: 'This needs 4 units, 3 are left.' });
    expect(sent).toEqual(['Book']);
  });

  it('when the input is wrong, then the words stand beside the field', async () => {
    const times = form();
    const refusal = await refusalOf(client.book({ ...times, endTime: times.startTime }));
    expect(noticeOf(refusal!)).toEqual({ text: expect.any(String), fields: { endTime: ['must be after startTime'] } });
  });

  it('when the hour is taken, then it says who is busy', async () => {
    const times = at('2031-06-01', '09:00');
    await client.book(form(times));
    const refusal = await refusalOf(client.book(form(times)));
    expect(noticeOf(refusal!).text).toBe('Already booked: practitioner and patient.');
  });

  it('when it looks for a free hour among its visits, then it finds one between them, and books it', async () => {
    for (const [start, end] of [
      ['09:30', '10:30'],
      ['11:00', '12:00'],
      ['13:15', '13:30'],
    ] as const)
      await client.book(form({ startTime: `2031-07-01T${start}:00Z`, endTime: `2031-07-01T${end}:00Z` }));
    const visits: Visit[] = [];
    for await (const visit of client.visitsBetween(new Date('2031-07-01'), new Date('2031-07-02'))) visits.push(visit);
    const from = (time: string) => freeHour(new Date(`2031-07-01T${time}Z`), visits);
    const times = { startTime: '2031-07-01T12:00:00.000Z', endTime: '2031-07-01T13:00:00.000Z' };
    expect(from('08:00:01')).toEqual(times);
    expect(from('12:00:00')).toEqual(times);
    expect(await client.book(form(times))).toMatchObject({ status: 'SCHEDULED' });
    expect(from('13:00:00').startTime).toBe('2031-07-01T14:00:00.000Z');
  });

  it('when the access token has expired and five calls find out at once, then they wait for one refresh', async () => {
    way = expired;
    const answers = await together(5, () => client.book(form()));
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill('SCHEDULED'));
    expect(sent.filter((name) => name === 'Refresh')).toHaveLength(1);
    await client.book(form());
    expect(sent.filter((name) => name === 'Refresh')).toHaveLength(1);
  });

  it('when the answer of a refresh is lost, then the spent token is not sent again: the user signs in', async () => {
    way = async (send, body) => {
      if (!body.includes('mutation Refresh')) return expired(send, body);
      await send();
      throw new TypeError('fetch failed');
    };
    expect(await refusalOf(client.book(form()))).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(sent).toEqual(['Book', 'Refresh']);
    way = (send) => send();
    await client.signIn(email, PASSWORD);
    expect(await client.book(form())).toMatchObject({ status: 'SCHEDULED' });
  });

  it('when the user signs out, then nothing more is sent', async () => {
    await client.signOut();
    expect(await refusalOf(client.book(form()))).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(sent).toEqual(['SignOut']);
  });

  it('when a mutation without a key loses its answer, then it is not sent a second time', async () => {
    way = async (send) => {
      await send();
      throw new TypeError('fetch failed');
    };
    const input = { ...form(), idempotencyKey: undefined };
    expect(await refusalOf(client.call(BookDocument, { input }, { repeatable: false }))).toBeInstanceOf(TypeError);
    expect(sent).toEqual(['Book']);
  });
});

describe('given what codegen made for the example client', () => {
  it('when its operations are held to schema.graphql, then each is valid', () => {
    const operations = parse(readFileSync('examples/client/operations.graphql', 'utf8'));
    expect(validate(buildSchema(readFileSync('schema.graphql', 'utf8')), operations)).toEqual([]);
  });

  it('when its error codes are held to those of the server, then they are the same (else: npm run types in examples/client)', () => {
    const text = readFileSync('examples/client/enums.ts', 'utf8');
    const listed = text.slice(text.indexOf('type ErrorCode'), text.indexOf('type LedgerEntryKind'));
    expect([...listed.matchAll(/\| '(\w+)'/g)].map(([, code]) => code)).toEqual(Object.values(ErrorCode).sort());
  });
});
