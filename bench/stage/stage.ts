import { LoadProcess } from '../load/load.ts';
import { hasPgbench, NO_PGBENCH } from '../measure/pgbench.ts';
import type { Options } from '../options.ts';
import { Api } from './api.ts';
import { Database } from './database.ts';
import { Server } from './server.ts';

/** What the scenarios play on: one PostgreSQL, its databases, processes of the API, a process that makes the load. */
export class Stage {
  readonly load = new LoadProcess();
  private readonly databases = new Map<number, Database>();
  private readonly apis = new Map<string, Api>();

  private constructor(
    readonly server: Server,
    readonly options: Options,
    /** Whether there is a pgbench to play the floors. */
    readonly floors: boolean,
    /** For what takes a while. */
    readonly tell: (line: string) => void,
  ) {}

  static async open(options: Options, tell: (line: string) => void): Promise<Stage> {
    const floors = hasPgbench();
    if (!floors) tell(NO_PGBENCH);
    return new Stage(await Server.start(), options, floors, tell);
  }

  /** The database with so many appointments, made when it is first asked for. */
  async database(appointments: number): Promise<Database> {
    let database = this.databases.get(appointments);
    if (!database) {
      this.tell(`Filling a database with ${appointments.toLocaleString('en')} appointments ...`);
      const begun = performance.now();
      database = await Database.make(this.server, appointments);
      this.tell(`... took ${((performance.now() - begun) / 1000).toFixed(0)} s.`);
      this.databases.set(appointments, database);
    }
    return database;
  }

  /** A process of the API on this database, started when it is first asked for. */
  async api(database: Database, number = 1): Promise<Api> {
    const name = `${database.name} ${number}`;
    const api = this.apis.get(name) ?? (await Api.start(this.server, database.name, number, this.options.node));
    this.apis.set(name, api);
    return api;
  }

  async close(): Promise<void> {
    this.load.stop();
    await Promise.all([...this.apis.values()].map((api) => api.stop()));
    await this.server.stop();
  }
}
