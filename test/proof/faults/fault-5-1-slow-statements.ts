import { setTimeout as sleep } from 'node:timers/promises';
import { connected } from '../../support/sql.ts';
import type { Fault } from './fault.ts';

/** Writes of each, and their COMMIT, can be made slower than the application's statement_timeout of 5 s, which does not end a COMMIT. */
const TABLES = ['appointments', 'authorizations', 'ledger_entries', 'sessions', 'idempotency_keys', 'audit_events'];
const MOMENTS = ['statement', 'commit'];

/** Triggers that sleep while `slowness` says so: what heals takes no lock of a table that is worked on. */
const SLOW = `
CREATE SCHEMA proof;
CREATE TABLE proof.slowness (place text PRIMARY KEY, share float NOT NULL DEFAULT 0);
CREATE FUNCTION proof.slow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  IF random() < (SELECT share FROM proof.slowness WHERE place = TG_ARGV[0]) THEN
    PERFORM pg_sleep(6);
  END IF;
  RETURN NEW;
END $$;
${TABLES.map(
  (table) => `
INSERT INTO proof.slowness VALUES ('${table} statement'), ('${table} commit');
CREATE TRIGGER proof_slow BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION proof.slow('${table} statement');
CREATE CONSTRAINT TRIGGER proof_slow_commit AFTER INSERT OR UPDATE ON ${table} DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION proof.slow('${table} commit');`,
).join('')}`;

/** PostgreSQL cancels the statement, and waits for the COMMIT; meanwhile others wait for the rows that are locked. */
export const slowStatements: Fault = {
  number: 5.1,
  title: 'statement time-outs',
  rounds: 8,
  async play(run) {
    const stage = await run.stage(await run.ground(), { apis: 2 });
    const { adminUrl } = stage.ground;
    await connected(adminUrl, (admin) => admin.query(SLOW));
    const slow = (place: string, share: number): Promise<unknown> =>
      connected(adminUrl, (admin) =>
        admin.query('UPDATE proof.slowness SET share = $2 WHERE place = $1', [place, share]),
      );
    await run.underLoad(stage, async () => {
      for (let round = 1; round <= run.rounds; round++) {
        await run.pause();
        const place = `${run.random.pick(TABLES)} ${run.random.pick(MOMENTS)}`;
        const share = run.random.pick([0.3, 1]);
        await slow(place, share);
        await sleep(run.random.between(5_500, 9_000));
        await run.breaking(`${place}, ${share * 100} % too slow`, () => slow(place, 0));
      }
    });
  },
};
