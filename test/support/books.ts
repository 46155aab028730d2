import { read } from './sql.ts';

interface Entry {
  authorization_id: string;
  seq: number;
  kind: string;
  units: number;
  total_after: number;
  reserved_after: number;
  used_after: number;
  appointment_id: string | null;
  held_after: number | null;
  created_at: Date;
}

interface Account {
  id: string;
  total_units: number;
  reserved_units: number;
  used_units: number;
  entry_seq: number;
  live: number;
  delivered: number;
}

/** [total, reserved, used] that an entry of one unit moves; written down again, so as not to believe the code's own. */
const EFFECT: Record<string, [number, number, number]> = {
  GRANT: [1, 0, 0],
  RESERVE: [0, 1, 0],
  RELEASE: [0, -1, 0],
  CONSUME: [0, -1, 1],
  ADJUST: [1, 0, 0],
};

/**
 * Audits every authorization of the database from its tables alone, and tells all that is wrong: overdrawn balances,
 * units that belong to no appointment or session, entries that do not replay to the balance or have gaps.
 */
export async function wrongInTheBooks(ownerUrl: string): Promise<string[]> {
  const accounts = (await read(ownerUrl, ACCOUNTS)) as unknown as Account[];
  const entries = (await read(ownerUrl, 'SELECT * FROM ledger_entries ORDER BY authorization_id, seq')) as never[];
  const outside = await read(ownerUrl, OUTSIDE);
  return [
    ...accounts.flatMap((account) => [
      ...wrongIn(account),
      ...wrongInReplay(
        account,
        entries.filter((entry: Entry) => entry.authorization_id === account.id),
      ),
    ]),
    ...(await wrongHolds(ownerUrl, entries)),
    ...outside.map(({ id }) => `live appointment ${String(id)} is outside its authorization`),
  ];
}

function wrongIn({ id, total_units, reserved_units, used_units, live, delivered }: Account): string[] {
  return [
    ...(used_units + reserved_units <= total_units ? [] : [`${id}: overdrawn`]),
    ...(live === reserved_units ? [] : [`${id}: ${reserved_units} reserved, ${live} held by live appointments`]),
    ...(delivered === used_units ? [] : [`${id}: ${used_units} used, ${delivered} by sessions`]),
  ];
}

function wrongInReplay(account: Account, entries: Entry[]): string[] {
  const wrong: string[] = [];
  let balance = [0, 0, 0];
  entries.forEach((entry, index) => {
    balance = balance.map((before, column) => before + EFFECT[entry.kind]![column]! * entry.units);
    const after = [entry.total_after, entry.reserved_after, entry.used_after];
    if (entry.seq !== index + 1) wrong.push(`${account.id}: entry ${index + 1} has seq ${entry.seq}`);
    if (String(after) !== String(balance)) wrong.push(`${account.id}: ${String(after)} after seq ${entry.seq}`);
    const before = entries[index - 1];
    if (before && before.created_at > entry.created_at) wrong.push(`${account.id}: seq ${entry.seq} is back in time`);
  });
  const stored = [account.total_units, account.reserved_units, account.used_units];
  if (String(stored) !== String(balance)) wrong.push(`${account.id}: ${String(stored)}, replay ${String(balance)}`);
  if (account.entry_seq !== entries.length) wrong.push(`${account.id}: entry_seq ${account.entry_seq}`);
  return wrong;
}

/** What the entries say an appointment holds of each authorization is what it says itself. */
async function wrongHolds(ownerUrl: string, entries: Entry[]): Promise<string[]> {
  const appointments = await read(ownerUrl, 'SELECT id, authorization_id, units_reserved FROM appointments');
  const stored = new Map(
    appointments.map((row) => [`${String(row.id)} of ${String(row.authorization_id)}`, Number(row.units_reserved)]),
  );
  const held = new Map<string, { sum: number; told: number | null }>();
  for (const { appointment_id, authorization_id, kind, units, held_after } of entries) {
    if (!appointment_id) continue;
    const hold = `${appointment_id} of ${authorization_id}`;
    held.set(hold, { sum: (held.get(hold)?.sum ?? 0) + EFFECT[kind]![1] * units, told: held_after });
  }
  return [...new Set([...stored.keys(), ...held.keys()])].flatMap((hold) => {
    const { sum, told } = held.get(hold) ?? { sum: 0, told: 0 };
    const said = stored.get(hold) ?? 0;
    return sum === told && sum === said ? [] : [`${hold}: entries ${sum}, held_after ${told}, itself ${said}`];
  });
}

const ACCOUNTS = `
  SELECT id, total_units, reserved_units, used_units, entry_seq,
         (SELECT coalesce(sum(units_reserved), 0)::int FROM appointments
           WHERE authorization_id = a.id AND status IN ('SCHEDULED', 'IN_PROGRESS')) AS live,
         (SELECT coalesce(sum(units_used), 0)::int FROM sessions WHERE authorization_id = a.id) AS delivered
    FROM authorizations a`;

const OUTSIDE = `
  SELECT v.id FROM appointments v JOIN authorizations a ON a.id = v.authorization_id
    JOIN organizations o ON o.id = a.organization_id
   WHERE v.status IN ('SCHEDULED', 'IN_PROGRESS')
     AND (a.cancelled_at IS NOT NULL OR a.patient_id <> v.patient_id
          OR (v.start_time AT TIME ZONE o.time_zone)::date NOT BETWEEN a.start_date AND a.end_date)`;
