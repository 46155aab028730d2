import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { StaleVersion } from '../../src/foundation/errors/domain-error.ts';
import { PatientsService } from '../../src/people/patients/patients.service.ts';
import { refusalsIn } from '../../src/platform/graphql/edge/refuses.decorator.ts';
import type { GraphQLAnswer } from '../support/test-app.ts';
import { read } from '../support/sql.ts';
import { at, World, type Practice } from '../support/world.ts';

const NOWHERE = '00000000-0000-4000-8000-000000000000';
const NOBODY = { email: 'nobody@nowhere.example', password: 'wrong-password' };

let world: World;
let practice: Practice;
/** Of the practice: who and what a visit takes. */
let visit: { patientId: string; practitionerId: string; authorizationId: string };
beforeAll(async () => {
  world = await World.create();
  practice = await world.practice();
  const [{ id: patientId }, { id: practitionerId }] = [
    await world.patient(practice),
    await world.practitioner(practice),
  ];
  visit = { patientId, practitionerId, authorizationId: await world.authorization(practice, patientId) };
});
afterAll(() => world.close());

const refused = (name: string, input: object, selection = 'id'): Promise<GraphQLAnswer> =>
  world.mutate(name, input, practice.admin, selection);
const byArguments = (call: string): Promise<GraphQLAnswer> =>
  world.query(`mutation { ${call} { id } }`, {}, practice.admin);
const signingIn = (name: string, selection: string): Promise<GraphQLAnswer> =>
  world.query(`mutation($input: LoginInput!) { ${name}(input: $input) { ${selection} } }`, { input: NOBODY });

let days = 0;
/** An hour of the past that nobody has; each asked for once. */
const hour = (): { startTime: string; endTime: string } =>
  at(new Date(Date.UTC(2024, 0, ++days)).toISOString().slice(0, 10), '10:00');
const booking = (more: object = {}): object => ({ ...visit, ...hour(), ...more });
const booked = async (more: object = {}): Promise<string> =>
  (await world.make('createAppointment', booking(more), practice.admin)).id;
const cancelled = async (): Promise<string> => {
  const id = await booked();
  await world.make('cancelAppointment', { id }, practice.admin);
  return id;
};
const ofAnother = async (): Promise<string> => world.authorization(practice, (await world.patient(practice)).id);
const cancelledAuthorization = async (): Promise<string> => {
  const id = await world.authorization(practice, visit.patientId);
  await byArguments(`cancelAuthorization(id: "${id}", reason: "for the test")`);
  return id;
};
/** The second call of the same key, with something else. */
const again = async (name: string, first: object, second: object): Promise<GraphQLAnswer> => {
  const idempotencyKey = randomUUID();
  await world.make(name, { ...first, idempotencyKey }, practice.admin);
  return refused(name, { ...second, idempotencyKey });
};
const patient = { firstName: 'A', lastName: 'B', dateOfBirth: '2015-05-05', medicalRecordNumber: 'M' };
const practitioner = { firstName: 'A', lastName: 'B', licenseNumber: 'L', specialization: 'ABA' };
const organization = { name: 'N', timeZone: 'UTC', adminEmail: 'n@practice.example', adminPassword: 'correct-horse-7' };
const user = { email: 'u@practice.example', password: 'correct-horse-7' };
const authorization = { serviceCodes: ['97153'], totalUnits: 1, startDate: '2024-01-01', endDate: '2024-12-31' };
const emergency = { durationMinutes: 30, justification: 'Needed for the test of refusals.' };

/** As whoever has shown nothing for too long. */
const unconfirmed = async (call: () => Promise<GraphQLAnswer>): Promise<GraphQLAnswer> => {
  const { adminUrl } = world.test.database;
  await read(adminUrl, `UPDATE sign_ins SET confirmed_at = confirmed_at - interval '10 minutes'`);
  const answer = await call();
  await read(adminUrl, 'UPDATE sign_ins SET confirmed_at = clock_timestamp()');
  return answer;
};

