import pg from 'pg';
import { Client } from './client.ts';
import type { Settings } from './settings.ts';

// dates stay the strings they are: a Date would drag them through the process's own time zone
pg.types.setTypeParser(pg.types.builtins.DATE, (value) => value);
// pg's own, by a regular expression, takes twice as long; ours are in UTC, of years from 1900 to 9999 (graphql/inputs/scalars.ts)
pg.types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (value) => new Date(value));
// instants go as they come: in the process's zone pg would leave out the seconds by which zones once differed
pg.defaults.parseInputDatesAsUTC = true;

export interface SettledConfig extends pg.ClientConfig {
  readonly settings: Settings;
}

/** What pg sends when a session starts. */
type Startup = Record<string, string>;
const ofPg = pg.Client.prototype as unknown as { getStartupConf(this: pg.Client): Startup };

/**
 * A pg client whose sessions have the settings they are given, whatever the server, the database, the login, the URL and
 * the process's own PG* variables say. `options=` of the URL, or else PGOPTIONS, is passed on and loses to them.
 */
export class SettledClient extends Client {
  private readonly settings: Settings;

  constructor({ settings, ...config }: SettledConfig) {
    super(config);
    this.settings = settings;
  }

  protected getStartupConf(): Startup {
    const startup = ofPg.getStartupConf.call(this);
    delete startup.replication; // of PGREPLICATION: such a session takes no statements with parameters
    return { ...startup, ...this.settings };
  }
}
