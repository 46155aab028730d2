-- A visit: createAppointment, startAppointment and completeAppointment, the first and the last with an idempotencyKey.
\set n :n + 1
\set hour :origin + ((:slot + :n * :clients + :client_id) * :stride) % :hours
\set a random(:first, :last)
\set p (:a - 1) / 8 % :practitioners + 1
BEGIN;
SELECT set_config('app.organization_id', :organization, true), set_config('app.reach', 'own', true);
-- claims the key; the other terms make this round's variables of its numbers, without a round trip of their own
INSERT INTO idempotency_keys (organization_id, operation, key, user_id, request_hash, input_hash, resource_id)
VALUES (:organization, 'createAppointment', 'floor-' || :hour, :actor, sha256(convert_to(:hour::text, 'UTF8')),
        sha256(convert_to(:hour::text, 'UTF8')), uuidv7())
ON CONFLICT DO NOTHING
RETURNING resource_id AS appointment, :practitioner_prefix || lpad(:p::text, 12, '0') AS practitioner,
          :patient_prefix || lpad(:a::text, 12, '0') AS patient,
          :authorization_prefix || lpad(:a::text, 12, '0') AS authorization,
          to_timestamp(:hour * 3600::float8) AS starts, to_timestamp(:hour * 3600::float8 + 3600) AS ends \gset
SELECT organization.time_zone
  FROM practitioners practitioner, patients patient, organizations organization
 WHERE practitioner.organization_id = :organization AND practitioner.id = :practitioner
   AND patient.organization_id = :organization AND patient.id = :patient AND organization.id = :organization
   FOR NO KEY UPDATE OF practitioner, patient;
SELECT id FROM appointments
 WHERE organization_id = :organization AND practitioner_id = :practitioner
   AND start_time > :starts::timestamptz - interval '12 hours 1 second' AND start_time < :ends AND end_time > :starts
   AND units_reserved > 0
UNION ALL
SELECT id FROM appointments
 WHERE organization_id = :organization AND patient_id = :patient
   AND start_time > :starts::timestamptz - interval '12 hours 1 second' AND start_time < :ends AND end_time > :starts
   AND units_reserved > 0;
INSERT INTO appointments (organization_id, id, patient_id, practitioner_id, authorization_id, service_code_id, start_time,
                          end_time, status, units_reserved, version, created_at, updated_at)
VALUES (:organization, :appointment, :patient, :practitioner, :authorization, :code, :starts, :ends, 'SCHEDULED', 4, 1,
        now(), now());
SELECT total_units AS total, reserved_units AS reserved, used_units AS used, entry_seq AS entries FROM authorizations
 WHERE organization_id = :organization AND id = :authorization FOR NO KEY UPDATE \gset
UPDATE authorizations
   SET reserved_units = :reserved::int + 4, entry_seq = :entries::int + 1,
       last_entry_at = greatest(clock_timestamp(), last_entry_at + interval '1 microsecond')
 WHERE organization_id = :organization AND id = :authorization
RETURNING last_entry_at AS entered \gset
INSERT INTO ledger_entries (organization_id, id, authorization_id, seq, kind, units, total_delta, reserved_delta, used_delta,
                            total_after, reserved_after, used_after, appointment_id, held_after, actor_id, created_at)
VALUES (:organization, uuidv7(), :authorization, :entries::int + 1, 'RESERVE', 4, 0, 4, 0, :total, :reserved::int + 4, :used,
        :appointment, 4, :actor, :entered);
INSERT INTO audit_events (id, organization_id, actor_id, actor_role, action, resource, resource_id, patient_id, outcome,
                          ip_address, request_id, details)
VALUES (uuidv7(), :organization, :actor, 'ADMIN', 'CREATE_APPOINTMENT', 'appointment', :appointment, :patient, 'SUCCESS',
        '127.0.0.1', :appointment,
        json_build_object('practitionerId', :practitioner::text, 'authorizationId', :authorization::text, 'unitsReserved', 4,
                          'startTime', :starts::text, 'endTime', :ends::text, 'status', 'SCHEDULED'));
