import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { at, PASSWORD, World, type Person, type Practice } from '../support/world.ts';

interface Connection {
  edges: { cursor: string; node: { id: string } }[];
  nodes: { id: string; [field: string]: unknown }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  totalCount: number;
}

let world: World;

beforeAll(async () => {
  world = await World.create();
});
afterAll(() => world.close());
afterEach(() => {
  jest.restoreAllMocks();
});

/** A page of `field(filter: $filter, first: $first, after: $after)`. */
async function page(
  token: string,
  [field, filterType]: readonly [string, string],
  filter: object = {},
  { first, after }: { first?: number; after?: string | null } = {},
  more = '',
): Promise<Connection> {
  const { data, errors } = await world.query(
    `query($filter: ${filterType}, $first: Int = 50, $after: String) { ${field}(filter: $filter, first: $first, after: $after) {
       edges { cursor node { id } } nodes { id ${more} } pageInfo { hasNextPage endCursor } totalCount } }`,
    { filter, first, after },
    token,
  );
  if (errors) throw new Error(JSON.stringify(errors));
  return data[field] as Connection;
}

const APPOINTMENTS = ['appointments', 'AppointmentFilter'] as const;
const SESSIONS = ['sessions', 'SessionFilter'] as const;
const PATIENTS = ['patients', 'PatientFilter'] as const;
const PRACTITIONERS = ['practitioners', 'PractitionerFilter'] as const;

const idsOf = ({ nodes }: Connection): string[] => nodes.map(({ id }) => id);

/** All pages one after the other; what `between` does happens after the first. */
async function walk(
  token: string,
  list: readonly [string, string],
  filter: object,
  first: number,
  between?: () => Promise<unknown>,
): Promise<string[]> {
  const seen: string[] = [];
  let after: string | null = null;
  for (let turn = 0; turn < 100; turn++) {
    const found: Connection = await page(token, list, filter, { first, after });
    expect(found.edges.map(({ node }) => node)).toEqual(found.nodes);
    expect(found.pageInfo.endCursor).toBe(found.edges.at(-1)?.cursor ?? null);
    seen.push(...idsOf(found));
    if (!found.pageInfo.hasNextPage) return seen;
    expect(found.nodes).toHaveLength(first);
    after = found.pageInfo.endCursor;
    if (turn === 0) await between?.();
  }
  throw new Error('The pages never end.');
}

