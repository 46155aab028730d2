import { tokenOf } from '../../../../bench/tokens.ts';
import { ATTACKERS } from '../stage/practices.ts';
import { Client } from './client.ts';

/** Takes as many places as one call may have: more than are free where those of an attack were not given back. */
const DEAR = '{ sessions(first: 80) { nodes { id narrativeNotes } } }';
const PATIENCE_MS = 15_000;
const ADDRESS = '127.0.0.3';
/** An admin who attacks nobody. */
const COLLEAGUE = ATTACKERS.users;

/** How somebody of the attackers' own practice is answered, once an attack is over: nothing of it may be left. */
export async function answerToColleague(urls: readonly string[]): Promise<string> {
  const codes = await Promise.all(
    urls.map(async (url) => {
      const client = new Client(url, ADDRESS, PATIENCE_MS);
      const { code } = await client.ask(DEAR, {}, tokenOf(ATTACKERS.organization, COLLEAGUE));
      client.close();
      return code;
    }),
  );
  return codes.find((code) => code !== 'OK') ?? 'OK';
}
