import { randomUUID } from 'node:crypto';
import { DemoService } from '../../src/app/demo/demo.service.ts';
import { AuditSealing } from '../../src/oversight/audit-trail/audit-sealing.service.ts';
import { Housekeeping } from '../../src/platform/database/housekeeping.service.ts';
import { bookingOf, CHANGING } from '../proof/rights/changing.ts';
import { ENDPOINT } from '../proof/rights/endpoints.ts';
import { READING } from '../proof/rights/reading.ts';
import { RELATION } from '../proof/rights/relations.ts';
import { SIGNING_IN } from '../proof/rights/signing-in.ts';
import { grantFor, Stage } from '../proof/rights/stage.ts';
import { readTable, type Column } from '../proof/rights/table.ts';
import { PASSWORD, together, type Booking } from './world.ts';

const CALLS = { ...READING, ...RELATION, ...SIGNING_IN, ...CHANGING, ...ENDPOINT };

/**
 * All that the API does, at least once: every query, mutation, relation and endpoint by each who may call it
 * (test/proof/rights), every field that can be changed, refusals that leave something behind, and what runs by itself.
 */
export async function doEverything(): Promise<Stage> {
  const stage = await Stage.build({ LOGINS_PER_MINUTE: '1000' }); // counted, that is
  for (const [call, cells] of await readTable())
    for (const column of Object.keys(cells) as Column[]) await CALLS[call]!(stage, stage.cell(column));
  await changeEverything(stage);
  await goBeyond(stage);
  await beRefused(stage);
  await runByItself(stage);
  return stage;
}

/** Each field of each input that changes something, to another value than it has. */
async function changeEverything(stage: Stage): Promise<void> {
  const { world, mine } = stage;
  const { practice, patient } = mine;
  const make = async (name: string, input: object): Promise<string> =>
    (await world.make(name, input, practice.admin)).id;
  const code = await world.serviceCode(practice, { code: '97155' });
  await make('updatePatient', {
    ...{ id: patient.id, firstName: 'Bea', lastName: 'Other', dateOfBirth: '2014-04-04', phoneNumber: '+1 555 0100' },
  });
  const practitioner = await world.practitioner(practice);
  await make('updatePractitioner', {
    ...{ id: practitioner.id, firstName: 'Bo', lastName: 'Other', licenseNumber: 'L-9', specialization: 'Speech' },
  });
  const codes = { serviceCodes: ['97153', '97155'] };
  const authorizationId = await world.authorization(practice, patient.id, codes);
  await make('updateAuthorization', { id: authorizationId, totalUnits: 90, endDate: '2040-11-30', reason: 'less' });
  const id = await stage.visitOf(mine);
  await make('updateAppointment', {
    ...{ id, authorizationId, practitionerId: practitioner.id, ...stage.freeHour(), serviceCode: '97155' },
    ...{ location: 'TELEHEALTH', notes: 'Moved', idempotencyKey: randomUUID() },
  });
  await make('cancelAppointment', { id, reason: 'Ill' });
  await make('updateServiceCode', {
    ...{ id: code, description: 'Other', timed: true, unitMinutes: 30, roundUpAtMinutes: 20, zeroBelowMinutes: 10 },
  });
  await make('updateServiceCode', { id: await world.serviceCode(practice, { code: 'T1015' }), timed: false });
  const user = await world.account(practice.admin, { role: 'PATIENT', patientId: patient.id });
  await make('updateUser', { id: user.id, role: 'ADMIN', active: false, password: `${PASSWORD}-new` });
}

/** What a practice alone does not come to: a grant from outside, a key that serves again, a rule that shuts people out. */
async function goBeyond(stage: Stage): Promise<void> {
  const { world, mine } = stage;
  const { practice, patient, practitioner } = mine;
  await world.make('grantEmergencyAccess', grantFor(patient, practitioner), world.superAdmin);
  await world.query('{ emergencyAccessGrants { grantedBy { id organization { name } } } }', {}, practice.admin);
  const booking = { ...bookingOf(mine, stage), idempotencyKey: randomUUID() } as unknown as Booking;
  for (let turn = 0; turn < 2; turn++) await world.booked(practice.admin, booking);
  const organizationId = (await world.practice()).id;
  const strict = { organizationId, staffSecondFactorRequired: true };
  await world.make('updateOrganizationSecurity', strict, world.superAdmin);
}

/** By wrong passwords until an account is locked, an email of another practice. */
async function beRefused({ world, mine, theirs }: Stage): Promise<void> {
  const { email } = await world.account(mine.practice.admin);
  const credentials = { email, password: 'wrong-horse-77' };
  await together(6, () =>
    world.query('mutation($i: LoginInput!) { login(input: $i) { expiresIn } }', { i: credentials }),
  );
  const elsewhere = (await world.account(theirs.practice.admin)).email;
  await world.mutate('createUser', { email: elsewhere, password: PASSWORD, role: 'ADMIN' }, mine.practice.admin);
  await world.query('{ patient(id: "' + randomUUID() + '") { id } }', {}, mine.practice.admin);
}

async function runByItself({ world: { test } }: Stage): Promise<void> {
  const housekeeping = test.app.get(Housekeeping, { strict: false });
  await housekeeping.purge();
  await housekeeping.prepareAuditMonths();
  const sealing = test.app.get(AuditSealing, { strict: false });
  await sealing.backlog();
  await sealing.seal({ everything: true });
  await test.app.get(DemoService, { strict: false }).fill();
  await test.app.inject({ url: '/health/ready' });
}