describe('given appointments', () => {
  let practice: Practice;
  let practitioner: Person;
  let colleague: Person;
  let patient: Person;
  let sibling: Person;
  let authorizationId: string;
  let siblings: string;
  /** Oldest first. */
  const appointments: string[] = [];

  const book = (day: string, time: string, more: object = {}): Promise<string> =>
    world.booked(practice.admin, {
      patientId: patient.id,
      practitionerId: practitioner.id,
      authorizationId,
      ...at(day, time),
      ...more,
    });

  beforeAll(async () => {
    practice = await world.practice();
    [practitioner, colleague] = [await world.practitioner(practice), await world.practitioner(practice)];
    [patient, sibling] = [await world.patient(practice), await world.patient(practice)];
    authorizationId = await world.authorization(practice, patient.id);
    siblings = await world.authorization(practice, sibling.id);
    const theirs = { patientId: sibling.id, practitionerId: colleague.id, authorizationId: siblings };
    // made in another order than they start in; the last two start at the same instant
    const third = await book('2024-03-06', '09:00');
    const first = await book('2024-03-04', '09:00');
    const second = await book('2024-03-05', '09:00', theirs);
    const fourth = await book('2024-03-07', '09:00');
    const fifth = await book('2024-03-07', '09:00', theirs);
    appointments.push(first, second, third, ...[fourth, fifth].sort());
    await world.make('completeAppointment', { appointmentId: first }, practitioner.token);
    await world.make('cancelAppointment', { id: third }, practitioner.token);
  });

  it('when pages of 1, 2 and 5 are read, then each comes once, by (startTime, id)', async () => {
    for (const first of [1, 2, 5, 6]) expect(await walk(practice.admin, APPOINTMENTS, {}, first)).toEqual(appointments);
  });

  it('when others are inserted between two pages, then none is repeated and none is skipped', async () => {
    const filter = { from: '2024-03-01T00:00:00Z', to: '2024-04-01T00:00:00Z' };
    let before = '';
    let behind = '';
    const seen = await walk(practice.admin, APPOINTMENTS, filter, 2, async () => {
      before = await book('2024-03-03', '09:00');
      behind = await book('2024-03-08', '09:00');
    });
    expect(seen).toEqual([...appointments, behind]);
    expect(await walk(practice.admin, APPOINTMENTS, filter, 2)).toEqual([before, ...appointments, behind]);
    // out of the way of the others
    for (const id of [before, behind])
      await world.make(
        'updateAppointment',
        { id, ...at('2039-01-01', id === before ? '09:00' : '11:00') },
        practice.admin,
      );
  });

  it('when the last page is exactly full, then there is no next one; an empty one has no cursor', async () => {
    const filter = { to: '2024-03-08T00:00:00Z' };
    const full = await page(practice.admin, APPOINTMENTS, filter, { first: 5 });
    expect([full.nodes.length, full.pageInfo.hasNextPage, full.totalCount]).toEqual([5, false, 5]);
    const empty = await page(practice.admin, APPOINTMENTS, filter, { first: 5, after: full.pageInfo.endCursor });
    expect(empty).toEqual({
      edges: [],
      nodes: [],
      pageInfo: { hasNextPage: false, endCursor: null },
      totalCount: 5,
    });
  });

  it.each([
    ['from its end', { from: '2024-03-04T15:00:00Z', to: '2024-03-04T20:00:00Z' }, 0],
    ['from a millisecond before its end', { from: '2024-03-04T14:59:59.999Z', to: '2024-03-04T20:00:00Z' }, 1],
    ['to its start', { from: '2024-03-04T10:00:00Z', to: '2024-03-04T14:00:00Z' }, 0],
    ['to a millisecond after its start', { from: '2024-03-04T10:00:00Z', to: '2024-03-04T14:00:00.001Z' }, 1],
    ['within it', { from: '2024-03-04T14:20:00Z', to: '2024-03-04T14:30:00Z' }, 1],
    ['around it', { from: '2024-03-04T00:00:00Z', to: '2024-03-05T00:00:00Z' }, 1],
    ['to before it, without from', { to: '2024-03-04T14:00:00Z' }, 0],
  ])('when the window is %s, then half-open overlap counts, for sessions too', async (_, window, count) => {
    const expected = count ? [appointments[0]] : [];
    expect(idsOf(await page(practice.admin, APPOINTMENTS, window))).toEqual(expected);
    const sessions = await page(practice.admin, SESSIONS, window, {}, 'appointment { id }');
    expect(sessions.nodes.map(({ appointment }) => (appointment as { id: string }).id)).toEqual(expected);
  });

  it('when a visit of 12 hours began long before the window, then it overlaps', async () => {
    const person = await world.patient(practice);
    const long = await book('2035-01-01', '06:00', {
      patientId: person.id,
      authorizationId: await world.authorization(practice, person.id),
      ...at('2035-01-01', '06:00', 720),
    });
    const window = { from: '2035-01-01T22:59:59.999Z', to: '2035-01-02T00:00:00Z' };
    expect(idsOf(await page(practice.admin, APPOINTMENTS, window))).toEqual([long]);
  });

  it('when status, patient, practitioner and authorization are asked for, then those, and all of them together', async () => {
    const [first, second, third, fourth, fifth] = appointments as [string, string, string, string, string];
    const fifthIsSiblings =
      (await page(practice.admin, APPOINTMENTS, { patientId: sibling.id })).nodes[1]!.id === fifth;
    const ofSibling = fifthIsSiblings ? [second, fifth] : [second, fourth];
    const own = [first, third, fifthIsSiblings ? fourth : fifth];
    const until = { to: '2024-03-08T00:00:00Z' };
    const ids = async (filter: object): Promise<string[]> =>
      idsOf(await page(practice.admin, APPOINTMENTS, { ...until, ...filter }));
    expect(await ids({ patientId: sibling.id })).toEqual(ofSibling);
    expect(await ids({ practitionerId: colleague.id })).toEqual(ofSibling);
    expect(await ids({ authorizationId: siblings })).toEqual(ofSibling);
    expect(await ids({ patientId: patient.id })).toEqual(own);
    expect(await ids({ status: ['COMPLETED'] })).toEqual([first]);
    expect(await ids({ status: ['CANCELLED', 'COMPLETED'] })).toEqual([first, third]);
    expect(await ids({ status: ['SCHEDULED'], patientId: patient.id })).toEqual(own.slice(2));
    expect(await ids({ status: ['NO_SHOW'] })).toEqual([]);
    expect(await ids({ patientId: patient.id, practitionerId: colleague.id })).toEqual([]);
  });

  it('when the patient lists, then their own; the practitioner, then all', async () => {
    const until = { to: '2024-03-08T00:00:00Z' };
    expect((await page(patient.token, APPOINTMENTS, until)).totalCount).toBe(3);
    expect((await page(sibling.token, APPOINTMENTS, until)).totalCount).toBe(2);
    expect((await page(practitioner.token, APPOINTMENTS, until)).totalCount).toBe(5);
  });

  it('when totalCount is not selected, then nothing is counted; when it is, then the whole list, once', async () => {
    const said = jest.spyOn(pg.Client.prototype, 'query');
    const statements = (): string[] =>
      said.mock.calls
        .map(([first]) => (typeof first === 'string' ? first : (first as { text?: string }).text) ?? '')
        .filter((text) => /\bcount\s*\(/i.test(text));
    const ask = (selection: string): ReturnType<World['query']> =>
      world.query(`{ appointments(first: 2) { ${selection} } }`, {}, practice.admin);

    expect((await ask('nodes { id } edges { cursor } pageInfo { hasNextPage endCursor }')).errors).toBeUndefined();
    expect(said.mock.calls.length).toBeGreaterThan(0);
    expect(statements()).toEqual([]);
    const { data } = await ask('nodes { id } totalCount');
    expect(data.appointments.nodes).toHaveLength(2);
    expect(data.appointments.totalCount).toBeGreaterThan(4);
    expect(statements()).toHaveLength(1);
  });

  it.each([0, -1, 201])('when the first %i are asked for, then BAD_USER_INPUT', async (first) => {
    const { code } = await world.query(
      'query($n: Int) { appointments(first: $n) { nodes { id } } }',
      { n: first },
      practice.admin,
    );
    expect(code).toBe('BAD_USER_INPUT');
  });

  it('when the cursor is none, or of another list, then BAD_USER_INPUT', async () => {
    const { pageInfo } = await page(practice.admin, PATIENTS, {}, { first: 1 });
    for (const after of ['x', '', pageInfo.endCursor]) {
      const { code } = await world.query(
        'query($after: String) { appointments(after: $after) { nodes { id } } }',
        { after },
        practice.admin,
      );
      expect([after, code]).toEqual([after, 'BAD_USER_INPUT']);
    }
  });
});

describe('given patients and practitioners by name', () => {
  let practice: Practice;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    practice = await world.practice();
    for (const [firstName, lastName, medicalRecordNumber] of [
      ['José', 'Núñez', 'MRN-100'],
      ['Josephine', 'Baker', 'MRN-101'],
      ['Mary Ann', 'Smith', 'X-7'],
      ['Jan', 'van der Berg', 'X-8'],
      ['Ann', 'Joseph', 'X-70'],
    ]) {
      const { id } = await world.make(
        'createPatient',
        { firstName, lastName, dateOfBirth: '2015-01-01', medicalRecordNumber },
        practice.admin,
      );
      ids[lastName!] = id;
    }
    await world.make(
      'createPractitioner',
      { firstName: 'Zoë', lastName: 'Ålund', licenseNumber: 'L-9', specialization: 'ABA' },
      practice.admin,
    );
  });

  it.each<[string, string[]]>([
    ['jose', ['Baker', 'Joseph', 'Núñez']],
    ['José', ['Baker', 'Joseph', 'Núñez']],
    ['JOSEPH', ['Baker', 'Joseph']],
    ['nunez', ['Núñez']],
    ['Nu\u0301n', ['Núñez']],
    ['mrn-10', ['Baker', 'Núñez']],
    ['X-7', ['Joseph', 'Smith']],
    ['jose nun', ['Núñez']],
    ['nun jose', ['Núñez']],
    ['Mary Ann Smith', ['Smith']],
    ['jan van der', ['van der Berg']],
    ['van der Berg Jan', ['van der Berg']],
    ['ann', ['Joseph']],
    ['  jose   nun ', ['Núñez']],
    ['ose', []],
    ['jose baker', ['Baker']],
    ['jose smith', []],
    ['%', []],
    ['_', []],
    ["'", []],
    ['', ['Baker', 'Joseph', 'Núñez', 'Smith', 'van der Berg']],
  ])('when patients are searched by %j, then %j', async (search, expected) => {
    const found = await page(practice.admin, PATIENTS, { search }, {}, 'lastName');
    expect(found.nodes.map(({ lastName }) => lastName)).toEqual(expected);
    expect(found.totalCount).toBe(expected.length);
  });

  it('when a patient’s name changes, then the new one is found and the old one is not', async () => {
    await world.make('updatePatient', { id: ids.Baker, lastName: 'Öztürk' }, practice.admin);
    expect(idsOf(await page(practice.admin, PATIENTS, { search: 'ozt' }))).toEqual([ids.Baker]);
    expect(idsOf(await page(practice.admin, PATIENTS, { search: 'baker' }))).toEqual([]);
    await world.make('updatePatient', { id: ids.Baker, lastName: 'Baker' }, practice.admin);
  });

  it('when they are read page by page, then by last name, without regard to case and accents', async () => {
    expect(await walk(practice.admin, PATIENTS, {}, 2)).toEqual(
      ['Baker', 'Joseph', 'Núñez', 'Smith', 'van der Berg'].map((name) => ids[name]),
    );
  });

  it('when practitioners are searched, then likewise', async () => {
    for (const search of ['zoe', 'alund', 'Zoë Å'])
      expect((await page(practice.admin, PRACTITIONERS, { search })).totalCount).toBe(1);
    expect((await page(practice.admin, PRACTITIONERS, { search: 'lund' })).totalCount).toBe(0);
  });
});

