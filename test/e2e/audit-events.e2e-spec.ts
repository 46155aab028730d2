import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Trail } from '../support/readings.ts';
import { connected } from '../support/sql.ts';
import { at, World, type Person, type Practice } from '../support/world.ts';

interface Event {
  readonly id: string;
  readonly occurredAt: string;
  readonly organizationId: string | null;
  readonly [field: string]: unknown;
}
interface Found {
  readonly edges: { cursor: string; node: { id: string } }[];
  readonly nodes: Event[];
  readonly pageInfo: { hasNextPage: boolean; endCursor: string | null };
  readonly totalCount: number;
}

const TEXT = `query($filter: AuditEventFilter, $first: Int = 50, $after: String) {
  auditEvents(filter: $filter, first: $first, after: $after) {
    edges { cursor node { id } } pageInfo { hasNextPage endCursor } totalCount
    nodes { id occurredAt organizationId actorId actorRole action resource resourceId patientId outcome ipAddress requestId details } } }`;

let world: World;
let trail: Trail;
let practice: Practice;
let other: Practice;
let adminId: string;
let practitioner: Person;
let patient: Person;
let authorizationId: string;
let booked: string;

beforeAll(async () => {
  world = await World.create();
  trail = await Trail.open(world);
  [practice, other] = [await world.practice(), await world.practice()];
  adminId = (await world.query('{ me { id } }', {}, practice.admin)).data.me.id as string;
  [practitioner, patient] = [await world.practitioner(practice), await world.patient(practice)];
  authorizationId = await world.authorization(practice, patient.id);
  const visit = { patientId: patient.id, practitionerId: practitioner.id, authorizationId };
  booked = await world.booked(practitioner.token, { ...visit, ...at('2031-03-03', '09:00') });
  await world.query('query($id: ID!) { patient(id: $id) { id } }', { id: patient.id }, practice.admin);
  await world.query('{ auditEvents { totalCount } }', {}, patient.token);
  await world.mutate('login', { email: 'nobody@nowhere.example', password: 'wrong-password' }, '', 'expiresIn');
});
afterAll(async () => {
  await trail.close();
  await world.close();
});

async function find(
  token: string,
  filter: object | null = null,
  page: { first?: number; after?: string | null } = {},
): Promise<Found> {
  const { data, errors } = await world.query(TEXT, { filter, ...page }, token);
  if (errors) throw new Error(JSON.stringify(errors));
  return data.auditEvents as Found;
}
const refusal = async (token: string, filter: object, page: object = {}): Promise<string | undefined> =>
  (await world.query(TEXT, { filter, ...page }, token)).code;

/** Ids as the table has them, newest first. */
const expected = async (where: string, ...values: unknown[]): Promise<string[]> =>
  (
    await trail.rows<{ id: string }>(
      `SELECT id FROM audit_events WHERE organization_id = $1 AND ${where} ORDER BY occurred_at DESC, id DESC`,
      [practice.id, ...values],
    )
  ).map(({ id }) => id);
const idsOf = ({ nodes }: Found): string[] => nodes.map(({ id }) => id);

/** Events of an instant of their own choice, which only the owner can write. */
const written = async (organizationId: string, occurredAt: string, count: number, action: string): Promise<string[]> =>
  connected(world.test.database.ownerUrl, async (client) => {
    await client.query(`SELECT set_config('app.reach', 'all', false)`);
    const ids = Array.from({ length: count }, () => randomUUID());
    await client.query(
      `INSERT INTO audit_events (id, occurred_at, organization_id, action, resource, outcome)
       SELECT id, $2, $3, $4, 'test', 'SUCCESS' FROM unnest($1::uuid[]) id`,
      [ids, occurredAt, organizationId, action],
    );
    return ids;
  });

