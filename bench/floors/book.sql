-- One booking: what createAppointment with an idempotencyKey has to write, one statement a round trip.
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
