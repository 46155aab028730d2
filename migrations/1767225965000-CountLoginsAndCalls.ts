import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Counts that hold across processes: failed logins, and calls a minute. Keys are keyed hashes, never an email or address. */
export class CountLoginsAndCalls1767225965000 implements MigrationInterface {
  readonly name = 'CountLoginsAndCalls1767225965000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CALLS);
    await runner.query(LOGINS);
    await runner.query(RIGHTS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION app.purge_counts();
      DROP FUNCTION app.settle_attempt(bytea, uuid, text, int, interval, int, interval, interval, interval);
      DROP FUNCTION app.claim_attempt(bytea, int, interval, int, interval);
      DROP TABLE app.login_attempts;
      DROP FUNCTION app.take_points(bytea, int, int, int);
      DROP TABLE app.call_counts;
    `);
  }
}

/** In schema app, where the application has no right to any table: it gets to them by these functions alone. */
const CALLS = `
CREATE UNLOGGED TABLE app.call_counts (
  key bytea CONSTRAINT call_counts_key PRIMARY KEY,
  ends_at timestamptz NOT NULL,
  taken int NOT NULL,
  refused boolean NOT NULL
);
CREATE INDEX call_counts_by_end ON app.call_counts (ends_at);

-- takes up to so many points of a window that begins with the first one; towards the end of them lots get smaller, so
-- that little is left unspent in other processes
CREATE FUNCTION app.take_points(counted bytea, wanted int, most int, seconds int,
  OUT granted int, OUT ends_in double precision, OUT first_refusal boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, app, pg_temp AS $$
DECLARE
  span interval := make_interval(secs => seconds);
  found app.call_counts;
BEGIN
  INSERT INTO app.call_counts AS c VALUES (counted, clock_timestamp() + span, 0, false)
  ON CONFLICT (key) DO UPDATE SET
    ends_at = CASE WHEN c.ends_at <= clock_timestamp() THEN clock_timestamp() + span ELSE c.ends_at END,
    taken = CASE WHEN c.ends_at <= clock_timestamp() THEN 0 ELSE c.taken END,
    refused = c.refused AND c.ends_at > clock_timestamp()
  RETURNING * INTO found;
  granted := greatest(0, least(wanted, most - found.taken, greatest(1, (most - found.taken) / 4)));
  first_refusal := granted = 0 AND NOT found.refused;
  ends_in := greatest(0, extract(epoch FROM found.ends_at - clock_timestamp()));
  IF granted > 0 OR first_refusal THEN
    UPDATE app.call_counts SET taken = taken + granted, refused = first_refusal WHERE key = counted;
  END IF;
END $$;
`;

const LOGINS = `
CREATE TABLE app.login_attempts (
  key bytea CONSTRAINT login_attempts_key PRIMARY KEY,
  failed_at timestamptz[] NOT NULL DEFAULT '{}', -- oldest first
  pending timestamptz[] NOT NULL DEFAULT '{}', -- attempts whose password is being checked right now
  pending_ids uuid[] NOT NULL DEFAULT '{}', -- which they are: one for each of them
  locks int NOT NULL DEFAULT 0,
  locked_until timestamptz,
  succeeded_at timestamptz,
  touched_at timestamptz NOT NULL
);
CREATE INDEX login_attempts_by_age ON app.login_attempts (touched_at);

-- claims one attempt before its password is checked, so that parallel guesses are no more than allowed:
-- GO; WAIT, while as many as may still fail are being checked; LOCKED, for so many seconds
CREATE FUNCTION app.claim_attempt(attempted bytea, most int, span interval, most_a_day int, memory interval,
  OUT verdict text, OUT seconds double precision, OUT known boolean, OUT claim uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, app, pg_temp AS $$
DECLARE
  t timestamptz;
  given_up timestamptz[];
  seen app.login_attempts;
  slots int;
BEGIN
  INSERT INTO app.login_attempts AS a (key, touched_at) VALUES (attempted, clock_timestamp())
  ON CONFLICT (key) DO UPDATE SET touched_at = clock_timestamp() RETURNING * INTO seen;
  t := clock_timestamp();
  known := coalesce(seen.succeeded_at > t - interval '30 days', false);
  seconds := 0;
  IF seen.locked_until > t THEN
    verdict := 'LOCKED';
    seconds := extract(epoch FROM seen.locked_until - t);
    RETURN;
  END IF;
  -- whoever claimed them never said what came of it (the process ended): they count as failures
  given_up := ARRAY(SELECT p FROM unnest(seen.pending) p WHERE p < t - interval '30 seconds');
  seen.pending_ids := ARRAY(SELECT i FROM unnest(seen.pending, seen.pending_ids) WITH ORDINALITY AS c (p, i, n)
    WHERE p >= t - interval '30 seconds' ORDER BY n);
  seen.pending := ARRAY(SELECT p FROM unnest(seen.pending) WITH ORDINALITY AS c (p, n)
    WHERE p >= t - interval '30 seconds' ORDER BY n);
  seen.failed_at := ARRAY(SELECT f FROM unnest(seen.failed_at || given_up) f WHERE f > t - interval '1 day' ORDER BY f);
  IF seen.locks > 0 AND seen.locked_until < t - memory THEN seen.locks := 0; END IF;
  -- after a lock there is one attempt at a time
  slots := CASE WHEN seen.locks > 0 THEN 1 ELSE greatest(1, least(
    most - (SELECT count(*) FROM unnest(seen.failed_at) f WHERE f > t - span), most_a_day - cardinality(seen.failed_at))) END;
  verdict := CASE WHEN cardinality(seen.pending) >= slots THEN 'WAIT' ELSE 'GO' END;
  IF verdict = 'GO' THEN
    claim := gen_random_uuid();
    seen.pending := seen.pending || t;
    seen.pending_ids := seen.pending_ids || claim;
  END IF;
  UPDATE app.login_attempts
     SET failed_at = seen.failed_at, pending = seen.pending, pending_ids = seen.pending_ids, locks = seen.locks
   WHERE key = attempted;
END $$;

-- what became of an attempt: FAILED, SUCCEEDED (all is forgiven) or NEITHER. Answers the seconds of a lock that begins.
-- One that was settled or given up before has been counted: nothing more comes of it
CREATE FUNCTION app.settle_attempt(attempted bytea, claim uuid, outcome text, most int, span interval, most_a_day int,
  memory interval, first_lock interval, longest_lock interval, OUT locked_seconds double precision)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, app, pg_temp AS $$
DECLARE
  t timestamptz;
  seen app.login_attempts;
  lasts interval;
  place int;
BEGIN
  locked_seconds := 0;
  SELECT * INTO seen FROM app.login_attempts WHERE key = attempted FOR UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  place := array_position(seen.pending_ids, claim);
  IF place IS NULL THEN RETURN; END IF;
  t := clock_timestamp();
  seen.pending := seen.pending[:place - 1] || seen.pending[place + 1:];
  seen.pending_ids := seen.pending_ids[:place - 1] || seen.pending_ids[place + 1:];
  IF outcome = 'SUCCEEDED' THEN
    seen.failed_at := '{}';
    seen.locks := 0;
    seen.locked_until := NULL;
    seen.succeeded_at := t;
  ELSIF outcome = 'FAILED' THEN
    seen.failed_at := seen.failed_at || t;
    IF seen.locks > 0 OR cardinality(seen.failed_at) >= most_a_day
       OR (SELECT count(*) FROM unnest(seen.failed_at) f WHERE f > t - span) >= most THEN
      lasts := least(longest_lock, first_lock * power(2, least(seen.locks, 20)));
      seen.locks := seen.locks + 1;
      seen.locked_until := greatest(seen.locked_until, t + lasts);
      locked_seconds := extract(epoch FROM lasts);
    END IF;
  END IF;
  UPDATE app.login_attempts
     SET failed_at = seen.failed_at, pending = seen.pending, pending_ids = seen.pending_ids, locks = seen.locks,
         locked_until = seen.locked_until, succeeded_at = seen.succeeded_at, touched_at = t
   WHERE key = attempted;
END $$;

-- a pair that once signed in is known for 30 days; a failure is remembered for a day
CREATE FUNCTION app.purge_counts() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, app, pg_temp AS $$
  DELETE FROM app.call_counts WHERE ends_at < clock_timestamp() - interval '1 hour';
  DELETE FROM app.login_attempts
   WHERE touched_at < clock_timestamp() - CASE WHEN succeeded_at IS NULL THEN interval '2 days' ELSE interval '31 days' END;
$$;
`;

const RIGHTS = `
REVOKE ALL ON FUNCTION app.take_points(bytea, int, int, int),
  app.claim_attempt(bytea, int, interval, int, interval),
  app.settle_attempt(bytea, uuid, text, int, interval, int, interval, interval, interval),
  app.purge_counts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.take_points(bytea, int, int, int),
  app.claim_attempt(bytea, int, interval, int, interval),
  app.settle_attempt(bytea, uuid, text, int, interval, int, interval, interval, interval),
  app.purge_counts() TO therapy_app;
`;
