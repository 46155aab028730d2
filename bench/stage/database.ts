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
    await asClient(this.ownerUrl, (owner) => owner.query('ANALYZE'));
    await this.server.checkpoint();
  }

  /**
   * By the statistics of before, as if autovacuum had not come yet: verifying must not take long for that.
   *
   * @returns what was checked, in a sentence
   * @throws Error a unit is not where it should be: what was fast was wrong
   */
  async verify(): Promise<string> {
    const begun = performance.now();
    const { breaches, checked } = await verifyLedger(this.ownerUrl);
    if (breaches.length)
      throw new Error(`The ledger of ${this.name} is wrong:\n${JSON.stringify(breaches.slice(0, 10), null, 2)}`);
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    return `The ledger, ${checked.entries.toLocaleString('en')} entries, was checked in ${seconds} s: no differences.`;
  }
}
