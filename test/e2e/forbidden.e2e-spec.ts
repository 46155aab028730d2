import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Permission, rolesWith } from '../../src/rules/access/permission.ts';
import { at, World, type Person, type Practice } from '../support/world.ts';

const SECRET = 'correct-horse-7';

let world: World;
let practice: Practice;
let practitioner: Person;
let colleague: Person;
let patient: Person;
let sibling: Person;
let booked: string;
beforeAll(async () => {
  world = await World.create();
  practice = await world.practice();
  [practitioner, colleague] = [await world.practitioner(practice), await world.practitioner(practice)];
  [patient, sibling] = [await world.patient(practice), await world.patient(practice)];
  const authorizationId = await world.authorization(practice, patient.id);
  const who = { patientId: patient.id, practitionerId: practitioner.id, authorizationId };
  booked = await world.booked(practice.admin, { ...who, ...at('2024-03-04', '09:00') });
});
afterAll(() => world.close());

interface Denied {
  readonly code: string;
  readonly message: string;
  readonly details: unknown;
}

async function denied(text: string, token: string, variables = {}): Promise<Denied> {
  const { errors } = await world.query(text, variables, token);
  const { message, extensions } = errors![0]!;
  expect(typeof extensions.requestId).toBe('string');
  return { message, code: extensions.code, details: extensions.details };
}

describe('given a door that is for other roles, when somebody is denied, then which right it takes and who has it', () => {
  const byRole = (permission: Permission): object => ({
    code: 'FORBIDDEN',
    details: { permission, roles: ['SUPER_ADMIN', ...rolesWith(permission)] },
    message: expect.stringContaining(permission),
  });

  it.each<[string, string, Permission]>([
    ['patient', '{ auditEvents { totalCount } }', Permission.READ_AUDIT_EVENTS],
    ['patient', `mutation { startAppointment(id: "${randomUUID()}") { id } }`, Permission.BOOK_APPOINTMENT],
    ['practitioner', '{ emergencyAccessGrants { id } }', Permission.MANAGE_EMERGENCY_ACCESS],
    [
      'practitioner',
      `mutation { createUser(input: { email: "x@y.example", password: "${SECRET}", role: ADMIN }) { id } }`,
      Permission.MANAGE_PEOPLE,
    ],
    [
      'admin',
      `mutation { createOrganization(input: { name: "x", timeZone: "UTC", adminEmail: "x@y.example", adminPassword: "${SECRET}" }) { id } }`,
      Permission.CREATE_ORGANIZATION,
    ],
  ])('%s: %s', async (who, text, permission) => {
    const token = { patient: patient.token, practitioner: practitioner.token, admin: practice.admin }[who]!;
    expect(await denied(text, token)).toEqual(byRole(permission));
  });

  it('by REST', async () => {
    const url = `/appointments/${booked}/cancel`;
    const { status, body } = await world.test.rest({ method: 'POST', url, token: patient.token });
    expect([status, body]).toEqual([
      403,
      { ...byRole(Permission.BOOK_APPOINTMENT), error: 'Forbidden', requestId: expect.any(String) },
    ]);
  });
});

describe('given an object that is somebody else’s, when it is denied, then which one', () => {
  const byObject = (resource: string, resourceId: string): object => ({
    code: 'FORBIDDEN',
    details: { resource, resourceId },
    message: expect.any(String),
  });

  it('to read, to list by, and to complete', async () => {
    expect(await denied(`{ patient(id: "${sibling.id}") { id } }`, patient.token)).toEqual(
      byObject('patient', sibling.id),
    );
    expect(
      await denied(`{ appointments(filter: { patientId: "${sibling.id}" }) { totalCount } }`, patient.token),
    ).toEqual(byObject('patient', sibling.id));
    expect(
      await denied(`mutation { completeAppointment(input: { appointmentId: "${booked}" }) { id } }`, colleague.token),
    ).toEqual(byObject('appointment', booked));
  });

  it('by REST', async () => {
    const url = `/sessions/practitioner/${practitioner.id}`;
    const { status, body } = await world.test.rest({ method: 'GET', url, token: colleague.token });
    expect([status, body]).toEqual([
      403,
      { ...byObject('practitioner', practitioner.id), error: 'Forbidden', requestId: expect.any(String) },
    ]);
  });

  it('to change: a super admin by an admin of their organization', async () => {
    const { data } = await world.query('{ me { id organization { id } } }', {}, world.superAdmin);
    const { id, organization } = data.me as { id: string; organization: { id: string } };
    const { email } = await world.account(world.superAdmin, { role: 'ADMIN', organizationId: organization.id });
    const login = 'mutation($i: LoginInput!) { login(input: $i) { accessToken } }';
    const signedIn = await world.query(login, { i: { email, password: SECRET } });
    const { accessToken } = signedIn.data.login as { accessToken: string };
    expect(await denied(`mutation { updateUser(input: { id: "${id}", active: false }) { id } }`, accessToken)).toEqual(
      byObject('user', id),
    );
  });
});