/** How each refusal comes about that a mutation lists. */
const REFUSED: Record<string, Record<string, () => Promise<GraphQLAnswer>>> = {
  login: { UNAUTHENTICATED: () => signingIn('login', 'expiresIn') },
  refreshToken: {
    UNAUTHENTICATED: () => world.query('mutation { refreshToken(refreshToken: "x") { expiresIn } }', {}),
  },
  beginLoginEnrolment: { UNAUTHENTICATED: () => signingIn('beginLoginEnrolment', 'secret') },
  confirmLoginEnrolment: { UNAUTHENTICATED: () => signingIn('confirmLoginEnrolment', 'recoveryCodes') },
  resetSecondFactor: {
    NOT_FOUND: () => byArguments(`resetSecondFactor(userId: "${NOWHERE}")`),
    IDENTITY_UNCONFIRMED: () => unconfirmed(() => byArguments(`resetSecondFactor(userId: "${NOWHERE}")`)),
  },

  updateOrganizationSecurity: {
    NOT_FOUND: () =>
      refused('updateOrganizationSecurity', { organizationId: NOWHERE, staffSecondFactorRequired: false }),
    IDENTITY_UNCONFIRMED: () =>
      unconfirmed(() => refused('updateOrganizationSecurity', { staffSecondFactorRequired: false })),
  },
  createOrganization: {
    IDENTITY_UNCONFIRMED: () => unconfirmed(() => world.mutate('createOrganization', organization, world.superAdmin)),
  },
  createUser: {
    NOT_FOUND: () => refused('createUser', { ...user, role: 'PATIENT', patientId: NOWHERE }),
    IDENTITY_UNCONFIRMED: () => unconfirmed(() => refused('createUser', { ...user, role: 'ADMIN' })),
  },
  updateUser: {
    NOT_FOUND: () => refused('updateUser', { id: NOWHERE }),
    IDENTITY_UNCONFIRMED: () => unconfirmed(() => refused('updateUser', { id: NOWHERE })),
  },
  createPatient: { NOT_FOUND: () => refused('createPatient', { ...patient, organizationId: NOWHERE }) },
  updatePatient: { NOT_FOUND: () => refused('updatePatient', { id: NOWHERE }) },
  createPractitioner: { NOT_FOUND: () => refused('createPractitioner', { ...practitioner, organizationId: NOWHERE }) },
  updatePractitioner: { NOT_FOUND: () => refused('updatePractitioner', { id: NOWHERE }) },
  createServiceCode: {
    NOT_FOUND: () => refused('createServiceCode', { code: '97155', description: 'x', organizationId: NOWHERE }),
  },
  updateServiceCode: { NOT_FOUND: () => refused('updateServiceCode', { id: NOWHERE }) },

  createAuthorization: { NOT_FOUND: () => refused('createAuthorization', { ...authorization, patientId: NOWHERE }) },
  updateAuthorization: {
    NOT_FOUND: () => refused('updateAuthorization', { id: NOWHERE }),
    INSUFFICIENT_UNITS: async () => {
      await booked();
      return refused('updateAuthorization', { id: visit.authorizationId, totalUnits: 1, reason: 'fewer' });
    },
    AUTHORIZATION_NOT_USABLE: async () => refused('updateAuthorization', { id: await cancelledAuthorization() }),
    STALE_VERSION: () => refused('updateAuthorization', { id: visit.authorizationId, expectedVersion: 99 }),
  },
  cancelAuthorization: {
    NOT_FOUND: () => byArguments(`cancelAuthorization(id: "${NOWHERE}", reason: "none")`),
    INVALID_STATUS_TRANSITION: async () =>
      byArguments(`cancelAuthorization(id: "${await cancelledAuthorization()}", reason: "again")`),
  },

  createAppointment: {
    NOT_FOUND: () => refused('createAppointment', booking({ practitionerId: NOWHERE })),
    SCHEDULING_CONFLICT: async () => {
      const time = hour();
      await booked(time);
      return refused('createAppointment', booking(time));
    },
    INSUFFICIENT_UNITS: async () => {
      const authorizationId = await world.authorization(practice, visit.patientId, { totalUnits: 3 });
      return refused('createAppointment', booking({ authorizationId }));
    },
    AUTHORIZATION_NOT_USABLE: async () =>
      refused('createAppointment', booking({ authorizationId: await cancelledAuthorization() })),
    AUTHORIZATION_PATIENT_MISMATCH: async () =>
      refused('createAppointment', booking({ authorizationId: await ofAnother() })),
    IDEMPOTENCY_KEY_REUSED: () => again('createAppointment', booking(), booking()),
  },
  updateAppointment: {
    NOT_FOUND: () => refused('updateAppointment', { id: NOWHERE }),
    SCHEDULING_CONFLICT: async () => {
      const time = hour();
      await booked(time);
      return refused('updateAppointment', { id: await booked(), ...time });
    },
    INSUFFICIENT_UNITS: async () => {
      const authorizationId = await world.authorization(practice, visit.patientId, { totalUnits: 3 });
      return refused('updateAppointment', { id: await booked(), authorizationId });
    },
    AUTHORIZATION_NOT_USABLE: async () =>
      refused('updateAppointment', { id: await booked(), authorizationId: await cancelledAuthorization() }),
    AUTHORIZATION_PATIENT_MISMATCH: async () =>
      refused('updateAppointment', { id: await booked(), authorizationId: await ofAnother() }),
    IDEMPOTENCY_KEY_REUSED: async () => {
      const id = await booked();
      return again('updateAppointment', { id, notes: 'one' }, { id, notes: 'other' });
    },
    INVALID_STATUS_TRANSITION: async () => refused('updateAppointment', { id: await cancelled(), notes: 'late' }),
    STALE_VERSION: async () => refused('updateAppointment', { id: await booked(), expectedVersion: 99 }),
  },
  cancelAppointment: {
    NOT_FOUND: () => refused('cancelAppointment', { id: NOWHERE }),
    INVALID_STATUS_TRANSITION: async () => refused('cancelAppointment', { id: await cancelled() }),
    STALE_VERSION: async () => refused('cancelAppointment', { id: await booked(), expectedVersion: 99 }),
    IDEMPOTENCY_KEY_REUSED: async () => {
      const id = await booked();
      return again('cancelAppointment', { id, reason: 'one' }, { id, reason: 'other' });
    },
  },
  startAppointment: {
    NOT_FOUND: () => byArguments(`startAppointment(id: "${NOWHERE}")`),
    INVALID_STATUS_TRANSITION: async () => byArguments(`startAppointment(id: "${await cancelled()}")`),
  },
  markNoShow: {
    NOT_FOUND: () => byArguments(`markNoShow(id: "${NOWHERE}")`),
    INVALID_STATUS_TRANSITION: async () => byArguments(`markNoShow(id: "${await cancelled()}")`),
  },
  completeAppointment: {
    NOT_FOUND: () => refused('completeAppointment', { appointmentId: NOWHERE }),
    INVALID_STATUS_TRANSITION: async () => refused('completeAppointment', { appointmentId: await cancelled() }),
    IDEMPOTENCY_KEY_REUSED: async () => {
      const appointmentId = await booked();
      return again('completeAppointment', { appointmentId }, { appointmentId, narrativeNotes: 'other' });
    },
  },

  grantEmergencyAccess: {
    NOT_FOUND: () =>
      refused('grantEmergencyAccess', { ...emergency, patientId: visit.patientId, grantedToUserId: NOWHERE }),
    IDENTITY_UNCONFIRMED: () =>
      unconfirmed(() =>
        refused('grantEmergencyAccess', { ...emergency, patientId: visit.patientId, grantedToUserId: NOWHERE }),
      ),
  },
  revokeEmergencyAccess: {
    NOT_FOUND: () => byArguments(`revokeEmergencyAccess(id: "${NOWHERE}", reason: "none")`),
    INVALID_STATUS_TRANSITION: async () => {
      const { id: grantedToUserId } = await world.account(practice.admin);
      const grant = { ...emergency, patientId: visit.patientId, grantedToUserId };
      const { id } = await world.make('grantEmergencyAccess', grant, practice.admin);
      const revoke = `revokeEmergencyAccess(id: "${id}", reason: "over")`;
      await byArguments(revoke);
      return byArguments(revoke);
    },
  },
};

