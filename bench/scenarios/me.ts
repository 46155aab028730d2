import { BOOKING } from '../data/plan.ts';
import { measureApi, warmUp, type ApiRound } from '../measure/measured.ts';
import { apiSide, type Figures } from '../report/figures.ts';
import type { Stage } from '../stage/stage.ts';
import { tokensOf } from '../tokens.ts';
import { plain } from './queries.ts';

const CLIENTS = 16;
const ME = '{ me { id email role } }';
const NOTHING = '{ __typename }';

/** What the frame costs: the cheapest question that asks who is there, against one that asks nothing, both with a token. */
export async function me(stage: Stage): Promise<Figures> {
  const { rows = 10_000, rounds = 3, seconds = 3 } = stage.options;
  const api = await stage.api(await stage.database(rows));
  const tokens = tokensOf(BOOKING.organization, BOOKING.users);
  const play = (text: string, length: number): Promise<ApiRound> =>
    measureApi(stage, [api], {
      kind: 'query',
      urls: [api.url],
      clients: CLIENTS,
      seconds: length,
      query: plain(text, tokens),
    });
  await warmUp(api, 'reads', (length) => play(ME, length));
  const [asking, idle]: [ApiRound[], ApiRound[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    asking.push(await play(ME, seconds));
    idle.push(await play(NOTHING, seconds));
  }
  const [ours, frame] = [apiSide('me', asking), apiSide('__typename', idle)];
  const figure = ours.perSecond / frame.perSecond;
  return {
    scenario: 'me',
    sides: [ours, frame],
    bars: [{ what: 'throughput against { __typename }', figure, unit: '', atLeast: 0.5 }],
    notes: [],
  };
}
