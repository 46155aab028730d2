import type pg from 'pg';
import { hostsOf } from '../../config/database-url.ts';
import { ANYBODY } from './settings.ts';
import { SettledClient } from './settled-client.ts';

/** What a host that is away may cost the search for the one that takes writes. */
const LIMIT_MS = 2_000;
const MOST_SEARCHES = 5;

/** No host takes writes: a standby has yet to be promoted. Its code is the one a standby refuses writes with. */
export class NoPrimary extends Error {
  readonly code = '25006';
}

/** Which of several hosts takes writes. Remembered until somebody finds that it does not any more. */
export class Primary {
  private known: string | undefined;
  private search: Promise<string> | undefined;

  /** @param urls of the hosts, one each; the first one that takes writes is meant */
  constructor(private readonly urls: readonly string[]) {}

  /** @throws NoPrimary */
  async find(): Promise<string> {
    if (this.known) return this.known;
    // all who ask meanwhile share one search
    this.search ??= this.searchAll().finally(() => (this.search = undefined));
    return (this.known = await this.search);
  }

  /** The host has failed: it is looked at anew before anybody is sent there. */
  forget(url: string): void {
    if (this.known === url) this.known = undefined;
  }

  /** All are asked at once, and their order decides. */
  private async searchAll(): Promise<string> {
    const asked = this.urls.map((url) => ({ url, answer: asksForWrites(url) }));
    for (const { url, answer } of asked) if ((await answer) === true) return url;
    const faults = (await Promise.all(asked.map(({ answer }) => answer))).filter((answer) => answer instanceof Error);
    throw new NoPrimary('None of the hosts of the database takes writes.', { cause: faults[0] });
  }
}

/**
 * The URL of the host that takes writes, where several are named. For starts and commands, which have time: hosts that are
 * too slow to answer are asked again.
 *
 * @throws NoPrimary
 */
export async function primaryUrl(url: string): Promise<string> {
  const hosts = hostsOf(url);
  if (hosts.length === 1) return url;
  const primary = new Primary(hosts);
  for (let search = 1; ; search++)
    try {
      return await primary.find();
    } catch (error) {
      if (search === MOST_SEARCHES || !isSlow(error)) throw error;
    }
}

function isSlow(error: unknown): boolean {
  const { cause } = error as NoPrimary;
  return cause instanceof Error && /timeout/i.test(cause.message);
}

/** Whether this connection can write: a standby, or a server that was made read-only, cannot. */
export async function takesWrites(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ transaction_read_only: string }>('SHOW transaction_read_only');
  return rows[0]?.transaction_read_only === 'off';
}

async function asksForWrites(url: string): Promise<boolean | Error> {
  const limits = { connectionTimeoutMillis: LIMIT_MS, query_timeout: LIMIT_MS };
  const client = new SettledClient({ connectionString: url, settings: ANYBODY, ...limits });
  try {
    await client.connect();
    return await takesWrites(client);
  } catch (error) {
    return error as Error;
  } finally {
    void client.end().catch(() => undefined);
  }
}
