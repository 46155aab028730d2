import { randomBytes } from 'node:crypto';
import { verifyLedger } from '../../../src/oversight/verification/verify-ledger.ts';
import { startApi, type ApiProcess } from '../../support/api-process.ts';
import { createTestDatabase } from '../../support/database.ts';
import { World, type Practice } from '../../support/world.ts';
import type { Endpoint } from './api.ts';
import { historyOf, type Effort, type History } from './clients.ts';
import { explained } from './explanation.ts';
import { refusalOf } from './linearizability.ts';
import { practiceOf } from './practice.ts';
import { isRefused } from './requests.ts';
import { newSite } from './site.ts';
import { makeCommitsStubborn } from './stubborn-commits.ts';

export interface Settings extends Effort {
  /** How many histories, each of a practice's people of its own. */
  readonly runs: number;
  /** What clients ask for follows from it; how their calls meet does not. */
  readonly seed: number;
  /** Processes of the API; 0 for the application in this one. */
  readonly processes: number;
}

export interface Outcome {
  /** Of each history that no order explains, or that the server broke in: what happened, to be read. */
  readonly faults: readonly string[];
  /** How often each kind of answer came, such as `book ok`, `cancel STALE_VERSION`, `adjust never`. */
  readonly answers: Readonly<Record<string, number>>;
  readonly calls: number;
}

/** Drives histories against the API on a database of its own, and asks of each whether an order explains its answers. */
export async function run(settings: Settings, tell: (line: string) => void = () => undefined): Promise<Outcome> {
  const answers: Record<string, number> = {};
  const faults: string[] = [];
  let calls = 0;
  await onPractice(settings.processes, async ({ world, practice, colleague, stranger, endpoints }) => {
    for (let index = 0; index < settings.runs; index++) {
      const seed = settings.seed + index;
      const site = await newSite(world, practice);
      const access = { endpoints, admin: practice.admin, colleague, stranger: stranger.admin };
      const history = await historyOf(site, access, settings, seed);
      calls += history.calls.length;
      count(history, answers);
      const found = [...wrongIn(history, practiceOf(site.initial)), ...(await breachesIn(world))];
      faults.push(...found.map((fault) => `History of seed ${seed}. ${fault}`));
      tell(`seed ${seed}: ${history.calls.length} calls, ${found.length ? 'REFUSED' : 'explained'}`);
      if (found.length) break; // whatever comes after may only follow from it
    }
  });
  return { faults, answers, calls };
}

function wrongIn({ calls, broken }: History, specification: ReturnType<typeof practiceOf>): string[] {
  const refusal = refusalOf(specification, calls);
  return [
    ...(refusal ? [explained(calls, refusal)] : []),
    ...broken.map((request) => `INTERNAL_SERVER_ERROR was the answer to ${JSON.stringify(request)}`),
  ];
}

async function breachesIn(world: World): Promise<string[]> {
  const { breaches } = await verifyLedger(world.test.database.ownerUrl);
  return breaches.map(
    ({ invariant, what, expected, found }) => `Invariant ${invariant}: ${what}: expected ${expected}, found ${found}`,
  );
}

function count({ calls }: History, answers: Record<string, number>): void {
  for (const { request, answer } of calls) {
    const told = `${request.do} ${!answer ? 'never' : isRefused(answer) ? answer.refused : 'ok'}`;
    answers[told] = (answers[told] ?? 0) + 1;
  }
}

interface Stage {
  readonly world: World;
  readonly practice: Practice;
  /** Access token of another admin of the practice. */
  readonly colleague: string;
  readonly stranger: Practice;
  readonly endpoints: readonly Endpoint[];
}

async function onPractice(processes: number, work: (stage: Stage) => Promise<void>): Promise<void> {
  const settings = { JWT_SECRET: randomBytes(32).toString('hex'), POINTS_PER_MINUTE: '0' };
  const database = await createTestDatabase();
  const apis: ApiProcess[] = [];
  const world = await World.create(settings, database);
  try {
    for (let count = 0; count < processes; count++) apis.push(await startApi(database, settings));
    await Promise.all(apis.map((api) => api.untilReady()));
    const practice = await world.practice();
    const { token: colleague } = await world.user(practice.admin, { role: 'ADMIN' });
    const stranger = await world.practice();
    await makeCommitsStubborn(database.adminUrl);
    const endpoints: Endpoint[] = apis.length
      ? apis.map((api) => (text, variables, token) => api.query(text, variables, token))
      : [(text, variables, token) => world.query(text, variables, token)];
    await work({ world, practice, colleague, stranger, endpoints });
  } finally {
    for (const api of apis) api.signal('SIGTERM');
    await Promise.all(apis.map(({ ended }) => ended));
    await world.close();
  }
}
