/**
 * What the migrations made of the walls, written down a second time: a function or a policy of the same name that refuses
 * nothing is no wall. Sources are kept by PostgreSQL as they were given; expressions are compared without the white space,
 * parentheses and labels in which its versions could differ.
 */

/** What the triggers and policies call. */
const FUNCTIONS = `(VALUES
  ('refuse_change', 'plpgsql', '
BEGIN
  RAISE EXCEPTION ''% is append-only'', TG_TABLE_NAME USING ERRCODE = ''integrity_constraint_violation'';
END '),
  ('sees_all', 'sql', ' SELECT coalesce(current_setting(''app.reach'', true), '''') = ''all'' '),
  ('current_organization', 'sql', ' SELECT nullif(current_setting(''app.organization_id'', true), '''')::uuid ')
) made (name, language, source)`;

/** FOR UPDATE, DELETE or all there is none, so that row-level security lets nobody change a row. */
const POLICIES = `(VALUES
  (true, 'own_organization', 'r', 'organization_id=SELECTapp.current_organization', NULL),
  (true, 'every_organization', 'r', 'SELECTapp.sees_all', NULL),
  (true, 'record', 'a', NULL, 'organization_idISNULLORorganization_id=SELECTapp.current_organizationORSELECTapp.sees_all'),
  (false, 'see', 'r', 'SELECTapp.sees_all', NULL),
  (false, 'seal', 'a', NULL, 'SELECTapp.sees_all')
) made (of_events, name, command, visible, allowed)`;

/** By pg_trigger.tgtype: for each row before UPDATE or DELETE, and for each statement before TRUNCATE. */
const TRIGGERS = `(VALUES ('append_only', 27), ('never_emptied', 34)) made (name, type)`;

const plain = (expression: string): string =>
  `regexp_replace(pg_get_expr(${expression}, p.polrelid), '\\s+AS\\s+\\w+|[\\s()]', '', 'g')`;

/** SQL: names of tables and functions with what is wrong with them. Only the system's catalogs are asked. */
export const WALL_FAULTS = `
  WITH functions AS (
    SELECT made.name, p.oid FROM ${FUNCTIONS}
      LEFT JOIN (pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace AND n.nspname = 'app'
                           JOIN pg_language l ON l.oid = p.prolang)
        ON p.proname = made.name AND p.pronargs = 0 AND p.prosrc = made.source AND l.lanname = made.language
       AND p.proconfig IS NULL AND NOT p.prosecdef
  ), tables AS (
    SELECT c.*, c.oid::regclass::text AS name, c.oid NOT IN ('audit.seals'::regclass, 'audit.sealed_events'::regclass) AS of_events
      FROM pg_class c
     WHERE c.oid IN ('audit.seals'::regclass, 'audit.sealed_events'::regclass)
        OR c.oid IN (SELECT relid FROM pg_partition_tree('public.audit_events'))
  ), rights AS (
    SELECT c.oid, a.grantee, a.privilege_type, NULL AS attname FROM tables c CROSS JOIN LATERAL aclexplode(c.relacl) a
     WHERE a.grantee <> c.relowner
    UNION ALL
    SELECT c.oid, a.grantee, a.privilege_type, t.attname FROM tables c JOIN pg_attribute t ON t.attrelid = c.oid
     CROSS JOIN LATERAL aclexplode(t.attacl) a WHERE a.grantee <> c.relowner
  )
  SELECT 'app.' || name || '() is not the function that the migrations made' AS what FROM functions WHERE oid IS NULL
  UNION ALL
  SELECT name || ' lacks row-level security' FROM tables WHERE NOT (relrowsecurity AND relforcerowsecurity)
  UNION ALL
  SELECT c.name || ' has not the two triggers that refuse changes, and no other'
    FROM tables c LEFT JOIN pg_trigger t ON t.tgrelid = c.oid
    LEFT JOIN ${TRIGGERS} ON t.tgname = made.name AND t.tgtype = made.type AND t.tgenabled IN ('O', 'A') AND t.tgqual IS NULL
          AND t.tgattr::text = '' AND t.tgfoid = (SELECT p.oid FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                                                   WHERE n.nspname = 'app' AND p.proname = 'refuse_change' AND p.pronargs = 0)
   GROUP BY c.oid, c.name HAVING count(t.oid) <> 2 OR count(made.name) <> 2
  UNION ALL
  SELECT c.name || ' has not the policies that the migrations made, and no other'
    FROM tables c LEFT JOIN pg_policy p ON p.polrelid = c.oid
    LEFT JOIN ${POLICIES} ON made.of_events = c.of_events AND made.name = p.polname AND made.command = p.polcmd::text AND p.polpermissive
          AND p.polroles = ARRAY[0]::oid[] AND made.visible IS NOT DISTINCT FROM ${plain('p.polqual')}
          AND made.allowed IS NOT DISTINCT FROM ${plain('p.polwithcheck')}
   GROUP BY c.oid, c.name, c.of_events
  HAVING count(p.oid) <> count(made.name) OR count(made.name) <> (SELECT count(*) FROM ${POLICIES} WHERE made.of_events = c.of_events)
  UNION ALL
  SELECT c.name || ' has a rule' FROM tables c WHERE EXISTS (SELECT FROM pg_rewrite WHERE ev_class = c.oid)
  UNION ALL
  SELECT c.name || ' may be changed by ' || string_agg(DISTINCT coalesce(r.rolname, 'everybody') || ' (' || privilege_type || ')', ', ')
    FROM tables c JOIN rights ON rights.oid = c.oid LEFT JOIN pg_roles r ON r.oid = rights.grantee
   WHERE privilege_type <> 'SELECT'
     AND NOT (privilege_type = 'INSERT' AND c.oid = 'public.audit_events'::regclass AND attname <> 'occurred_at' AND attname IS NOT NULL)
   GROUP BY c.oid, c.name
  UNION ALL
  SELECT c.name || ' belongs to the application' FROM tables c JOIN pg_roles r ON r.rolname = 'therapy_app'
   WHERE pg_has_role(r.oid, c.relowner, 'MEMBER')`;
