import { randomUUID } from 'node:crypto';
import { FoundingService } from '../../src/people/users/founding.service.ts';
import type { TestDatabase } from './database.ts';
import { createTestApp, type GraphQLAnswer, type TestApp } from './test-app.ts';

export const PASSWORD = 'correct-horse-7';

export interface Practice {
  readonly id: string;
  readonly timeZone: string;
  /** Access token of its first admin. */
  readonly admin: string;
}

/** What a mutation made: its id, and what else was selected. */
export interface Made {
  readonly id: string;
  readonly [field: string]: unknown;
}

export interface Person {
  readonly id: string;
  readonly userId: string;
  readonly token: string;
}

export interface Booking {
  readonly patientId: string;
  readonly practitionerId: string;
  readonly authorizationId: string;
  readonly serviceCode?: string;
  readonly startTime: string;
  readonly endTime: string;
  readonly [more: string]: unknown;
}

/** Builders over the API itself: what a test does not name gets a sensible value. */
export class World {
  private constructor(
    readonly test: TestApp,
    /** Access token of the super admin. */
    readonly superAdmin: string,
  ) {}

  static async create(settings?: Record<string, string>, database?: TestDatabase): Promise<World> {
    const test = await createTestApp(settings, database);
    const email = `super-${randomUUID()}@platform.example`;
    await test.app.get(FoundingService, { strict: false }).createSuperAdmin(email, PASSWORD);
    return new World(test, await login(test, email));
  }

  /** Posts and gives the answer, whatever it is. */
  query(text: string, variables: Record<string, unknown>, token?: string): Promise<GraphQLAnswer> {
    return this.test.query(text, variables, token);
  }

  /** Posts a mutation `name(input: $input) { selection }` and gives the answer, whatever it is. */
  mutate(name: string, input: object, token: string, selection = 'id'): Promise<GraphQLAnswer> {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    return this.query(`mutation($input: ${type}!) { ${name}(input: $input) { ${selection} } }`, { input }, token);
  }

  /** As mutate, for what must succeed. */
  async make(name: string, input: object, token: string, selection = 'id'): Promise<Made> {
    const { data, errors } = await this.mutate(name, input, token, selection);
    if (errors) throw new Error(`${name}: ${JSON.stringify(errors)}`);
    return (data as Record<string, Made>)[name]!;
  }

  /** An organization with an admin and the service code 97153 (15/8/8). */
  async practice(timeZone = 'America/New_York'): Promise<Practice> {
    const adminEmail = `admin-${randomUUID()}@practice.example`;
    const { id } = await this.make(
      'createOrganization',
      { name: 'Practice', timeZone, adminEmail, adminPassword: PASSWORD },
      this.superAdmin,
    );
    const admin = await login(this.test, adminEmail);
    await this.serviceCode({ id, timeZone, admin });
    return { id, timeZone, admin };
  }

  async serviceCode(practice: Practice, input: object = {}): Promise<string> {
    const code = await this.make(
      'createServiceCode',
      { code: '97153', description: 'Adaptive behavior treatment', ...input },
      practice.admin,
    );
    return code.id;
  }

  /** A practitioner with a login. */
  async practitioner({ admin }: Practice): Promise<Person> {
    const { id } = await this.make(
      'createPractitioner',
      { firstName: 'Pat', lastName: 'Practitioner', licenseNumber: 'L-1', specialization: 'ABA' },
      admin,
    );
    return { id, ...(await this.user(admin, { role: 'PRACTITIONER', practitionerId: id })) };
  }

  /** A patient with a login. */
  async patient({ admin }: Practice): Promise<Person> {
    const { id } = await this.make(
      'createPatient',
      { firstName: 'Ann', lastName: 'Patient', dateOfBirth: '2015-05-05', medicalRecordNumber: randomUUID() },
      admin,
    );
    return { id, ...(await this.user(admin, { role: 'PATIENT', patientId: id })) };
  }

  async user(admin: string, input: object): Promise<{ userId: string; token: string }> {
    const { id, email } = await this.account(admin, input);
    return { userId: id, token: await login(this.test, email) };
  }

  /** Somebody who may sign in with PASSWORD: an admin unless said. */
  async account(admin: string, input: object = { role: 'ADMIN' }): Promise<{ id: string; email: string }> {
    const email = `user-${randomUUID()}@practice.example`;
    const { id } = await this.make('createUser', { email, password: PASSWORD, ...input }, admin);
    return { id, email };
  }

  /** 100 units of 97153 from 2020 to 2040. */
  async authorization({ admin }: Practice, patientId: string, input: object = {}): Promise<string> {
    const made = await this.make(
      'createAuthorization',
      { patientId, serviceCodes: ['97153'], totalUnits: 100, startDate: '2020-01-01', endDate: '2040-12-31', ...input },
      admin,
    );
    return made.id;
  }

  book(token: string, booking: Booking, selection = 'id unitsReserved status version'): Promise<GraphQLAnswer> {
    return this.mutate('createAppointment', booking, token, selection);
  }

  async booked(token: string, booking: Booking): Promise<string> {
    const { data, errors } = await this.book(token, booking);
    if (errors) throw new Error(JSON.stringify(errors));
    return (data as { createAppointment: { id: string } }).createAppointment.id;
  }

  /** { totalUnits, usedUnits, reservedUnits, availableUnits } */
  async balance(token: string, id: string): Promise<Record<string, number>> {
    const { data } = await this.query(
      'query($id: ID!) { authorization(id: $id) { totalUnits usedUnits reservedUnits availableUnits } }',
      { id },
      token,
    );
    return (data as { authorization: Record<string, number> }).authorization;
  }

  /** Entries, oldest first. */
  async ledger(
    token: string,
    id: string,
  ): Promise<{ kind: string; units: number; totalAfter: number; usedAfter: number; reservedAfter: number }[]> {
    const { data } = await this.query(
      'query($id: ID!) { authorization(id: $id) { ledgerEntries(first: 200) { nodes { kind units totalAfter usedAfter reservedAfter } } } }',
      { id },
      token,
    );
    return (
      data as { authorization: { ledgerEntries: { nodes: never[] } } }
    ).authorization.ledgerEntries.nodes.reverse();
  }

  async close(): Promise<void> {
    await this.test.close();
  }
}

export async function login(test: TestApp, email: string): Promise<string> {
  const { data, errors } = await test.query('mutation($input: LoginInput!) { login(input: $input) { accessToken } }', {
    input: { email, password: PASSWORD },
  });
  if (errors) throw new Error(JSON.stringify(errors));
  return (data as { login: { accessToken: string } }).login.accessToken;
}

/** An hour (or so many minutes) on a day that long ago or ahead, at 10:00 in New York by default. */
export function at(day: string, time: string, minutes = 60, offset = '-05:00'): { startTime: string; endTime: string } {
  const start = new Date(`${day}T${time}:00${offset}`);
  return { startTime: start.toISOString(), endTime: new Date(start.getTime() + minutes * 60_000).toISOString() };
}

/** All at one instant. */
export function together<T>(count: number, call: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => call(index)));
}
