/**
 * What is hashed, written down a second time beside app.seal_audit_events(): who verifies must not ask a function of the
 * database that is under suspicion. Every column of an event is in it; a column that comes later needs a `v2`.
 */

/** The chain of events that belong to no organization. */
export const NOBODY = '00000000-0000-0000-0000-000000000000';

const utc = (instant: string): string => `to_char(${instant} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** SQL: the hash of an event. */
export const rowHash = (event: string): string => `sha256(convert_to(json_build_array(
  ${event}.id, ${utc(`${event}.occurred_at`)}, ${event}.organization_id, ${event}.actor_id, ${event}.actor_role, ${event}.action,
  ${event}.resource, ${event}.resource_id, ${event}.patient_id, ${event}.outcome, ${event}.ip_address, ${event}.request_id,
  ${event}.details::text)::text, 'UTF8'))`;

/** SQL: what a seal is linked to when it is the first of its chain. */
export const NO_SEAL = `decode(repeat('00', 32), 'hex')`;

/** SQL: the hash of a seal over the hashes of its events, which are in the order of their ids. */
export const sealHash = (seal: string, rowHashes: string): string => `sha256(${seal}.previous_hash || convert_to(
  format('v1 %s %s %s %s %s ', ${seal}.chain, ${seal}.seq, ${seal}.event_count, ${utc(`${seal}.sealed_at`)}, ${utc(`${seal}.horizon`)}),
  'UTF8') || ${rowHashes})`;
