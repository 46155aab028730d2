import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { TenantRepository } from '../../src/platform/database/rows/tenant-repository.ts';
import type { Tx } from '../../src/platform/database/transactions/tx.ts';
import { Patient } from '../../src/people/patients/patient.entity.ts';
import { at, World, type Person, type Practice } from '../support/world.ts';
import type { GraphQLAnswer } from '../support/test-app.ts';

/** A practice with something of everything: a completed visit (with its session) and a booked one. */
interface Full extends Practice {
  readonly adminId: string;
  readonly practitioner: Person;
  readonly colleague: Person;
  readonly patient: Person;
  readonly otherPatient: Person;
  readonly authorization: string;
  readonly otherAuthorization: string;
  readonly serviceCodeId: string;
  readonly completed: string;
  readonly booked: string;
  readonly otherBooked: string;
  readonly session: string;
  /** Of emergency access, live. */
  readonly grant: string;
}

async function fullPractice(world: World): Promise<Full> {
  const practice = await world.practice();
  const practitioner = await world.practitioner(practice);
  const colleague = await world.practitioner(practice);
  const patient = await world.patient(practice);
  const otherPatient = await world.patient(practice);
  const authorization = await world.authorization(practice, patient.id);
  const otherAuthorization = await world.authorization(practice, otherPatient.id);
  const visit = { patientId: patient.id, practitionerId: practitioner.id, authorizationId: authorization };
  const otherVisit = {
    patientId: otherPatient.id,
    practitionerId: practitioner.id,
    authorizationId: otherAuthorization,
  };
  const completed = await world.booked(practice.admin, { ...visit, ...at('2026-01-05', '09:00') });
  const session = await world.make(
    'completeAppointment',
    { appointmentId: completed, narrativeNotes: 'secret of this practice' },
    practice.admin,
  );
  const booked = await world.booked(practice.admin, { ...visit, ...at('2031-03-03', '09:00') });
  const otherBooked = await world.booked(practice.admin, { ...otherVisit, ...at('2031-03-03', '12:00') });
  const grant = await world.make('grantEmergencyAccess', grantOf(otherPatient, colleague), practice.admin);
  const me = await world.query('{ me { id } serviceCodes { id } }', {}, practice.admin);
  return {
    ...practice,
    adminId: me.data.me.id as string,
    serviceCodeId: me.data.serviceCodes[0].id as string,
    practitioner,
    colleague,
    patient,
    otherPatient,
    authorization,
    otherAuthorization,
    completed,
    booked,
    otherBooked,
    session: session.id,
    grant: grant.id,
  };
}

const grantOf = (patient: Person, grantee: Person): Record<string, unknown> => ({
  patientId: patient.id,
  grantedToUserId: grantee.userId,
  durationMinutes: 480,
  justification: 'secret reason of this practice to open it',
});

type Who = 'admin' | 'practitioner' | 'patient';
const EVERYONE: Who[] = ['admin', 'practitioner', 'patient'];
const STAFF: Who[] = ['admin', 'practitioner'];
const ADMIN: Who[] = ['admin'];

/** A call with an id of the other practice, mine being the caller's; and whom the door lets in. */
interface Probe {
  readonly name: string;
  readonly by: readonly Who[];
  readonly call: (theirs: Full, mine: Full) => { text: string; variables: Record<string, unknown> };
}

const query = (field: string, by: readonly Who[], id: (full: Full) => string): Probe => ({
  name: `${field}(id)`,
  by,
  call: (theirs) => ({ text: `query($id: ID!) { ${field}(id: $id) { id } }`, variables: { id: id(theirs) } }),
});

const filter = (field: string, key: string, id: (full: Full) => string, by: readonly Who[] = EVERYONE): Probe => ({
  name: `${field}(filter: { ${key} })`,
  by,
  call: (theirs) => ({
    text: `query($filter: ${field.charAt(0).toUpperCase()}${field.slice(1, -1)}Filter) { ${field}(filter: $filter) { totalCount nodes { id } } }`,
    variables: { filter: { [key]: id(theirs) } },
  }),
});

const input = (
  field: string,
  what: string,
  by: readonly Who[],
  of: (theirs: Full, mine: Full) => Record<string, unknown>,
): Probe => ({
  name: `${field}(${what})`,
  by,
  call: (theirs, mine) => ({
    text: `mutation($input: ${field.charAt(0).toUpperCase()}${field.slice(1)}Input!) { ${field}(input: $input) { id } }`,
    variables: { input: of(theirs, mine) },
  }),
});

