import { randomUUID } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { FoundingService } from '../../../src/people/users/founding.service.ts';
import { read } from '../../support/sql.ts';
import { at, login, PASSWORD, World, type Person, type Practice } from '../../support/world.ts';
import type { Column } from './table.ts';

/** What a call may name: a patient and their practitioner, and all that is between them. */
export interface Target {
  readonly practice: Practice;
  readonly patient: Person;
  readonly practitioner: Person;
  readonly authorizationId: string;
  /** Completed. */
  readonly appointmentId: string;
  readonly sessionId: string;
  readonly serviceCodeId: string;
  readonly grantId: string;
}

export type Whose = 'own' | "somebody else's" | 'another organization';

/** One cell of the table: who calls, and for what. */
export interface Cell {
  readonly column: Column;
  readonly token?: string;
  readonly whose: Whose;
  readonly target: Target;
}

/** Two practices; in one of them two patients, each with a practitioner who has never seen the other. */
export class Stage {
  private readonly members = new Map<Column, Promise<Newcomer>>();
  private hours = 0;

  private constructor(
    readonly world: World,
    readonly mine: Target,
    readonly colleagues: Target,
    readonly theirs: Target,
  ) {}

  static async build(settings?: Record<string, string>): Promise<Stage> {
    const world = await World.create(settings);
    const practice = await world.practice();
    const mine = await targetIn(world, practice, '2026-01-05');
    const colleagues = await targetIn(world, practice, '2026-01-06');
    return new Stage(world, mine, colleagues, await targetIn(world, await world.practice(), '2026-01-05'));
  }

  cell(column: Column): Cell {
    const { mine, colleagues, theirs } = this;
    const whose: Whose = column.endsWith('another organization')
      ? 'another organization'
      : /colleague|another patient/.test(column)
        ? "somebody else's"
        : 'own';
    const target = { own: mine, "somebody else's": colleagues, 'another organization': theirs }[whose];
    return { column, whose, target, token: this.tokenOf(column) };
  }

  /** A visit of the target that nothing has happened to: of the past, so that every step is open to it. */
  visitOf({ patient, practitioner, authorizationId, practice }: Target): Promise<string> {
    return this.world.booked(practice.admin, {
      ...{ patientId: patient.id, practitionerId: practitioner.id, authorizationId },
      ...this.freeHour(),
    });
  }

  /** An hour of the past at which nobody is booked. */
  freeHour(): { startTime: string; endTime: string } {
    const day = new Date(Date.UTC(2025, 0, 1 + this.hours++)).toISOString().slice(0, 10);
    return at(day, '09:00');
  }

  /** Somebody of the column's role whose password is known, and who has no second factor; nobody has none. */
  member(column: Column): Promise<Newcomer> {
    if (column === 'nobody') return this.newcomer(column); // failures of one name would be counted
    const known = this.members.get(column) ?? this.newcomer(column);
    this.members.set(column, known);
    return known;
  }

  /** Somebody new, for what changes how they sign in. */
  async newcomer(column: Column): Promise<Newcomer> {
    const { practice } = this.mine;
    const email = `new-${randomUUID()}@practice.example`;
    if (column === 'nobody') return { email };
    if (column === 'super admin')
      await this.world.test.app.get(FoundingService, { strict: false }).createSuperAdmin(email, PASSWORD);
    else
      await this.world.make('createUser', { email, password: PASSWORD, ...roleOf(column, this.mine) }, practice.admin);
    return { email, token: await login(this.world.test, email) };
  }

  /** Begins a second factor; gives what shows its codes: of now, then of the half minute to come, as codes serve once. */
  async begun({ token }: Newcomer): Promise<() => string> {
    const text = 'mutation($p: String!) { beginTotpEnrolment(password: $p) { secret } }';
    const { data } = await this.world.query(text, { p: PASSWORD }, token);
    const { secret } = (data as { beginTotpEnrolment: { secret: string } }).beginTotpEnrolment;
    const totp = new TOTP({ secret: Secret.fromBase32(secret) });
    let step = -1;
    return () => totp.generate({ timestamp: Date.now() + ++step * 30_000 });
  }

  /** As the owner of the tables, in every organization. */
  async idsIn(table: string, where = 'TRUE', values: unknown[] = []): Promise<string[]> {
    const rows = await read(this.world.test.database.ownerUrl, `SELECT id FROM ${table} WHERE ${where}`, values);
    return rows.map(({ id }) => id as string);
  }

  close(): Promise<void> {
    return this.world.close();
  }

  private tokenOf(column: Column): string | undefined {
    if (column === 'super admin') return this.world.superAdmin;
    if (column.startsWith('ADMIN')) return this.mine.practice.admin;
    if (column.startsWith('PRACTITIONER')) return this.mine.practitioner.token;
    return column.startsWith('PATIENT') ? this.mine.patient.token : undefined;
  }
}

export interface Newcomer {
  readonly email: string;
  readonly token?: string;
}

function roleOf(column: Column, { practitioner, patient }: Target): object {
  if (column.startsWith('ADMIN')) return { role: 'ADMIN' };
  if (column.startsWith('PRACTITIONER')) return { role: 'PRACTITIONER', practitionerId: practitioner.id };
  return { role: 'PATIENT', patientId: patient.id };
}

async function targetIn(world: World, practice: Practice, day: string): Promise<Target> {
  const patient = await world.patient(practice);
  const practitioner = await world.practitioner(practice);
  const authorizationId = await world.authorization(practice, patient.id, { totalUnits: 10_000 });
  const appointmentId = await world.booked(practice.admin, {
    ...{ patientId: patient.id, practitionerId: practitioner.id, authorizationId },
    ...at(day, '09:00'),
  });
  const { id: sessionId } = await world.make('completeAppointment', { appointmentId }, practice.admin);
  const { id: grantId } = await world.make('grantEmergencyAccess', grantFor(patient, practitioner), practice.admin);
  const { data } = await world.query('{ serviceCodes { id } }', {}, practice.admin);
  const serviceCodeId = (data as { serviceCodes: { id: string }[] }).serviceCodes[0]!.id;
  return { practice, patient, practitioner, authorizationId, appointmentId, sessionId, serviceCodeId, grantId };
}

/** To the patient's own practitioner: it opens nothing that was shut. */
export function grantFor(patient: Person, practitioner: Person): Record<string, unknown> {
  const justification = 'a reason that is long enough to be one';
  return { patientId: patient.id, grantedToUserId: practitioner.userId, durationMinutes: 30, justification };
}
