import { randomUUID } from 'node:crypto';
import { PASSWORD } from '../../support/world.ts';
import { told, type Heard } from './hearing.ts';
import { grantFor, type Cell, type Stage, type Target } from './stage.ts';

type Made = Readonly<Record<string, unknown>>;

/** `name(input: $input)`, of an input that is made for the target. */
function input(name: string, of: (target: Target, stage: Stage) => Made | Promise<Made>): [string, Heard] {
  return [
    `Mutation.${name}`,
    async (stage, { token, target }) =>
      told(await stage.world.mutate(name, await of(target, stage), token ?? ''), name),
  ];
}

/** `name(id: $id, ...)`, of an object that is made for the target. */
function byId(
  name: string,
  of: (target: Target, stage: Stage) => string | Promise<string>,
  more = '',
): [string, Heard] {
  return [
    `Mutation.${name}`,
    async (stage, { token, target }) => {
      const text = `mutation($id: ID!) { ${name}(id: $id${more}) { id } }`;
      return told(await stage.world.query(text, { id: await of(target, stage) }, token), name);
    },
  ];
}

const REASON = ', reason: "over"';
const email = (): string => `new-${randomUUID()}@practice.example`;
const person = { firstName: 'A', lastName: 'B' };
const inOrganization = ({ practice }: Target): Made => ({ organizationId: practice.id });
const authorization = (target: Target, { world }: Stage): Promise<string> =>
  world.authorization(target.practice, target.patient.id);

export const bookingOf = ({ patient, practitioner, authorizationId }: Target, stage: Stage): Made => ({
  ...{ patientId: patient.id, practitionerId: practitioner.id, authorizationId },
  ...stage.freeHour(),
});

/** Every mutation but those of signing in. What a call uses up is made for it. */
export const CHANGING: Readonly<Record<string, Heard>> = Object.fromEntries([
  input('createOrganization', () => ({
    ...{ name: 'New', timeZone: 'America/Chicago', adminEmail: email(), adminPassword: PASSWORD },
  })),
  input('updateOrganizationSecurity', (target) => ({ ...inOrganization(target), staffSecondFactorRequired: false })),
  input('createUser', (target) => ({ ...inOrganization(target), email: email(), password: PASSWORD, role: 'ADMIN' })),
  input('createPatient', (target) => ({
    ...{ ...inOrganization(target), ...person, dateOfBirth: '2015-01-01', medicalRecordNumber: randomUUID() },
  })),
  input('createPractitioner', (target) => ({
    ...{ ...inOrganization(target), ...person, licenseNumber: 'L', specialization: 'S' },
  })),
  input('createServiceCode', (target) => ({
    ...{ ...inOrganization(target), code: randomUUID().slice(0, 18), description: 'D' },
  })),
  input('updateUser', ({ patient }) => ({ id: patient.userId, active: true })),
  resetting(),
  input('updatePatient', ({ patient }) => ({ id: patient.id, firstName: randomUUID() })),
  input('updatePractitioner', ({ practitioner }) => ({ id: practitioner.id, firstName: randomUUID() })),
  input('updateServiceCode', ({ serviceCodeId }) => ({ id: serviceCodeId, description: randomUUID() })),
  input('createAuthorization', ({ patient }) => ({
    ...{
      patientId: patient.id,
      serviceCodes: ['97153'],
      totalUnits: 5,
      startDate: '2026-01-01',
      endDate: '2026-12-31',
    },
  })),
  input('updateAuthorization', async (target, stage) => ({
    ...{ id: await authorization(target, stage), totalUnits: 200, reason: 'more' },
  })),
  byId('cancelAuthorization', authorization, REASON),
  input('createAppointment', bookingOf),
  input('updateAppointment', async (target, stage) => ({ id: await stage.visitOf(target), notes: 'changed' })),
  input('cancelAppointment', async (target, stage) => ({ id: await stage.visitOf(target) })),
  byId('startAppointment', (target, stage) => stage.visitOf(target)),
  byId('markNoShow', (target, stage) => stage.visitOf(target)),
  input('completeAppointment', async (target, stage) => ({ appointmentId: await stage.visitOf(target) })),
  input('grantEmergencyAccess', ({ patient, practitioner }) => grantFor(patient, practitioner)),
  byId(
    'revokeEmergencyAccess',
    async ({ patient, practitioner, practice }, { world }) =>
      (await world.make('grantEmergencyAccess', grantFor(patient, practitioner), practice.admin)).id,
    REASON,
  ),
]);

function resetting(): [string, Heard] {
  const text = 'mutation($id: ID!) { resetSecondFactor(userId: $id) { id } }';
  return [
    'Mutation.resetSecondFactor',
    async ({ world }: Stage, { token, target }: Cell) =>
      told(await world.query(text, { id: target.patient.userId }, token), 'resetSecondFactor'),
  ];
}
