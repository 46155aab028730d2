import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fillLedger } from '../support/large-ledger.ts';
import { statementsOf } from '../support/statements.ts';
import { World, type Practice } from '../support/world.ts';

const WEEK = `query($first: Int) {
  appointments(filter: { from: "2025-01-11T00:00:00Z", to: "2025-01-18T00:00:00Z" }, first: $first) {
    nodes {
      id status startTime endTime unitsReserved
      patient { lastName } practitioner { lastName } serviceCode { code }
      authorization { status totalUnits usedUnits reservedUnits availableUnits serviceCodes { code } }
      session { id unitsUsed status }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;

const PATIENTS = `query($first: Int) {
  patients(first: $first) { nodes { id
    authorizations { totalCount pageInfo { hasNextPage } nodes { id status
      ledgerEntries(first: 20) { totalCount pageInfo { hasNextPage } nodes { kind units } } } } } }
}`;

interface Row {
  readonly session?: object | null;
}

/** What frames every transaction, and the trail of what was read. */
const OF_ALL_TRANSACTIONS = /^(BEGIN|COMMIT|SELECT set_config\(|INSERT INTO audit_events)/;

/** The list, patients, practitioners, service codes, authorizations with their codes, sessions. */
const MOST_OF_A_WEEK = 6;
const MOST = 10;

describe('given a practice with 30 patients, an authorization for each, and 210 visits a week', () => {
  let world: World;
  let practice: Practice;

  beforeAll(async () => {
    world = await World.create({ POINTS_PER_MINUTE: '0' }); // to count is to send statements
    practice = await world.practice();
    await fillLedger(world.test.database.ownerUrl, 30 * 96, { organizations: [practice.id] });
  });
  afterAll(() => world.close());

  /** The statements of a query, by their first words: what differs names itself. */
  async function measured(text: string, first: number): Promise<{ nodes: Row[]; statements: string[] }> {
    await world.query('{ me { id } }', {}, practice.admin); // the account is remembered from here on
    let nodes: Row[] = [];
    const statements = await statementsOf(async () => {
      const { data, errors } = await world.query(text, { first }, practice.admin);
      expect(errors).toBeUndefined();
      [{ nodes }] = Object.values(data as object) as [{ nodes: Row[] }];
    });
    return { nodes, statements: statements.map((each) => each.trim()).sort() };
  }

  it('when a week of 20 or of 200 visits is read with all that belongs to it, then it takes the same few statements', async () => {
    const few = await measured(WEEK, 20);
    const many = await measured(WEEK, 200);
    expect([few.nodes.length, many.nodes.length]).toEqual([20, 200]);
    expect(many.nodes.filter(({ session }) => session)).not.toEqual([]);
    expect(many.statements).toEqual(few.statements);
    expect(many.statements.filter((each) => /^BEGIN/.test(each))).toHaveLength(1);
    expect(many.statements.filter((each) => !OF_ALL_TRANSACTIONS.test(each)).length).toBeLessThanOrEqual(
      MOST_OF_A_WEEK,
    );
  });

  it('when 2 or 30 patients are read with authorizations and entries, then it takes the same few statements', async () => {
    const few = await measured(PATIENTS, 2);
    const many = await measured(PATIENTS, 30);
    expect([few.nodes.length, many.nodes.length]).toEqual([2, 30]);
    expect(many.nodes[0]).toMatchObject({
      authorizations: {
        totalCount: 1,
        pageInfo: { hasNextPage: false },
        nodes: [{ ledgerEntries: { totalCount: 96, pageInfo: { hasNextPage: true } } }],
      },
    });
    expect(many.statements).toEqual(few.statements);
    expect(many.statements.filter((each) => !OF_ALL_TRANSACTIONS.test(each)).length).toBeLessThanOrEqual(MOST);
  });
});
