import { rowsTold, told, type Heard, type Listing } from './hearing.ts';
import type { Cell, Stage, Target } from './stage.ts';

const OF_PATIENT = { PATIENT: 'patient_id = $2' };
const LISTS: Readonly<Record<string, Listing>> = {
  users: { table: 'users', own: { PRACTITIONER: 'id = $3', PATIENT: 'id = $4' } },
  patients: { table: 'patients', own: { PATIENT: 'id = $2' } },
  practitioners: { table: 'practitioners', own: { PATIENT: 'id = $1' } },
  authorizations: { table: 'authorizations', own: OF_PATIENT },
  appointments: { table: 'appointments', own: OF_PATIENT },
  sessions: { table: 'sessions', own: { PRACTITIONER: 'patient_id = $2', ...OF_PATIENT } },
};
export const VISITS = { appointments: LISTS.appointments!, sessions: LISTS.sessions! } as const;

const IDS: Readonly<Record<string, (target: Target) => string>> = {
  patient: ({ patient }) => patient.id,
  practitioner: ({ practitioner }) => practitioner.id,
  authorization: ({ authorizationId }) => authorizationId,
  appointment: ({ appointmentId }) => appointmentId,
  session: ({ sessionId }) => sessionId,
};

/** Every query. */
export const READING: Readonly<Record<string, Heard>> = {
  'Query.me': async ({ world }, { token }) => told(await world.query('{ me { id } }', {}, token), 'me'),
  ...Object.fromEntries(
    Object.entries(IDS).map(([field, idOf]): [string, Heard] => [
      `Query.${field}`,
      async ({ world }, { token, target }) =>
        told(await world.query(`query($id: ID!) { ${field}(id: $id) { id } }`, { id: idOf(target) }, token), field),
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(LISTS).map(([field, listing]): [string, Heard] => [
      `Query.${field}`,
      async (stage, cell) => {
        const text = `{ ${field}(${argsOf(field, cell)}) { nodes { id } totalCount } }`;
        const { code, data } = await stage.world.query(text, {}, cell.token);
        if (code) return code;
        const { nodes, totalCount } = (data as Record<string, { nodes: { id: string }[]; totalCount: number }>)[field]!;
        if (nodes.length !== totalCount) return `${nodes.length} rows of ${totalCount}`;
        return rowsTold(
          stage,
          cell,
          listing,
          nodes.map(({ id }) => id),
        );
      },
    ]),
  ),
  'Query.serviceCodes': (stage, cell) => {
    const { whose, target } = cell;
    const args = whose === 'another organization' ? `(organizationId: "${target.practice.id}")` : '';
    return plainList(stage, cell, `{ serviceCodes${args} { id } }`, { table: 'service_codes', own: {} });
  },
  'Query.allServiceCodes': (stage, cell) => {
    const { whose, target } = cell;
    const args = whose === 'another organization' ? `(organizationId: "${target.practice.id}")` : '';
    return pagedList(stage, cell, `{ allServiceCodes${args} { nodes { id } } }`, { table: 'service_codes', own: {} });
  },
  'Query.allOrganizations': (stage, cell) =>
    pagedList(stage, cell, '{ allOrganizations(first: 200) { nodes { id } } }', {
      ...{ table: 'organizations', own: {}, organization: 'id' },
    }),
  'Query.allEmergencyAccessGrants': (stage, cell) =>
    pagedList(stage, cell, '{ allEmergencyAccessGrants(first: 200) { nodes { id } } }', {
      ...{ table: 'emergency_access_grants', own: {} },
    }),
  'Query.organizations': (stage, cell) =>
    plainList(stage, cell, '{ organizations { id } }', { table: 'organizations', own: {}, organization: 'id' }),
  'Query.emergencyAccessGrants': (stage, cell) =>
    plainList(stage, cell, '{ emergencyAccessGrants { id } }', { table: 'emergency_access_grants', own: {} }),
  // its own reading is in it at once: so not by its rows, but by whose they are
  'Query.auditEvents': async ({ world, mine, theirs }, cell) => {
    const text = `{ auditEvents(${argsOf('auditEvents', cell)}) { nodes { organizationId } } }`;
    const { code, data } = await world.query(text, {}, cell.token);
    if (code) return code;
    const { nodes } = (data as { auditEvents: { nodes: { organizationId: string | null }[] } }).auditEvents;
    const organizations = new Set(nodes.map(({ organizationId }) => organizationId));
    if (organizations.has(mine.practice.id) && organizations.size === 1) return 'own org';
    return organizations.has(mine.practice.id) && organizations.has(theirs.practice.id) ? 'all' : 'other rows';
  },
};

/** Nothing for what is the caller's own; else a filter by the other patient, or the other organization. */
function argsOf(field: string, { whose, target }: Cell): string {
  if (whose === 'own') return 'first: 200';
  const filter =
    whose === 'another organization' ? `organizationId: "${target.practice.id}"` : `patientId: "${target.patient.id}"`;
  return `first: 200, ${field === 'users' ? filter : `filter: { ${filter} }`}`;
}

async function plainList(stage: Stage, cell: Cell, text: string, listing: Listing): Promise<string> {
  const { code, data } = await stage.world.query(text, {}, cell.token);
  if (code) return code;
  const [rows] = Object.values(data as Record<string, { id: string }[]>);
  return rowsTold(stage, cell, listing, idsOf(rows!));
}

async function pagedList(stage: Stage, cell: Cell, text: string, listing: Listing): Promise<string> {
  const { code, data } = await stage.world.query(text, {}, cell.token);
  if (code) return code;
  const [page] = Object.values(data as Record<string, { nodes: { id: string }[] }>);
  return rowsTold(stage, cell, listing, idsOf(page!.nodes));
}

function idsOf(rows: readonly { id: string }[]): string[] {
  return rows.map(({ id }) => id);
}