const CASES = Object.entries(REFUSED).flatMap(([mutation, codes]) =>
  Object.entries(codes).map(([code, call]) => [mutation, code, call] as const),
);

describe('given a mutation that lists what it refuses with', () => {
  it('when the lists are read, then they are those below, which come about; the description tells clients', () => {
    const { schema } = world.test.app.get(GraphQLSchemaHost);
    const mutations = Object.values(schema.getMutationType()!.getFields());
    const listed = mutations.flatMap((field) => refusalsIn(field).map((code) => `${field.name} ${code}`));
    expect(listed.sort()).toEqual(CASES.map(([mutation, code]) => `${mutation} ${code}`).sort());
    expect(mutations.find(({ name }) => name === 'markNoShow')?.description).toBe(
      'Only after its start time. Releases all units that it holds.\n\nRefused with: NOT_FOUND, INVALID_STATUS_TRANSITION.',
    );
  });

  it.each(CASES)('when %s refuses with %s, then it does', async (mutation, code, call) => {
    const { errors } = await call();
    expect(errors).toMatchObject([{ path: [mutation], extensions: { code } }]);
  });
});

describe('given the tests, which hold all refusals of mutations against these lists', () => {
  it('when a mutation is refused with a code that it does not list, then the test that did it fails', async () => {
    const other = await World.create();
    const { admin } = await other.practice();
    jest.spyOn(other.test.app.get(PatientsService, { strict: false }), 'create').mockRejectedValue(new StaleVersion(2));
    expect((await other.mutate('createPatient', patient, admin)).code).toBe('STALE_VERSION');
    await expect(other.close()).rejects.toThrow('createPatient: STALE_VERSION');
  });
});