describe('given users and service codes', () => {
  it('when users are listed, then by email, page by page, by role and by whether they are active', async () => {
    const practice = await world.practice();
    const suffix = `${randomUUID()}@lists.example`;
    const made: string[] = [];
    for (const name of ['c', 'A', 'b', 'd']) {
      const input = { email: `${name}-${suffix}`, password: PASSWORD, role: 'ADMIN' };
      made.push((await world.make('createUser', input, practice.admin)).id);
    }
    const patient = await world.patient(practice);
    await world.make('updateUser', { id: made[3], active: false }, practice.admin);
    const list = async (
      args: string,
    ): Promise<{ nodes: { id: string; email: string }[]; pageInfo: { endCursor: string } }> => {
      const { data, errors } = await world.query(
        `{ users(${args}) { nodes { id email } pageInfo { endCursor } } }`,
        {},
        practice.admin,
      );
      expect(errors).toBeUndefined();
      return data.users as never;
    };
    const all = await list('first: 200');
    const emails = all.nodes.map(({ email }) => email);
    expect(emails).toEqual([...emails].sort());
    expect(emails).toHaveLength(6);
    expect(emails.filter((email) => email.endsWith(suffix))).toEqual(
      ['a', 'b', 'c', 'd'].map((name) => `${name}-${suffix}`),
    );
    const first = await list('first: 2');
    const second = await list(`first: 4, after: ${JSON.stringify(first.pageInfo.endCursor)}`);
    expect([...first.nodes, ...second.nodes]).toEqual(all.nodes);
    expect((await list('role: PATIENT')).nodes.map(({ id }) => id)).toEqual([patient.userId]);
    expect((await list('active: false')).nodes.map(({ id }) => id)).toEqual([made[3]]);
    expect((await list('role: ADMIN, active: true')).nodes).toHaveLength(4);
  });

  it('when service codes are listed, then by code, with their rules, for everybody', async () => {
    const practice = await world.practice();
    await world.serviceCode(practice, { code: '0373T', timed: false });
    await world.serviceCode(practice, { code: 'H0031', unitMinutes: 60, roundUpAtMinutes: 31, zeroBelowMinutes: 31 });
    const patient = await world.patient(practice);
    for (const token of [practice.admin, patient.token]) {
      const { data } = await world.query(
        '{ serviceCodes { code timed unitMinutes roundUpAtMinutes zeroBelowMinutes } }',
        {},
        token,
      );
      expect(data.serviceCodes).toEqual([
        { code: '0373T', timed: false, unitMinutes: 15, roundUpAtMinutes: 8, zeroBelowMinutes: 8 },
        { code: '97153', timed: true, unitMinutes: 15, roundUpAtMinutes: 8, zeroBelowMinutes: 8 },
        { code: 'H0031', timed: true, unitMinutes: 60, roundUpAtMinutes: 31, zeroBelowMinutes: 31 },
      ]);
    }
  });
});

