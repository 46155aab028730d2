import { connected } from '../../support/sql.ts';

/**
 * Makes COMMIT slow and sometimes fail: what changes an appointment or an authorization takes up to 4 ms longer, and one in
 * 25 is rolled back with 40001, as PostgreSQL may do at any COMMIT. An answer that is sent too early, an event that is
 * written apart, or a closure that cannot run twice, comes to light.
 */
export async function makeCommitsStubborn(adminUrl: string): Promise<void> {
  await connected(adminUrl, async (admin) => {
    await admin.query(`
      CREATE FUNCTION stubborn() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_sleep(random() * 0.004);
        IF random() < 0.04 THEN RAISE EXCEPTION 'not this time' USING ERRCODE = 'serialization_failure'; END IF;
        RETURN NULL;
      END $$;`);
    for (const table of ['appointments', 'authorizations'])
      await admin.query(`
        CREATE CONSTRAINT TRIGGER stubborn AFTER INSERT OR UPDATE ON ${table}
          DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION stubborn()`);
  });
}
