import { randomBytes } from 'node:crypto';
import { startApi, type ApiProcess } from '../../../support/api-process.ts';
import type { ClusterUrls } from '../../../support/cluster.ts';
import type { Ground } from './ground.ts';
import { people, type People } from './people.ts';

export interface StageOptions {
  /** How many processes serve; 1 unless said. */
  readonly apis?: number;
  /** How they reach the database, where not straight. */
  readonly applicationUrl?: string;
  /** Further settings of each process. */
  readonly settings?: Record<string, string>;
}

/** Processes of the API as in production, on a database with a few practices. */
export class Stage {
  /** Those that serve now, by their place. */
  readonly apis: ApiProcess[] = [];

  private constructor(
    readonly ground: Ground,
    readonly people: People,
    private readonly applicationUrl: string,
    private readonly settings: Record<string, string>,
  ) {}

  static async open(ground: Ground, options: StageOptions = {}): Promise<Stage> {
    // what starts processes asks the environment for the way to the cluster
    const { adminUrl, ownerUrl, applicationUrl } = ground;
    process.env.TEST_CLUSTER ??= JSON.stringify({ adminUrl, ownerUrl, applicationUrl } satisfies ClusterUrls);
    const JWT_SECRET = randomBytes(32).toString('hex');
    const settings = { JWT_SECRET, LOGINS_PER_MINUTE: '0', ...options.settings };
    const found = await people(ground, { JWT_SECRET });
    const stage = new Stage(ground, found, options.applicationUrl ?? ground.applicationUrl, settings);
    try {
      await Promise.all(Array.from({ length: options.apis ?? 1 }, (_, place) => stage.start(place)));
      return stage;
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  /** Starts a process in this place; resolves when it is ready. The one before it there has ended, or is yet to be ended. */
  async start(place: number, settings: Record<string, string> = {}): Promise<ApiProcess> {
    const { applicationUrl, ground, settings: given } = this;
    const api = await startApi({ applicationUrl, ownerUrl: ground.ownerUrl }, { ...given, ...settings });
    this.apis[place] = api;
    await api.untilReady();
    return api;
  }

  async untilReady(): Promise<void> {
    await Promise.all(this.apis.map((api) => api.untilReady()));
  }

  async close(): Promise<void> {
    for (const api of this.apis) api.signal('SIGKILL');
    await Promise.all(this.apis.map(({ ended }) => ended));
  }
}
