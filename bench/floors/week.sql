-- A practitioner's week with all that belongs to it, in the shape of the API's answer, by one statement.
\set o random(:first_organization, :last_organization)
\set p random(1, :practitioners)
\set w random(0, :weeks - 1)
BEGIN;
SELECT set_config('app.organization_id', '0' || lpad(:o::text, 7, '0') || '-0000-7000-8000-000000000000', true) AS organization,
       set_config('app.reach', 'own', true), '1' || lpad(:o::text, 7, '0') || '-0000-7000-8000-' || lpad(:p::text, 12, '0') AS practitioner,
       (:monday::date + 7 * :w::int)::timestamptz AS from, (:monday::date + 7 * :w::int + 7)::timestamptz AS to \gset
SELECT json_build_object('data', json_build_object('appointments', json_build_object(
         'nodes', coalesce(json_agg(node ORDER BY start_time, id), '[]'),
         'pageInfo', json_build_object('hasNextPage', false, 'endCursor', max(start_time) || ' ' || max(id::text)))))
  FROM (
    SELECT a.start_time, a.id, json_build_object(
             'id', a.id, 'startTime', a.start_time, 'endTime', a.end_time, 'status', a.status, 'unitsReserved', a.units_reserved,
             'location', a.location, 'notes', a.notes, 'version', a.version,
             'patient', json_build_object('id', patient.id, 'firstName', patient.first_name, 'lastName', patient.last_name,
               'dateOfBirth', patient.date_of_birth),
             'practitioner', json_build_object('id', practitioner.id, 'firstName', practitioner.first_name,
               'lastName', practitioner.last_name),
             'serviceCode', json_build_object('code', code.code),
             'authorization', json_build_object('id', z.id, 'authorizationNumber', z.authorization_number,
               'status', CASE
                 WHEN z.cancelled_at IS NOT NULL THEN 'CANCELLED'
                 WHEN z.end_date < (now() AT TIME ZONE organization.time_zone)::date THEN 'EXPIRED'
                 WHEN z.start_date > (now() AT TIME ZONE organization.time_zone)::date THEN 'PENDING'
                 WHEN z.used_units = z.total_units THEN 'EXHAUSTED' ELSE 'ACTIVE' END,
               'startDate', z.start_date, 'endDate', z.end_date, 'totalUnits', z.total_units, 'usedUnits', z.used_units,
               'reservedUnits', z.reserved_units, 'availableUnits', z.total_units - z.used_units - z.reserved_units,
               'serviceCodes', covered.codes),
             'session', CASE WHEN session.id IS NOT NULL THEN json_build_object('id', session.id, 'status', session.status,
               'startTime', session.start_time, 'endTime', session.end_time, 'unitsUsed', session.units_used,
               'unitsUnauthorized', session.units_unauthorized) END) AS node
      FROM appointments a
      JOIN organizations organization ON organization.id = a.organization_id
      JOIN patients patient ON patient.organization_id = a.organization_id AND patient.id = a.patient_id
      JOIN practitioners practitioner
        ON practitioner.organization_id = a.organization_id AND practitioner.id = a.practitioner_id
      JOIN service_codes code ON code.organization_id = a.organization_id AND code.id = a.service_code_id
      JOIN authorizations z ON z.organization_id = a.organization_id AND z.id = a.authorization_id
      LEFT JOIN sessions session ON session.organization_id = a.organization_id AND session.appointment_id = a.id
      CROSS JOIN LATERAL (
        SELECT json_agg(json_build_object('code', c.code, 'description', c.description) ORDER BY c.code) AS codes
          FROM authorization_service_codes cover
          JOIN service_codes c ON c.organization_id = cover.organization_id AND c.id = cover.service_code_id
         WHERE cover.organization_id = z.organization_id AND cover.authorization_id = z.id) covered
     WHERE a.organization_id = :organization AND a.practitioner_id = :practitioner AND a.start_time < :to
       AND a.start_time > :from::timestamptz - interval '12 hours 1 millisecond' AND a.end_time > :from
     ORDER BY a.start_time, a.id LIMIT 50) week;
COMMIT;
