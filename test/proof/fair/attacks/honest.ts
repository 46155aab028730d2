import type { Attack } from '../attack.ts';
import type { Attacker } from '../load/attacker.ts';

const PAGE = `query($after: String) { appointments(first: 200, after: $after) { pageInfo { hasNextPage endCursor } nodes {
  id startTime endTime status unitsReserved location notes patient { id firstName lastName } practitioner { id lastName }
  serviceCode { code } authorization { id status totalUnits availableUnits } session { id unitsUsed status } } } }`;
const BETWEEN_PAGES_MS = 500;
/** 6,000 a minute, by ten connections. */
const BETWEEN_CALLS_MS = 100;

/** Where each export is; as long as it runs nobody else has the attacker. */
const cursors = new WeakMap<Attacker, string | null>();

/** What users do who mean well: they count as attackers whose calls may not be refused. */
export const HONEST: readonly Attack[] = [
  {
    name: 'export',
    title: 'a nightly export of everything, page by page at its own pace',
    who: 'admin',
    isHonest: true,
    connections: 1,
    answers: [],
    turn: async (attacker) => {
      const { text } = await attacker.ask(PAGE, { after: cursors.get(attacker) ?? null });
      cursors.set(attacker, /"hasNextPage":true,"endCursor":"([^"]+)"/.exec(text)?.[1] ?? null);
      await attacker.rest(BETWEEN_PAGES_MS);
    },
  },
  {
    name: 'plain-calls',
    title: '6,000 plain calls a minute of one user',
    who: 'practitioner',
    isHonest: true,
    connections: 10,
    answers: [],
    turn: async (attacker) => {
      const begun = performance.now();
      await attacker.ask('{ me { id role practitioner { id } } }');
      await attacker.rest(Math.max(0, BETWEEN_CALLS_MS - (performance.now() - begun)));
    },
  },
];