const byId = (field: string, by: readonly Who[], id: (full: Full) => string, more = ''): Probe => ({
  name: `${field}(id)`,
  by,
  call: (theirs) => ({ text: `mutation($id: ID!) { ${field}(id: $id${more}) { id } }`, variables: { id: id(theirs) } }),
});

const visitOf = (mine: Full): Record<string, unknown> => ({
  patientId: mine.patient.id,
  practitionerId: mine.practitioner.id,
  authorizationId: mine.authorization,
  ...at('2032-05-05', '09:00'),
});

const PROBES: Probe[] = [
  query('appointment', EVERYONE, (it) => it.booked),
  query('session', EVERYONE, (it) => it.session),
  query('authorization', EVERYONE, (it) => it.authorization),
  query('patient', EVERYONE, (it) => it.patient.id),
  query('practitioner', EVERYONE, (it) => it.practitioner.id),
  ...['appointments', 'sessions'].flatMap((field) => [
    filter(field, 'organizationId', (it) => it.id),
    filter(field, 'patientId', (it) => it.patient.id),
    filter(field, 'practitionerId', (it) => it.practitioner.id),
    filter(field, 'authorizationId', (it) => it.authorization),
  ]),
  filter('authorizations', 'organizationId', (it) => it.id),
  filter('authorizations', 'patientId', (it) => it.patient.id),
  filter('patients', 'organizationId', (it) => it.id),
  filter('practitioners', 'organizationId', (it) => it.id),
  filter('auditEvents', 'organizationId', (it) => it.id, ['admin']),
  filter('auditEvents', 'patientId', (it) => it.patient.id, ['admin']),
  {
    name: 'serviceCodes(organizationId)',
    by: EVERYONE,
    call: ({ id }) => ({ text: 'query($id: ID) { serviceCodes(organizationId: $id) { id } }', variables: { id } }),
  },
  {
    name: 'allServiceCodes(organizationId)',
    by: EVERYONE,
    call: ({ id }) => ({
      text: 'query($id: ID) { allServiceCodes(organizationId: $id) { totalCount } }',
      variables: { id },
    }),
  },
  {
    name: 'users(organizationId)',
    by: EVERYONE,
    call: ({ id }) => ({ text: 'query($id: ID) { users(organizationId: $id) { totalCount } }', variables: { id } }),
  },

  input('createUser', 'organizationId', ADMIN, ({ id }) => ({
    organizationId: id,
    email: `spy-${randomUUID()}@practice.example`,
    password: 'long-enough-1',
    role: 'ADMIN',
  })),
  input('createUser', 'practitionerId', ADMIN, ({ practitioner }) => ({
    email: `spy-${randomUUID()}@practice.example`,
    password: 'long-enough-1',
    role: 'PRACTITIONER',
    practitionerId: practitioner.id,
  })),
  input('createUser', 'patientId', ADMIN, ({ patient }) => ({
    email: `spy-${randomUUID()}@practice.example`,
    password: 'long-enough-1',
    role: 'PATIENT',
    patientId: patient.id,
  })),
  input('updateUser', 'id', ADMIN, ({ adminId }) => ({ id: adminId, active: false })),
  {
    name: 'resetSecondFactor(userId)',
    by: ADMIN,
    call: ({ adminId }) => ({
      text: 'mutation($id: ID!) { resetSecondFactor(userId: $id) { id } }',
      variables: { id: adminId },
    }),
  },
  input('updateOrganizationSecurity', 'organizationId', ADMIN, ({ id }) => ({
    organizationId: id,
    staffSecondFactorRequired: true,
  })),
  input('createPatient', 'organizationId', ADMIN, ({ id }) => ({
    organizationId: id,
    firstName: 'A',
    lastName: 'B',
    dateOfBirth: '2015-01-01',
    medicalRecordNumber: randomUUID(),
  })),
  input('updatePatient', 'id', ADMIN, ({ patient }) => ({ id: patient.id, firstName: 'Stolen' })),
  input('createPractitioner', 'organizationId', ADMIN, ({ id }) => ({
    organizationId: id,
    firstName: 'A',
    lastName: 'B',
    licenseNumber: 'L',
    specialization: 'S',
  })),
  input('updatePractitioner', 'id', ADMIN, ({ practitioner }) => ({ id: practitioner.id, firstName: 'Stolen' })),
  input('createServiceCode', 'organizationId', ADMIN, ({ id }) => ({
    organizationId: id,
    code: '97155',
    description: 'D',
  })),
  input('updateServiceCode', 'id', ADMIN, ({ serviceCodeId }) => ({ id: serviceCodeId, unitMinutes: 30 })),
  input('createAuthorization', 'patientId', ADMIN, ({ patient }) => ({
    patientId: patient.id,
    serviceCodes: ['97153'],
    totalUnits: 5,
    startDate: '2026-01-01',
    endDate: '2026-12-31',
  })),
  input('updateAuthorization', 'id', ADMIN, ({ authorization }) => ({
    id: authorization,
    totalUnits: 200,
    reason: 'theirs',
  })),
  byId('cancelAuthorization', ADMIN, (it) => it.authorization, ', reason: "theirs"'),
  input('createAppointment', 'patientId', STAFF, (theirs, mine) => ({
    ...visitOf(mine),
    patientId: theirs.patient.id,
  })),
  input('createAppointment', 'practitionerId', STAFF, (theirs, mine) => ({
    ...visitOf(mine),
    practitionerId: theirs.practitioner.id,
  })),
  input('createAppointment', 'authorizationId', STAFF, (theirs, mine) => ({
    ...visitOf(mine),
    authorizationId: theirs.authorization,
  })),
  input('createAppointment', 'everything', STAFF, (theirs) => visitOf(theirs)),
  input('createAppointment', 'everything, at a booked time', STAFF, (theirs) => ({
    ...visitOf(theirs),
    ...at('2031-03-03', '09:00'),
  })),
  input('updateAppointment', 'id', STAFF, ({ booked }) => ({ id: booked, notes: 'theirs' })),
  input('updateAppointment', 'id and a stale version', STAFF, ({ booked }) => ({ id: booked, expectedVersion: 99 })),
  input('updateAppointment', 'practitionerId', STAFF, (theirs, mine) => ({
    id: mine.booked,
    practitionerId: theirs.practitioner.id,
  })),
  input('updateAppointment', 'authorizationId', STAFF, (theirs, mine) => ({
    id: mine.booked,
    authorizationId: theirs.authorization,
  })),
  input('cancelAppointment', 'id', STAFF, ({ booked }) => ({ id: booked })),
  input('cancelAppointment', 'id with a key', STAFF, ({ booked }) => ({ id: booked, idempotencyKey: randomUUID() })),
  byId('startAppointment', STAFF, (it) => it.completed),
  byId('markNoShow', STAFF, (it) => it.booked),
  input('completeAppointment', 'appointmentId', STAFF, ({ booked }) => ({ appointmentId: booked })),
  input('completeAppointment', 'a completed appointmentId', STAFF, ({ completed }) => ({ appointmentId: completed })),
  input('grantEmergencyAccess', 'patientId', ADMIN, (theirs, mine) => grantOf(theirs.patient, mine.colleague)),
  input('grantEmergencyAccess', 'grantedToUserId', ADMIN, (theirs, mine) => grantOf(mine.patient, theirs.colleague)),
  input('grantEmergencyAccess', 'everything', ADMIN, (theirs) => grantOf(theirs.patient, theirs.colleague)),
  byId('revokeEmergencyAccess', ADMIN, (it) => it.grant, ', reason: "theirs"'),
];