describe('given an admin, when the trail is read', () => {
  it('then a booking is there with all that is known of it', async () => {
    const { nodes, totalCount } = await find(practice.admin, { action: ['CREATE_APPOINTMENT'] });
    expect(totalCount).toBe(1);
    expect(nodes).toEqual([
      {
        id: expect.any(String),
        occurredAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        organizationId: practice.id,
        actorId: practitioner.userId,
        actorRole: 'PRACTITIONER',
        action: 'CREATE_APPOINTMENT',
        resource: 'appointment',
        resourceId: booked,
        patientId: patient.id,
        outcome: 'SUCCESS',
        ipAddress: '127.0.0.1',
        requestId: expect.any(String),
        details: expect.objectContaining({ unitsReserved: 4, authorizationId }),
      },
    ]);
  });

  const FILTERS: [string, () => unknown, string][] = [
    ['actorId', () => practitioner.userId, 'actor_id = $2'],
    ['patientId', () => patient.id, 'patient_id = $2'],
    ['action', () => ['READ_PATIENT', 'ACCESS_DENIED'], 'action = ANY($2)'],
    ['resource', () => 'appointment', 'resource = $2'],
    ['resourceId', () => booked, 'resource_id = $2'],
    ['outcome', () => 'DENIED', 'outcome = $2'],
  ];
  it.each(FILTERS)('then %s finds those events, newest first, and no other', async (name, value, where) => {
    const ids = await expected(where, value());
    expect(ids.length).toBeGreaterThan(0);
    const found = await find(practice.admin, { [name]: value() });
    expect(idsOf(found)).toEqual(ids);
    expect(found.edges.map(({ node }) => node.id)).toEqual(ids);
    expect(found.totalCount).toBe(ids.length);
  });

  it('then filters narrow each other, and an empty list of actions finds nothing', async () => {
    const both = { patientId: patient.id, action: ['READ_PATIENT'] };
    expect(idsOf(await find(practice.admin, both))).toEqual(
      await expected('patient_id = $2 AND action = $3', patient.id, 'READ_PATIENT'),
    );
    expect(await find(practice.admin, { action: [] })).toMatchObject({ nodes: [], totalCount: 0 });
    expect(await find(practice.admin, { actorId: randomUUID() })).toMatchObject({ nodes: [], totalCount: 0 });
  });

  it('then from is inclusive and to is not', async () => {
    const action = `TEST_${randomUUID().replaceAll('-', '').toUpperCase()}`;
    const instants = ['2025-03-31T23:59:59.999Z', '2025-04-01T00:00:00.000Z', '2025-04-02T00:00:00.000Z'];
    for (const instant of instants) await written(practice.id, instant, 1, action);
    const times = async (filter: object): Promise<string[]> =>
      (await find(practice.admin, { action: [action], ...filter })).nodes.map(({ occurredAt }) => occurredAt);
    expect(await times({ from: instants[1] })).toEqual([instants[2], instants[1]]);
    expect(await times({ to: instants[1] })).toEqual([instants[0]]);
    expect(await times({ from: '2025-04-01T02:00:00+02:00', to: instants[2] })).toEqual([instants[1]]);
  });

  it.each([
    ['to at from', { from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }],
    ['to before from', { from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' }],
    ['an actor that is no id', { actorId: 'me' }],
    ['an action with a control character', { action: ['LOGIN', 'a\u0000b'] }],
    ['too many actions', { action: Array.from({ length: 101 }, (_, n) => `ACTION_${n}`) }],
    ['a resource with a control character', { resource: 'a\u0000b' }],
    ['an unknown outcome', { outcome: 'MAYBE' }],
  ])('then %s is BAD_USER_INPUT', async (_, filter) => {
    expect(await refusal(practice.admin, filter)).toBe('BAD_USER_INPUT');
  });

  it('then a cursor that is none of this list is BAD_USER_INPUT', async () => {
    const foreign = await world.query('{ patients { pageInfo { endCursor } } }', {}, practice.admin);
    for (const after of ['x', foreign.data.patients.pageInfo.endCursor as string])
      expect(await refusal(practice.admin, {}, { after })).toBe('BAD_USER_INPUT');
  });
});

describe('given many events of the same millisecond, when they are read in pages', () => {
  const INSTANT = '2025-02-28T23:59:59.999Z';
  const ACTION = 'SAME_INSTANT';
  let ids: string[];
  beforeAll(async () => {
    ids = [
      ...(await written(practice.id, INSTANT, 7, ACTION)),
      ...(await written(practice.id, '2025-03-01T00:00:00.0004Z', 5, ACTION)),
    ];
  });

  it.each([1, 2, 5, 12, 13])(
    'of %i, then each comes once and in order, also over the end of a month',
    async (first) => {
      const seen: Event[] = [];
      let after: string | null = null;
      for (let turn = 0; turn < 20; turn++) {
        const page: Found = await find(practice.admin, { action: [ACTION] }, { first, after });
        seen.push(...page.nodes);
        // between two pages the trail grows, by the event of the page at least
        if (!page.pageInfo.hasNextPage) break;
        after = page.pageInfo.endCursor;
      }
      expect(seen.map(({ id }) => id).sort()).toEqual([...ids].sort());
      const keys = seen.map(({ occurredAt, id }) => `${occurredAt} ${id}`);
      expect(keys).toEqual([...keys].sort().reverse());
      expect(await expected('action = $2', ACTION)).toEqual(seen.map(({ id }) => id));
    },
  );

  it('of the whole trail, then each comes once although every page adds an event', async () => {
    const all = await expected('true');
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page: Found = await find(practice.admin, null, { first: 5, after });
      seen.push(...idsOf(page));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after);
    expect(seen).toEqual(all);
  });
});

describe('given the read itself', () => {
  it('when a page is read, then one event says who, by which filter and how many, and not which', async () => {
    const variables = { filter: { patientId: patient.id }, first: 2 };
    const { answer, events } = await trail.of(TEXT, variables, practice.admin);
    expect(events).toMatchObject([
      {
        organization_id: practice.id,
        actor_id: adminId,
        actor_role: 'ADMIN',
        action: 'READ_AUDIT_EVENT',
        resource: 'audit_event',
        outcome: 'SUCCESS',
        details: { count: 2, filter: { patientId: patient.id } },
      },
    ]);
    expect(events[0]!.details).not.toHaveProperty('ids');
    const after = answer.data.auditEvents.pageInfo.endCursor as string;
    const next = await trail.of(TEXT, { ...variables, after }, practice.admin);
    expect(next.events).toMatchObject([{ details: { count: 2, filter: { patientId: patient.id }, after } }]);
  });

  it('when totalCount is asked for, then it is that of the list, without the event of this read', async () => {
    const before = (await expected('true')).length;
    const { nodes, totalCount } = await find(practice.admin, null, { first: 200 });
    expect([nodes.length, totalCount]).toEqual([before, before]);
    expect(await expected('true')).toHaveLength(before + 1);
  });

  it('when nothing is found, then that is an event, too', async () => {
    const { events } = await trail.of(TEXT, { filter: { resourceId: randomUUID() } }, practice.admin);
    expect(events).toMatchObject([{ action: 'READ_AUDIT_EVENT', details: { count: 0 } }]);
  });
});

describe('given other roles and organizations, when the trail is read', () => {
  it('then practitioners and patients are FORBIDDEN, and nobody is UNAUTHENTICATED', async () => {
    expect(await refusal(practitioner.token, {})).toBe('FORBIDDEN');
    expect(await refusal(patient.token, {})).toBe('FORBIDDEN');
    expect((await world.query(TEXT, {})).code).toBe('UNAUTHENTICATED');
  });

  it("then an admin sees the own organization's events alone", async () => {
    const { nodes } = await find(other.admin, null, { first: 200 });
    expect(new Set(nodes.map(({ organizationId }) => organizationId))).toEqual(new Set([other.id]));
    expect(await find(other.admin, { resourceId: booked })).toMatchObject({ nodes: [], totalCount: 0 });
    expect(await find(other.admin, { actorId: practitioner.userId })).toMatchObject({ nodes: [], totalCount: 0 });
  });

  it("then another organization, its patient and a patient that is nobody's are NOT_FOUND, and recorded", async () => {
    for (const filter of [{ organizationId: practice.id }, { patientId: patient.id }, { patientId: randomUUID() }]) {
      const { answer, events } = await trail.of(TEXT, { filter }, other.admin);
      expect(answer.code).toBe('NOT_FOUND');
      expect(events).toMatchObject([{ action: 'ACCESS_DENIED', organization_id: other.id }]);
    }
  });

  it('then a super admin sees every organization, and what belongs to none', async () => {
    const { nodes } = await find(world.superAdmin, null, { first: 200 });
    const organizations = new Set(nodes.map(({ organizationId }) => organizationId));
    expect([...organizations]).toEqual(expect.arrayContaining([practice.id, other.id, null]));
    const nowhere = await find(world.superAdmin, { action: ['LOGIN_FAILURE'] });
    expect(nowhere.nodes).toMatchObject([{ organizationId: null, actorId: null, outcome: 'FAILURE' }]);
    expect(await find(practice.admin, { action: ['LOGIN_FAILURE'] })).toMatchObject({ nodes: [] });
  });

  it('then a super admin may name one, and each organization whose events were read has it in its trail', async () => {
    const { nodes } = await find(world.superAdmin, { organizationId: other.id }, { first: 200 });
    expect(new Set(nodes.map(({ organizationId }) => organizationId))).toEqual(new Set([other.id]));
    expect(await refusal(world.superAdmin, { organizationId: randomUUID() })).toBe('NOT_FOUND');
    const { events } = await trail.of(TEXT, { filter: { action: ['CREATE_USER', 'LOGIN_FAILURE'] } }, world.superAdmin);
    expect(
      events.every(({ action, actor_role }) => action === 'READ_AUDIT_EVENT' && actor_role === 'SUPER_ADMIN'),
    ).toBe(true);
    expect(events.map((event) => event.organization_id)).toEqual(expect.arrayContaining([practice.id, null]));
  });
});
