import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Trail } from '../support/readings.ts';
import { together, World, type Person, type Practice } from '../support/world.ts';

interface Connection {
  nodes: { id: string; organizationId: string; ledgerEntries: { nodes: { totalAfter: number }[] } }[];
  totalCount: number;
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

const FIELDS = 'totalCount pageInfo { hasNextPage endCursor } nodes { id organizationId }';

describe('given a patient with three authorizations, one with one, one with none, and one of another practice', () => {
  let world: World;
  let trail: Trail;
  let practice: Practice;
  let other: Practice;
  let three: Person;
  let one: Person;
  let none: Person;
  let foreign: Person;
  let ids: string[];

  beforeAll(async () => {
    world = await World.create({ POINTS_PER_MINUTE: '0' }); // to count is to send statements
    trail = await Trail.open(world);
    [practice, other] = await Promise.all([world.practice(), world.practice()]);
    [three, one, none] = (await together(3, () => world.patient(practice))) as [Person, Person, Person];
    foreign = await world.patient(other);
    ids = [];
    for (let count = 0; count < 3; count++) ids.push(await world.authorization(practice, three.id));
    await world.authorization(practice, one.id);
    await world.authorization(other, foreign.id);
  });
  afterAll(async () => {
    await trail.close();
    await world.close();
  });

  async function authorizationsOf(token: string, args = '', fields = FIELDS): Promise<Map<string, Connection>> {
    const { data, errors } = await world.query(
      `{ patients { nodes { id authorizations${args} { ${fields} } } } }`,
      {},
      token,
    );
    expect(errors).toBeUndefined();
    const { nodes } = (data as { patients: { nodes: { id: string; authorizations: Connection }[] } }).patients;
    return new Map(nodes.map(({ id, authorizations }) => [id, authorizations]));
  }

  it('when they are read together, then each patient has their own, oldest first, and their number', async () => {
    const found = await authorizationsOf(practice.admin);
    expect(found.get(three.id)).toMatchObject({ nodes: ids.map((id) => ({ id })), totalCount: 3 });
    expect(found.get(one.id)).toMatchObject({ totalCount: 1, pageInfo: { hasNextPage: false } });
    expect(found.get(none.id)).toEqual({
      nodes: [],
      totalCount: 0,
      pageInfo: { hasNextPage: false, endCursor: null },
    });
    expect(found.has(foreign.id)).toBe(false);
  });

  it('when pages of two are asked for, then the cursor of the first leads to the second', async () => {
    const { pageInfo, nodes } = (await authorizationsOf(practice.admin, '(first: 2)')).get(three.id)!;
    expect(nodes.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    expect(pageInfo.hasNextPage).toBe(true);
    const rest = await world.query(
      `query($id: ID!, $after: String) { patient(id: $id) { authorizations(first: 2, after: $after) { ${FIELDS} } } }`,
      { id: three.id, after: pageInfo.endCursor },
      practice.admin,
    );
    expect(rest.data.patient.authorizations).toMatchObject({ nodes: [{ id: ids[2] }], totalCount: 3 });
  });

  it('when one list is asked for twice with different lengths, then each has its own', async () => {
    const { data } = await world.query(
      `query($id: ID!) { patient(id: $id) { short: authorizations(first: 1) { ${FIELDS} } long: authorizations { ${FIELDS} } } }`,
      { id: three.id },
      practice.admin,
    );
    expect(data.patient.short).toMatchObject({ nodes: [{ id: ids[0] }], pageInfo: { hasNextPage: true } });
    expect(data.patient.long).toMatchObject({ nodes: ids.map((id) => ({ id })), pageInfo: { hasNextPage: false } });
  });

  it('when a super admin reads in every organization, then each list is of the organization of its patient', async () => {
    const found = await authorizationsOf(world.superAdmin);
    expect(found.get(three.id)!.nodes.map(({ id }) => id)).toEqual(ids);
    expect(found.get(foreign.id)!.nodes).toMatchObject([{ organizationId: other.id }]);
  });

  it('when a patient reads, then there are their own', async () => {
    const found = await authorizationsOf(three.token);
    expect([...found.keys()]).toEqual([three.id]);
    expect(found.get(three.id)!.totalCount).toBe(3);
  });

  it('when they are read, then the trail tells of each patient whose list was seen, the empty one too', async () => {
    const { events } = await trail.of('{ patients { nodes { authorizations { nodes { id } } } } }', {}, practice.admin);
    const reads = events.filter(({ action }) => action === 'READ_AUTHORIZATION');
    expect(new Map(reads.map(({ patient_id, details }) => [patient_id, details.count as number]))).toEqual(
      new Map([
        [three.id, 3],
        [one.id, 1],
        [none.id, 0],
      ]),
    );
    expect(reads.find(({ patient_id }) => patient_id === three.id)!.details).toEqual({
      count: 3,
      filter: { patientId: three.id },
      ids,
    });
  });

  it('when entries of many authorizations are read, then each has its own, newest first, and their number', async () => {
    for (const totalUnits of [110, 120])
      await world.make('updateAuthorization', { id: ids[0], totalUnits, reason: 'approved' }, practice.admin);
    const fields = 'nodes { id ledgerEntries(first: 2) { totalCount pageInfo { hasNextPage } nodes { totalAfter } } }';
    const { nodes } = (await authorizationsOf(practice.admin, '', fields)).get(three.id)!;
    expect(nodes.map(({ ledgerEntries }) => ledgerEntries)).toEqual([
      { totalCount: 3, pageInfo: { hasNextPage: true }, nodes: [{ totalAfter: 120 }, { totalAfter: 110 }] },
      ...Array<object>(2).fill({ totalCount: 1, pageInfo: { hasNextPage: false }, nodes: [{ totalAfter: 100 }] }),
    ]);
  });
});