describe('given two organizations', () => {
  it('when a super admin lists organizations, then in the order in which people are listed', async () => {
    const names = ['Äpfel', 'Beta', 'zebra'];
    for (const name of [...names].reverse())
      await world.make(
        'createOrganization',
        { name, timeZone: 'UTC', adminEmail: `${randomUUID()}@lists.example`, adminPassword: PASSWORD },
        world.superAdmin,
      );
    const { data } = await world.query('{ organizations { name } }', {}, world.superAdmin);
    const listed = (data.organizations as { name: string }[]).map(({ name }) => name);
    expect(listed.filter((name) => names.includes(name))).toEqual(names);
  });

  it('when a super admin lists, then both; with an organizationId, then that one; an admin sees their own', async () => {
    const practices = [await world.practice(), await world.practice('Asia/Tokyo')];
    const seen: { appointment: string; patient: string; practice: Practice }[] = [];
    for (const practice of practices) {
      const patient = await world.patient(practice);
      const practitioner = await world.practitioner(practice);
      const appointment = await world.booked(practice.admin, {
        patientId: patient.id,
        practitionerId: practitioner.id,
        authorizationId: await world.authorization(practice, patient.id),
        ...at('2028-08-08', '09:00'),
      });
      seen.push({ appointment, patient: patient.id, practice });
    }
    const filter = { from: '2028-08-08T00:00:00Z', to: '2028-08-09T00:00:00Z' };
    const both = seen.map(({ appointment }) => appointment).sort();
    expect(await walk(world.superAdmin, APPOINTMENTS, filter, 1)).toEqual(both);
    for (const { appointment, patient, practice } of seen) {
      const organizationId = practice.id;
      expect(idsOf(await page(world.superAdmin, APPOINTMENTS, { ...filter, organizationId }))).toEqual([appointment]);
      expect(idsOf(await page(practice.admin, APPOINTMENTS, { ...filter, organizationId }))).toEqual([appointment]);
      expect(idsOf(await page(practice.admin, APPOINTMENTS, filter))).toEqual([appointment]);
      expect(idsOf(await page(world.superAdmin, PATIENTS, { organizationId }))).toEqual([patient]);
      const { data } = await world.query(
        'query($organizationId: ID) { serviceCodes(organizationId: $organizationId) { code } users(organizationId: $organizationId) { totalCount } }',
        { organizationId },
        world.superAdmin,
      );
      expect(data).toEqual({ serviceCodes: [{ code: '97153' }], users: { totalCount: 3 } });
    }
    const all = await world.query(
      '{ organizations { id } serviceCodes { code } users(first: 200) { nodes { id } totalCount } patients { totalCount } }',
      {},
      world.superAdmin,
    );
    const organizations = (all.data.organizations as { id: string }[]).map(({ id }) => id);
    expect(organizations).toEqual(expect.arrayContaining(practices.map(({ id }) => id)));
    expect(all.data.serviceCodes.length).toBeGreaterThanOrEqual(2);
    expect((await world.query('{ organizations { id } }', {}, practices[0]!.admin)).data).toEqual({
      organizations: [{ id: practices[0]!.id }],
    });
  });
});