COMMIT;

BEGIN;
SELECT set_config('app.organization_id', :organization, true), set_config('app.reach', 'own', true);
SELECT status, version, start_time FROM appointments
 WHERE organization_id = :organization AND id = :appointment FOR NO KEY UPDATE;
UPDATE appointments SET status = 'IN_PROGRESS', started_at = now(), version = 2, updated_at = now()
 WHERE organization_id = :organization AND id = :appointment;
INSERT INTO audit_events (id, organization_id, actor_id, actor_role, action, resource, resource_id, patient_id, outcome,
                          ip_address, request_id, details)
VALUES (uuidv7(), :organization, :actor, 'ADMIN', 'START_APPOINTMENT', 'appointment', :appointment, :patient, 'SUCCESS',
        '127.0.0.1', :appointment,
        json_build_object('practitionerId', :practitioner::text, 'authorizationId', :authorization::text, 'unitsReserved', 4,
                          'startTime', :starts::text, 'endTime', :ends::text, 'status', 'IN_PROGRESS'));
COMMIT;

BEGIN;
SELECT set_config('app.organization_id', :organization, true), set_config('app.reach', 'own', true);
INSERT INTO idempotency_keys (organization_id, operation, key, user_id, request_hash, input_hash, resource_id)
VALUES (:organization, 'completeAppointment', 'floor-' || :hour, :actor, sha256(convert_to(:hour::text, 'UTF8')),
        sha256(convert_to(:hour::text, 'UTF8')), uuidv7())
ON CONFLICT DO NOTHING RETURNING resource_id AS session \gset
SELECT status, version, units_reserved, start_time, end_time FROM appointments
 WHERE organization_id = :organization AND id = :appointment FOR NO KEY UPDATE;
UPDATE appointments SET status = 'COMPLETED', units_reserved = 0, version = 3, updated_at = now()
 WHERE organization_id = :organization AND id = :appointment;
SELECT total_units AS total, reserved_units AS reserved, used_units AS used, entry_seq AS entries FROM authorizations
 WHERE organization_id = :organization AND id = :authorization FOR NO KEY UPDATE \gset
UPDATE authorizations
   SET reserved_units = :reserved::int - 4, used_units = :used::int + 4, entry_seq = :entries::int + 1,
       last_entry_at = greatest(clock_timestamp(), last_entry_at + interval '1 microsecond')
 WHERE organization_id = :organization AND id = :authorization
RETURNING last_entry_at AS entered \gset
INSERT INTO ledger_entries (organization_id, id, authorization_id, seq, kind, units, total_delta, reserved_delta, used_delta,
                            total_after, reserved_after, used_after, appointment_id, held_after, actor_id, created_at)
VALUES (:organization, uuidv7(), :authorization, :entries::int + 1, 'CONSUME', 4, 0, -4, 4, :total, :reserved::int - 4,
        :used::int + 4, :appointment, 0, :actor, :entered);
INSERT INTO sessions (organization_id, id, appointment_id, patient_id, practitioner_id, authorization_id, service_code_id,
                      start_time, end_time, duration_minutes, units_used, units_unauthorized, status, created_at, updated_at)
VALUES (:organization, :session, :appointment, :patient, :practitioner, :authorization, :code, :starts, :ends, 60, 4, 0,
        'COMPLETED', now(), now());
INSERT INTO audit_events (id, organization_id, actor_id, actor_role, action, resource, resource_id, patient_id, outcome,
                          ip_address, request_id, details)
SELECT uuidv7(), :organization, :actor, 'ADMIN', action, resource, resource_id::uuid, :patient, 'SUCCESS', '127.0.0.1',
       :appointment,
       json_build_object('practitionerId', :practitioner::text, 'authorizationId', :authorization::text, 'unitsUsed', 4,
                         'startTime', :starts::text, 'endTime', :ends::text, 'unitsUnauthorized', 0)
  FROM (VALUES ('COMPLETE_APPOINTMENT', 'appointment', :appointment), ('CREATE_SESSION', 'session', :session))
       AS event (action, resource, resource_id);
COMMIT;
