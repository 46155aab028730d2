-- The page of ten appointments after one, in the shape of the API's answer, by one statement.
\set o random(:first_organization, :last_organization)
BEGIN;
SELECT set_config('app.organization_id', '0' || lpad(:o::text, 7, '0') || '-0000-7000-8000-000000000000', true) AS organization,
       set_config('app.reach', 'own', true), '7' || lpad(:o::text, 7, '0') || '-0000-7000-8000-' || lpad(:after::text, 12, '0') AS last \gset
SELECT json_build_object('data', json_build_object('appointments', json_build_object(
         'nodes', coalesce(json_agg(node ORDER BY place) FILTER (WHERE place <= 10), '[]'),
         'pageInfo', json_build_object('hasNextPage', count(*) > 10,
           'endCursor', (array_agg(cursor ORDER BY place) FILTER (WHERE place <= 10))[10]))))
  FROM (
    SELECT row_number() OVER (ORDER BY start_time, id) AS place, start_time || ' ' || id AS cursor, json_build_object(
             'id', id, 'startTime', start_time, 'endTime', end_time, 'status', status, 'unitsReserved', units_reserved,
             'durationMinutes', extract(epoch FROM end_time - start_time)::int / 60, 'location', location, 'notes', notes,
             'version', version, 'createdAt', created_at, 'updatedAt', updated_at) AS node
      FROM appointments
     WHERE organization_id = :organization AND status = ANY(ARRAY['COMPLETED'])
       AND (start_time, id) > (:after_time::timestamptz, :last::uuid)
     ORDER BY start_time, id LIMIT 11) page;
COMMIT;
