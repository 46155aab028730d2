import { migrate } from '../../src/database/migrate.ts';
import { verifyLedger } from '../../src/verification/verify-ledger.ts';
import { fill } from '../data/fill.ts';
import { calendarOf } from '../data/plan.ts';
import { Slots } from '../slots.ts';
import type { Server } from './server.ts';

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

  /** @throws Error a unit is not where it should be: what was fast was wrong */
  async verify(): Promise<void> {
    const { breaches } = await verifyLedger(this.ownerUrl);
    if (breaches.length)
      throw new Error(`The ledger of ${this.name} is wrong:\n${JSON.stringify(breaches.slice(0, 10), null, 2)}`);
  }
}
