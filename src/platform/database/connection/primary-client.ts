import type pg from 'pg';
import { NoPrimary, Primary, takesWrites } from './primary.ts';
import type { SettledClient, SettledConfig } from './settled-client.ts';

type Client = new (config: SettledConfig) => SettledClient;
type Connected = ((error: Error) => void) | ((error: null, client: pg.Client) => void);

/** A client for a pool that connects to the one of several hosts that takes writes; of one host, to that one as it is. */
export function clientOf(hosts: readonly string[], Base: Client): Client {
  if (hosts.length < 2) return Base;
  const primary = new Primary(hosts);

  return class PrimaryClient extends Base {
    override connect(): Promise<pg.Client>;
    override connect(callback: Connected): void;
    override connect(callback?: Connected): Promise<pg.Client> | undefined {
      const reached = this.reach();
      if (!callback) return reached;
      const told = callback as (error: Error | null, client?: pg.Client) => void;
      reached.then((client) => told(null, client), told);
      return undefined;
    }

    /** A host that fails fails the connection: whoever asked asks again, and by then the hosts are looked at anew. */
    private async reach(): Promise<pg.Client> {
      const url = await primary.find();
      const { hostname, port } = new URL(url);
      Object.assign(this, { host: hostname.replace(/^\[(.+)\]$/, '$1'), port: Number(port || 5432) });
      try {
        await super.connect();
        if (!(await takesWrites(this))) throw new NoPrimary('The host takes no writes any more.');
        return this;
      } catch (error) {
        primary.forget(url);
        void this.end().catch(() => undefined);
        throw error;
      }
    }
  };
}
