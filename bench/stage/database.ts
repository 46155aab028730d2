import { migrate } from '../../src/platform/database/schema/migrate.ts';
import { verifyLedger } from '../../src/oversight/verification/verify-ledger.ts';
import { fill } from '../data/fill.ts';
import { calendarOf } from '../data/plan.ts';
import { Slots } from '../slots.ts';
import { asClient, type Server } from './server.ts';

/** A filled database. */
export class Database {
  readonly slots = new Slots();

  private constructor(
    readonly server: Server,
    readonly name: string,
    readonly appointments: number,
  ) {}

  static async make(server: Server, appointments: number): Promise<Database> {
    const database = new Database(server, `bench_${appointments}`, appointments);
    await server.createDatabase(database.name);
    await migrate(database.ownerUrl);
    await fill(database.ownerUrl, calendarOf(appointments));
    await server.checkpoint();
    return database;
  }

  get ownerUrl(): string {
    return this.server.url('owner', this.name);
  }

  get applicationUrl(): string {
    return this.server.url('application', this.name);
  }

  /**
   * So that no round pays for what was before it, and both sides have plans for the rows that there are: autovacuum, which sees
   * to that on a server, comes too late here.
   */
  async settle(): Promise<void> {
    await this.analyze();
    await this.server.checkpoint();
  }

  /** @throws Error a unit is not where it should be: what was fast was wrong */
  async verify(): Promise<void> {
    await this.analyze(); // by the statistics of an almost empty database PostgreSQL's plan took 97 s
    const { breaches } = await verifyLedger(this.ownerUrl);
    if (breaches.length)
      throw new Error(`The ledger of ${this.name} is wrong:\n${JSON.stringify(breaches.slice(0, 10), null, 2)}`);
  }

  private async analyze(): Promise<void> {
    await asClient(this.ownerUrl, (owner) => owner.query('ANALYZE'));
  }
}
