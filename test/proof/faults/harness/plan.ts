import type { Call, Operation, Outcome } from './call.ts';
import { FIRST_TOTAL, type People, type Practice } from './people.ts';
import type { Random } from './random.ts';

/** An appointment as the clients last saw it. */
interface Seen {
  readonly id: string;
  readonly practice: number;
  readonly patientId: string;
  status: string;
  version: number;
}

/** Of 100 calls. */
const WEIGHTS: Readonly<Record<Operation, number>> = {
  createAppointment: 36,
  updateAppointment: 22,
  cancelAppointment: 9,
  startAppointment: 8,
  markNoShow: 5,
  completeAppointment: 13,
  updateAuthorization: 7,
};
const KEYED: ReadonlySet<Operation> = new Set([
  'createAppointment',
  'updateAppointment',
  'cancelAppointment',
  'completeAppointment',
]);
const LIVE = new Set(['SCHEDULED', 'IN_PROGRESS']);
const DAY = 86_400_000;
const LOCATIONS = ['CLINIC', 'HOME', 'SCHOOL', 'COMMUNITY', 'TELEHEALTH'];

/** What the clients ask for next: all operations, mostly on what is there, at random. */
export class Plan {
  private readonly seen = new Map<string, Seen>();
  private readonly totals = new Map<string, Set<number>>();
  private made = 0;

  constructor(
    private readonly people: People,
    private readonly random: Random,
    /** How likely a call that may have a key has one. */
    private readonly keys: number,
  ) {}

  next(account: number): Call {
    const practice = this.people.accounts[account]!.practice;
    const operation = this.operation(practice);
    const key =
      KEYED.has(operation) && this.random.chance(this.keys) ? `key-${this.random.seed}-${++this.made}` : undefined;
    const input = { ...this.input(operation, practice), ...(key !== undefined && { idempotencyKey: key }) };
    return { operation, input, key, account, attempts: [] };
  }

  /** Learns from an answer what there is now. */
  learn({ operation, input, account }: Call, outcome: Outcome): void {
    if (outcome.verdict !== 'acknowledged') return;
    if (operation === 'updateAuthorization') return;
    if (operation === 'completeAppointment') {
      const visit = this.seen.get(String(input.appointmentId));
      if (visit) visit.status = 'COMPLETED';
      return;
    }
    const { id, status, version } = outcome.answer;
    const before = this.seen.get(id);
    const practice = this.people.accounts[account]!.practice;
    const patientId = before?.patientId ?? String(input.patientId);
    this.seen.set(id, { id, practice, patientId, status: String(status), version: Number(version) });
  }

  private operation(practice: number): Operation {
    if (!this.ofPractice(practice).length) return 'createAppointment';
    let left = this.random.next() * Object.values(WEIGHTS).reduce((sum, weight) => sum + weight, 0);
    for (const [operation, weight] of Object.entries(WEIGHTS) as [Operation, number][])
      if ((left -= weight) < 0) return operation;
    return 'createAppointment';
  }

  private input(operation: Operation, practice: number): Record<string, unknown> {
    const { random } = this;
    switch (operation) {
      case 'createAppointment':
        return this.booking(this.people.practices[practice]!);
      case 'updateAppointment':
        return this.change(this.visit(practice, 'SCHEDULED'), this.people.practices[practice]!);
      case 'cancelAppointment': {
        const { id, version } = this.visit(practice, 'SCHEDULED');
        return { id, reason: this.text('reason'), ...(random.chance(0.3) && { expectedVersion: version }) };
      }
      case 'startAppointment':
      case 'markNoShow':
        return { id: this.visit(practice, 'SCHEDULED').id };
      case 'completeAppointment': {
        const appointmentId = this.visit(practice, random.chance(0.5) ? 'IN_PROGRESS' : 'SCHEDULED').id;
        return { appointmentId, narrativeNotes: this.text('narrative'), metrics: { trials: random.between(1, 50) } };
      }
      case 'updateAuthorization':
        return this.adjustment(random.pick(random.pick(this.people.practices[practice]!.patients).authorizations));
    }
  }

  private booking({ practitioners, patients }: Practice): Record<string, unknown> {
    const { random } = this;
    const patient = random.pick(patients);
    return {
      patientId: patient.id,
      practitionerId: random.pick(practitioners),
      authorizationId: random.pick(patient.authorizations),
      ...this.times(),
      notes: this.text('notes'),
      ...(random.chance(0.5) && { location: random.pick(LOCATIONS) }),
    };
  }

  /** A reschedule, a move to another authorization or practitioner, or new notes; the notes always, so that it is a change. */
  private change({ id, patientId, version }: Seen, { practitioners, patients }: Practice): Record<string, unknown> {
    const { random } = this;
    const { authorizations } = patients.find((patient) => patient.id === patientId)!;
    return {
      id,
      notes: this.text('notes'),
      ...(random.chance(0.6) && this.times()),
      ...(random.chance(0.4) && { authorizationId: random.pick(authorizations) }),
      ...(random.chance(0.2) && { practitionerId: random.pick(practitioners) }),
      ...(random.chance(0.2) && { location: random.pick(LOCATIONS) }),
      ...(random.chance(0.3) && { expectedVersion: version }),
    };
  }

  /** A total that this authorization has never had, so that the call is a change; mostly more. */
  private adjustment(id: string): Record<string, unknown> {
    const totals = this.totals.get(id) ?? new Set([FIRST_TOTAL]);
    this.totals.set(id, totals);
    const highest = Math.max(...totals);
    let totalUnits = highest;
    while (totals.has(totalUnits)) totalUnits = Math.max(1, highest + this.random.between(-20, 60));
    totals.add(totalUnits);
    return { id, totalUnits, reason: this.text('reason') };
  }

  /** A quarter of an hour to an hour and a half, of the last weeks or the next: most may be started and completed. */
  private times(): { startTime: string; endTime: string } {
    const { random } = this;
    const midnight = Math.floor(Date.now() / DAY) * DAY;
    // 14:00 to 22:00 in UTC: a day's work in New York, and far from its midnight
    const start = midnight + random.between(-25, 8) * DAY + (14 * 60 + 15 * random.between(0, 32)) * 60_000;
    const minutes = random.pick([15, 30, 45, 60, 90]);
    return { startTime: new Date(start).toISOString(), endTime: new Date(start + minutes * 60_000).toISOString() };
  }

  /** Mostly of that status; now and then any, which is refused or finds somebody else at work. */
  private visit(practice: number, status: string): Seen {
    const all = this.ofPractice(practice);
    const wanted = all.filter((visit) => visit.status === status);
    const live = all.filter((visit) => LIVE.has(visit.status));
    if (wanted.length && !this.random.chance(0.1)) return this.random.pick(wanted);
    return this.random.pick(live.length ? live : all);
  }

  private ofPractice(practice: number): Seen[] {
    return [...this.seen.values()].filter((visit) => visit.practice === practice);
  }

  private text(what: string): string {
    return `${what} ${this.random.seed}-${++this.made}`;
  }
}
