import { World, PASSWORD, type Practice as Founded } from '../../../support/world.ts';
import type { Ground } from './ground.ts';

/** Somebody who calls: an admin or a practitioner of a practice. */
export interface Account {
  readonly email: string;
  readonly practice: number;
  token: string;
  /** Milliseconds of performance.now(). */
  signedInAt: number;
}

export interface Practice {
  readonly id: string;
  readonly practitioners: readonly string[];
  readonly patients: readonly { readonly id: string; readonly authorizations: readonly string[] }[];
}

export interface People {
  readonly practices: readonly Practice[];
  readonly accounts: readonly Account[];
}

const PRACTICES = 2;
const PRACTITIONERS = 2;
const PATIENTS = 4;
const AUTHORIZATIONS = 2;
const ADMINS = 2;
export const FIRST_TOTAL = 200;
const SIGN_IN = 'mutation($input: LoginInput!) { login(input: $input) { accessToken } }';

/** Fills the database through the application itself, which is gone again before anything is broken. */
export async function people(ground: Ground, settings: Record<string, string>): Promise<People> {
  const { adminUrl, ownerUrl, applicationUrl } = ground;
  const kept = { name: 'given', adminUrl, ownerUrl, applicationUrl, drop: () => Promise.resolve() };
  const world = await World.create(settings, kept);
  try {
    const practices: Practice[] = [];
    const accounts: Account[] = [];
    for (let index = 0; index < PRACTICES; index++) {
      const founded = await world.practice();
      const { practitioners, emails } = await practitionersOf(world, founded);
      practices.push({ id: founded.id, practitioners, patients: await patientsOf(world, founded) });
      for (let nth = 0; nth < ADMINS; nth++) emails.push((await world.account(founded.admin)).email);
      for (const email of emails) accounts.push(await signedIn(world, { email, practice: index }));
    }
    return { practices, accounts };
  } finally {
    await world.close();
  }
}

export function signIn(email: string): { query: string; variables: object } {
  return { query: SIGN_IN, variables: { input: { email, password: PASSWORD } } };
}

async function practitionersOf(
  world: World,
  { admin }: Founded,
): Promise<{ practitioners: string[]; emails: string[] }> {
  const practitioners: string[] = [];
  const emails: string[] = [];
  for (let index = 0; index < PRACTITIONERS; index++) {
    const names = { firstName: 'Pat', lastName: `Practitioner ${index}`, licenseNumber: 'L-1', specialization: 'ABA' };
    const { id } = await world.make('createPractitioner', names, admin);
    practitioners.push(id);
    emails.push((await world.account(admin, { role: 'PRACTITIONER', practitionerId: id })).email);
  }
  return { practitioners, emails };
}

async function patientsOf(world: World, founded: Founded): Promise<Practice['patients']> {
  const patients: { id: string; authorizations: string[] }[] = [];
  for (let index = 0; index < PATIENTS; index++) {
    const names = { firstName: 'Ann', lastName: `Patient ${index}`, dateOfBirth: '2015-05-05' };
    const { id } = await world.make('createPatient', { ...names, medicalRecordNumber: `M-${index}` }, founded.admin);
    const authorizations: string[] = [];
    for (let nth = 0; nth < AUTHORIZATIONS; nth++)
      authorizations.push(await world.authorization(founded, id, { totalUnits: FIRST_TOTAL }));
    patients.push({ id, authorizations });
  }
  return patients;
}

async function signedIn(world: World, account: Pick<Account, 'email' | 'practice'>): Promise<Account> {
  const { query, variables } = signIn(account.email);
  const { data, errors } = await world.query(query, variables as Record<string, unknown>);
  if (errors) throw new Error(JSON.stringify(errors));
  return { ...account, token: (data as SignedIn).login.accessToken, signedInAt: performance.now() };
}

export interface SignedIn {
  readonly login: { readonly accessToken: string };
}
