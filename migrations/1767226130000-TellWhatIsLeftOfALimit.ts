import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The count tells what is left of a window for everybody, which an answer's RateLimit header says. PostgreSQL cannot add to
 * what a function answers, so it is made anew; processes of the version before go on with the columns that they name.
 */
export class TellWhatIsLeftOfALimit1767226130000 implements MigrationInterface {
  readonly name = 'TellWhatIsLeftOfALimit1767226130000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(takePoints(', OUT remaining int', 'remaining := most - found.taken - granted;'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(takePoints('', ''));
  }
}

/** As CountLoginsAndCalls1767225965000 has it, and more. */
function takePoints(answer: string, told: string): string {
  return `
DROP FUNCTION app.take_points(bytea, int, int, int);
CREATE FUNCTION app.take_points(counted bytea, wanted int, most int, seconds int,
  OUT granted int, OUT ends_in double precision, OUT first_refusal boolean${answer})
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
  ${told}
  IF granted > 0 OR first_refusal THEN
    UPDATE app.call_counts SET taken = taken + granted, refused = first_refusal WHERE key = counted;
  END IF;
END $$;
REVOKE ALL ON FUNCTION app.take_points(bytea, int, int, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.take_points(bytea, int, int, int) TO therapy_app;
`;
}
