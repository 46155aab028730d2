import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PASSWORD, World, type Practice } from '../support/world.ts';

const LONGEST = 200;
/** So many characters of a script, others for each name, so that little of it repeats. */
const of = (first: number, count: number) => (seed: number) =>
  Array.from({ length: LONGEST }, (_, index) => String.fromCodePoint(first + ((seed + index * 7919) % count))).join('');

const SCRIPTS: [string, (seed: number) => string][] = [
  ['ASCII', of(0x61, 26)],
  ['quotes and backslashes', (seed) => (seed % 2 ? '"' : '\\').repeat(LONGEST)],
  ['Cyrillic', of(0x410, 64)],
  ['Hangul', of(0xac00, 11_172)],
  ['Chinese', of(0x4e00, 20_000)],
  ['emoji', of(0x1f300, 256)],
  ['Arabic words in one character', () => '\ufdfa'.repeat(LONGEST)],
  ['Japanese words in one character', of(0x3300, 88)],
];

let world: World;
let practice: Practice;
beforeAll(async () => {
  world = await World.create();
  practice = await world.practice();
});
afterAll(() => world.close());

/** The nodes of all pages of one row. */
async function walk(list: string, token: string): Promise<string[]> {
  const seen: string[] = [];
  let after: string | null = null;
  do {
    const text = `query($after: String) { page: ${list}(first: 1, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }`;
    const { data, errors } = await world.query(text, { after }, token);
    expect(errors).toBeUndefined();
    const { nodes, pageInfo } = data.page as {
      nodes: { id: string }[];
      pageInfo: { hasNextPage: boolean; endCursor: string };
    };
    seen.push(...nodes.map(({ id }) => id));
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
  return seen;
}

describe('given people with the longest names that there may be, when they are read one by one, then each comes once', () => {
  it.each([
    ['patients', 'createPatient', { dateOfBirth: '2015-01-01' }],
    ['practitioners', 'createPractitioner', { licenseNumber: 'L', specialization: 'S' }],
  ])('%s', async (list, mutation, more) => {
    const made: string[] = [];
    for (const [, name] of SCRIPTS)
      for (const seed of [1, 4_000]) {
        const names = { firstName: name(seed), lastName: name(seed + 1) };
        const number = mutation === 'createPatient' ? { medicalRecordNumber: randomUUID() } : {};
        made.push((await world.make(mutation, { ...names, ...more, ...number }, practice.admin)).id);
      }
    for (const token of [practice.admin, world.superAdmin]) {
      const seen = await walk(list, token);
      expect([...seen].sort()).toEqual([...made].sort());
    }
  });

  it('users', async () => {
    const made: string[] = [];
    const domain = `${'x'.repeat(60)}.${'y'.repeat(60)}.${'z'.repeat(50)}.example`;
    for (const local of ['a'.repeat(64), '漢'.repeat(21), 'й'.repeat(32)]) {
      const input = { email: `${local}@${domain}`, password: PASSWORD, role: 'ADMIN' };
      made.push((await world.make('createUser', input, practice.admin)).id);
    }
    expect(await walk('users', practice.admin)).toEqual(expect.arrayContaining(made));
  });
});

describe('given two names that are as long and end differently, when they are searched for, then both are found by their beginning', () => {
  it.each(SCRIPTS.slice(3, 6))('%s', async (_, name) => {
    const mine = await world.practice();
    const made: string[] = [];
    for (const end of ['A', 'B']) {
      const lastName = `${Array.from(name(9)).slice(1).join('')}${end}`;
      const input = { firstName: 'A', lastName, dateOfBirth: '2015-01-01', medicalRecordNumber: randomUUID() };
      made.push((await world.make('createPatient', input, mine.admin)).id);
    }
    const text = 'query($s: String) { patients(filter: { search: $s }) { nodes { id } } }';
    const search = Array.from(name(9)).slice(1, 190).join('');
    const { data } = await world.query(text, { s: search }, mine.admin);
    expect((data.patients as { nodes: { id: string }[] }).nodes.map(({ id }) => id).sort()).toEqual([...made].sort());
  });
});