/** What takes no id of an object. */
const WITHOUT_IDS = [
  ...['me', 'organizations', 'login', 'logout', 'refreshToken', 'createOrganization'],
  ...['emergencyAccessGrants', 'allEmergencyAccessGrants', 'allOrganizations'],
  // of the caller's own account
  ...['beginTotpEnrolment', 'confirmTotpEnrolment', 'disableTotp', 'beginLoginEnrolment', 'confirmLoginEnrolment'],
  'confirmIdentity',
];

describe('given two practices with everything', () => {
  let world: World;
  let mine: Full;
  let theirs: Full;
  let db: pg.Client;

  beforeAll(async () => {
    world = await World.create();
    mine = await fullPractice(world);
    theirs = await fullPractice(world);
    db = new pg.Client({ connectionString: world.test.database.ownerUrl });
    await db.connect();
    await db.query(`SELECT set_config('app.reach', 'all', false)`);
  });
  afterAll(async () => {
    await db.end();
    await world.close();
  });

  const token = (who: Who): string =>
    ({ admin: mine.admin, practitioner: mine.practitioner.token, patient: mine.patient.token })[who];

  const TABLES =
    'organizations users sign_ins refresh_tokens second_factors practitioners patients service_codes authorizations authorization_service_codes ledger_entries appointments sessions emergency_access_grants idempotency_keys'.split(
      ' ',
    );

  /** Everything that an organization has, row by row: nothing of it may change. */
  async function contentsOf(organizationId: string): Promise<Record<string, string[]>> {
    const contents: Record<string, string[]> = {};
    for (const table of TABLES) {
      const key = table === 'organizations' ? 'id' : 'organization_id';
      const { rows } = await db.query<{ row: string }>(
        `SELECT row(t.*)::text AS row FROM ${table} t WHERE ${key} = $1 ORDER BY 1`,
        [organizationId],
      );
      contents[table] = rows.map(({ row }) => row);
    }
    return contents;
  }

  async function denials(organizationId: string): Promise<{ actor_id: string; code: string; resource_id: string }[]> {
    const { rows } = await db.query<{ actor_id: string; code: string; resource_id: string }>(
      `SELECT actor_id, resource_id, details ->> 'code' AS code FROM audit_events
        WHERE organization_id = $1 AND action = 'ACCESS_DENIED' AND outcome = 'DENIED' ORDER BY id`,
      [organizationId],
    );
    return rows;
  }

  it('when the schema has a query or mutation, then it is probed here', () => {
    const { schema } = world.test.app.get(GraphQLSchemaHost);
    const fields = [schema.getQueryType(), schema.getMutationType()].flatMap((type) => Object.keys(type!.getFields()));
    const probed = new Set([...WITHOUT_IDS, ...PROBES.map(({ name }) => name.split('(')[0]!)]);
    expect(fields.filter((field) => !probed.has(field))).toEqual([]);
  });

  describe.each(EVERYONE)('when the %s of one uses an id of the other', (who) => {
    let before: Record<string, string[]>;
    beforeAll(async () => {
      before = await contentsOf(theirs.id);
    });

    it.each(PROBES.filter(({ by }) => by.includes(who)).map((probe) => [probe.name, probe] as const))(
      'then %s is NOT_FOUND, recorded, and changes nothing there or here',
      async (_, probe) => {
        const own = await contentsOf(mine.id);
        const recorded = await denials(mine.id);
        const elsewhere = await denials(theirs.id);
        const { text, variables } = probe.call(theirs, mine);

        const answer = await world.query(text, variables, token(who));

        expect(answer.code).toBe('NOT_FOUND');
        expect(answer.errors).toHaveLength(1);
        expect(answer.data).toBeNull();
        expect(await contentsOf(theirs.id)).toEqual(before);
        expect(await contentsOf(mine.id)).toEqual(own);
        const { resource_id, code } = (await denials(mine.id)).at(-1)!;
        expect(await denials(mine.id)).toHaveLength(recorded.length + 1);
        expect(code).toBe('NOT_FOUND');
        expect(Object.values(flattened(variables))).toContain(resource_id);
        expect(await denials(theirs.id)).toEqual(elsewhere);
      },
    );

    it.each(PROBES.filter(({ by }) => by.includes(who)).map((probe) => [probe.name, probe] as const))(
      'then the answer of %s is that of an id which nobody has',
      async (_, probe) => {
        const foreign = probe.call(theirs, mine);
        const random = randomUUID();
        const theirIds = idsOf(theirs);
        const nowhere = JSON.parse(
          JSON.stringify(foreign.variables, (_key, value: unknown) =>
            typeof value === 'string' && theirIds.has(value) ? random : value,
          ),
        ) as Record<string, unknown>;
        const hidden = (answer: GraphQLAnswer): unknown => [
          answer.status,
          answer.errors?.map(({ message, path, extensions }) => ({
            message,
            path,
            code: extensions.code,
            resource: extensions.details?.resource,
          })),
        ];
        const a = await world.query(foreign.text, foreign.variables, token(who));
        const b = await world.query(foreign.text, nowhere, token(who));
        expect(hidden(a)).toEqual(hidden(b));
      },
    );
  });

  it('when a key of the other practice comes with its input, then it opens nothing here', async () => {
    const key = randomUUID();
    const cancelled = await world.booked(theirs.admin, {
      patientId: theirs.patient.id,
      practitionerId: theirs.practitioner.id,
      authorizationId: theirs.authorization,
      ...at('2033-03-03', '09:00'),
    });
    await world.make('cancelAppointment', { id: cancelled, idempotencyKey: key }, theirs.admin);
    const answer = await world.mutate('cancelAppointment', { id: cancelled, idempotencyKey: key }, mine.admin);
    expect(answer.code).toBe('NOT_FOUND');
  });

  it.each(EVERYONE)(
    'when the %s lists, then totals, rows and what hangs on them are of the own practice',
    async (who) => {
      const { data, errors } = await world.query(
        `{ appointments { totalCount nodes { id organizationId patient { organizationId } practitioner { organizationId } authorization { organizationId } session { organizationId } } }
         sessions { totalCount nodes { id organizationId appointment { organizationId } } }
         authorizations { totalCount nodes { id organizationId patient { organizationId } } }
         patients { totalCount nodes { id organizationId authorizations { totalCount nodes { organizationId } } } }
         practitioners { totalCount nodes { id organizationId } }
         users { totalCount nodes { id organization { id } } }
         organizations { id } serviceCodes { id } }`,
        {},
        token(who),
      );
      expect(errors).toBeUndefined();
      const text = JSON.stringify(data);
      for (const id of idsOf(theirs)) expect(text).not.toContain(id);
      const totals = Object.fromEntries(
        ['appointments', 'sessions', 'authorizations', 'patients', 'practitioners', 'users'].map((field) => {
          expect(data[field].nodes).toHaveLength(data[field].totalCount as number);
          return [field, data[field].totalCount as number];
        }),
      );
      const all = { appointments: 3, sessions: 1, authorizations: 2, patients: 2, practitioners: 2, users: 5 };
      const expected = {
        admin: all,
        practitioner: { ...all, users: 1 },
        patient: { appointments: 2, sessions: 1, authorizations: 1, patients: 1, practitioners: 1, users: 1 },
      };
      expect(totals).toEqual(expected[who]);
      expect(data.organizations).toEqual([{ id: mine.id }]);
      expect(data.serviceCodes).toEqual([{ id: mine.serviceCodeId }]);
    },
  );

  it('when grants of emergency access are listed, then those of the own practice, and both to a super admin', async () => {
    const text = '{ emergencyAccessGrants { id patient { id } grantedTo { id } grantedBy { id } } }';
    const idsSeenBy = async (caller: string): Promise<string[]> => {
      const { data, errors } = await world.query(text, {}, caller);
      expect(errors).toBeUndefined();
      return (data.emergencyAccessGrants as { id: string }[]).map(({ id }) => id);
    };
    expect(await idsSeenBy(mine.admin)).toEqual([mine.grant]);
    expect(await idsSeenBy(theirs.admin)).toEqual([theirs.grant]);
    expect(await idsSeenBy(world.superAdmin)).toEqual([theirs.grant, mine.grant]);
  });

  it('when a page goes on behind a cursor of the other practice, then it holds rows of the own only', async () => {
    const text =
      'query($after: String) { appointments(first: 1, after: $after) { nodes { organizationId } pageInfo { endCursor } } }';
    const foreign = await world.query(text, {}, theirs.admin);
    const page = await world.query(text, { after: foreign.data.appointments.pageInfo.endCursor }, mine.admin);
    expect(page.errors).toBeUndefined();
    for (const { organizationId } of page.data.appointments.nodes as { organizationId: string }[])
      expect(organizationId).toBe(mine.id);
  });

  it('when row-level security does not stand behind it, then the repository keeps to its organization all the same', async () => {
    const dataSource = world.test.app.get(DataSource, { strict: false });
    const rows = new TenantRepository(Patient);
    const wall = (reach: string | null): string =>
      rows.select({ reach, manager: dataSource.manager } as unknown as Tx).text('row.id');
    expect(wall(mine.id)).toMatch(/WHERE \(row\.organizationId = /);
    expect(wall(null)).not.toMatch(/WHERE .*organizationId/);
  });

  describe('when a super admin comes', () => {
    it.each(['appointment', 'session', 'authorization', 'patient', 'practitioner'] as const)(
      'then the %s of both is read',
      async (field) => {
        const idOf = (full: Full): string =>
          ({
            appointment: full.booked,
            session: full.session,
            authorization: full.authorization,
            patient: full.patient.id,
            practitioner: full.practitioner.id,
          })[field];
        for (const full of [mine, theirs]) {
          const { data, errors } = await world.query(
            `query($id: ID!) { ${field}(id: $id) { id organizationId } }`,
            { id: idOf(full) },
            world.superAdmin,
          );
          expect(errors).toBeUndefined();
          expect(data[field]).toEqual({ id: idOf(full), organizationId: full.id });
        }
      },
    );

    it('then lists hold both, or the one that is named; an unknown one is NOT_FOUND', async () => {
      const text = 'query($filter: AppointmentFilter) { appointments(filter: $filter) { nodes { organizationId } } }';
      const seen = async (filter: object | null): Promise<Set<string>> => {
        const { data, errors } = await world.query(text, { filter }, world.superAdmin);
        expect(errors).toBeUndefined();
        return new Set(
          (data.appointments.nodes as { organizationId: string }[]).map(({ organizationId }) => organizationId),
        );
      };
      expect(await seen(null)).toEqual(new Set([mine.id, theirs.id]));
      expect(await seen({ organizationId: theirs.id })).toEqual(new Set([theirs.id]));
      expect((await world.query(text, { filter: { organizationId: randomUUID() } }, world.superAdmin)).code).toBe(
        'NOT_FOUND',
      );
    });

    it('then a change lands in the organization of its object, and so does its event', async () => {
      for (const full of [mine, theirs]) {
        await world.make(
          'updateAppointment',
          { id: full.otherBooked, notes: 'moved by the platform' },
          world.superAdmin,
        );
        const { rows } = await db.query<{ actor_role: string }>(
          `SELECT actor_role FROM audit_events WHERE organization_id = $1 AND resource_id = $2 AND action = 'UPDATE_APPOINTMENT'`,
          [full.id, full.otherBooked],
        );
        expect(rows).toEqual([{ actor_role: 'SUPER_ADMIN' }]);
      }
    });

    it('then objects of two organizations still do not meet', async () => {
      const answer = await world.book(world.superAdmin, {
        patientId: mine.patient.id,
        practitionerId: theirs.practitioner.id,
        authorizationId: mine.authorization,
        ...at('2034-01-05', '09:00'),
      });
      expect(answer.code).toBe('NOT_FOUND');
    });
  });

  describe('when it is the own practice, but not the own right', () => {
    let recorded: number;
    beforeEach(async () => {
      recorded = (await denials(mine.id)).length;
    });

    async function expectForbidden(answer: GraphQLAnswer, who: Person, resourceId: string): Promise<void> {
      expect(answer.code).toBe('FORBIDDEN');
      expect(answer.data).toBeNull();
      const denied = await denials(mine.id);
      expect(denied).toHaveLength(recorded + 1);
      expect(denied.at(-1)).toEqual({ actor_id: who.userId, code: 'FORBIDDEN', resource_id: resourceId });
    }

    it.each([
      ['patient', (full: Full) => full.otherPatient.id],
      ['authorization', (full: Full) => full.otherAuthorization],
      ['appointment', (full: Full) => full.otherBooked],
      ['practitioner', (full: Full) => full.colleague.id],
    ])("then another's %s is FORBIDDEN to a patient, and recorded", async (field, idOf) => {
      const id = idOf(mine);
      const answer = await world.query(`query($id: ID!) { ${field}(id: $id) { id } }`, { id }, mine.patient.token);
      await expectForbidden(answer, mine.patient, id);
    });

    it("then another patient's session is FORBIDDEN to a patient, and recorded", async () => {
      const answer = await world.query(
        'query($id: ID!) { session(id: $id) { id narrativeNotes } }',
        { id: mine.session },
        mine.otherPatient.token,
      );
      await expectForbidden(answer, mine.otherPatient, mine.session);
    });

    it('then a session of a patient never seen is FORBIDDEN to a practitioner, and recorded', async () => {
      const answer = await world.query(
        'query($id: ID!) { session(id: $id) { id } }',
        { id: mine.session },
        mine.colleague.token,
      );
      await expectForbidden(answer, mine.colleague, mine.session);
      const { data } = await world.query('{ sessions { totalCount nodes { id } } }', {}, mine.colleague.token);
      expect(data.sessions).toEqual({ totalCount: 0, nodes: [] });
    });

    it.each([
      ['appointments', 'patientId', (full: Full) => full.otherPatient.id],
      ['appointments', 'practitionerId', (full: Full) => full.colleague.id],
      ['sessions', 'authorizationId', (full: Full) => full.otherAuthorization],
      ['authorizations', 'patientId', (full: Full) => full.otherPatient.id],
    ])("then %s filtered by another's %s are FORBIDDEN to a patient", async (field, key, idOf) => {
      const type = `${field.charAt(0).toUpperCase()}${field.slice(1, -1)}Filter`;
      const answer = await world.query(
        `query($filter: ${type}) { ${field}(filter: $filter) { nodes { id } } }`,
        { filter: { [key]: idOf(mine) } },
        mine.patient.token,
      );
      await expectForbidden(answer, mine.patient, idOf(mine));
    });

    it("then completing a colleague's appointment is FORBIDDEN to a practitioner, and changes nothing", async () => {
      const before = await contentsOf(mine.id);
      const answer = await world.mutate('completeAppointment', { appointmentId: mine.booked }, mine.colleague.token);
      await expectForbidden(answer, mine.colleague, mine.booked);
      expect(await contentsOf(mine.id)).toEqual(before);
    });

    it('then Appointment.session is null without an error where the clinical record may not be read', async () => {
      const text = 'query($id: ID!) { appointment(id: $id) { status session { id narrativeNotes } } }';
      const read = (who: Person): Promise<GraphQLAnswer> => world.query(text, { id: mine.completed }, who.token);
      const stranger = await read(mine.colleague);
      expect(stranger.errors).toBeUndefined();
      expect(stranger.data.appointment).toEqual({ status: 'COMPLETED', session: null });
      const session = { id: mine.session, narrativeNotes: 'secret of this practice' };
      expect((await read(mine.practitioner)).data.appointment.session).toEqual(session);
      expect((await read(mine.patient)).data.appointment.session).toEqual(session);
    });

    it('then a cancelled appointment opens no clinical record to a practitioner, and a kept one does', async () => {
      const newcomer = await world.practitioner(mine);
      const visit = { patientId: mine.patient.id, practitionerId: newcomer.id, authorizationId: mine.authorization };
      const read = async (): Promise<string | undefined> =>
        (await world.query('query($id: ID!) { session(id: $id) { id } }', { id: mine.session }, newcomer.token)).code;
      const first = await world.booked(mine.admin, { ...visit, ...at('2035-01-05', '09:00') });
      expect(await read()).toBeUndefined();
      await world.make('cancelAppointment', { id: first }, mine.admin);
      expect(await read()).toBe('FORBIDDEN');
    });

    it.each(['practitioner', 'patient'] as const)('then a %s sees only themselves in users', async (who) => {
      const { data } = await world.query('{ users { totalCount nodes { id } } }', {}, mine[who].token);
      expect(data.users).toEqual({ totalCount: 1, nodes: [{ id: mine[who].userId }] });
      const admins = await world.query('{ users(role: ADMIN) { totalCount nodes { id } } }', {}, mine[who].token);
      expect(admins.data.users).toEqual({ totalCount: 0, nodes: [] });
    });

    it('then nobody but a super admin makes or changes a super admin', async () => {
      const { data } = await world.query('{ me { id } }', {}, world.superAdmin);
      const id = (data as { me: { id: string } }).me.id;
      expect((await world.mutate('updateUser', { id, active: false }, mine.admin)).code).toBe('NOT_FOUND');
      const { rows } = await db.query('SELECT active FROM users WHERE id = $1', [id]);
      expect(rows).toEqual([{ active: true }]);
    });
  });
});

function flattened(value: Record<string, unknown>): Record<string, unknown> {
  return Object.assign(
    {},
    ...Object.values(value).map((inner) => (typeof inner === 'object' ? inner : value)),
  ) as Record<string, unknown>;
}

/** Every id that the practice has. */
function idsOf(full: Full): Set<string> {
  const people = [full.practitioner, full.colleague, full.patient, full.otherPatient];
  return new Set([
    ...people.flatMap(({ id, userId }) => [id, userId]),
    ...[full.id, full.adminId, full.authorization, full.otherAuthorization, full.serviceCodeId],
    ...[full.completed, full.booked, full.otherBooked, full.session, full.grant],
  ]);
}
