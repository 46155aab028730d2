import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
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
  private readonly launched: ApiProcess[] = [];

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
    const api = await this.launch(settings);
    await api.untilReady();
    return (this.apis[place] = api);
  }

  /** As `start`, from the sources of another version; resolves when it answers, whatever it knows of readiness. */
  async startFrom(folder: string, place: number): Promise<ApiProcess> {
    const api = await this.launch({}, folder);
    const ended = api.ended.then(() => true);
    while (!(await answers(api)))
      if (await Promise.race([ended, sleep(100, false)])) throw new Error(`The process has ended:\n${api.output}`);
    return (this.apis[place] = api);
  }

  private async launch(settings: Record<string, string>, folder?: string): Promise<ApiProcess> {
    const { applicationUrl, ground, settings: given } = this;
    const api = await startApi({ applicationUrl, ownerUrl: ground.ownerUrl }, { ...given, ...settings }, folder);
    this.launched.push(api);
    return api;
  }

  async untilReady(): Promise<void> {
    await Promise.all(this.apis.map((api) => api.untilReady()));
  }

  async close(): Promise<void> {
    for (const api of this.launched) api.signal('SIGKILL');
    await Promise.all(this.launched.map(({ ended }) => ended));
  }
}

function answers(api: ApiProcess): Promise<boolean> {
  return api.get('/graphql').then(
    () => true,
    () => false,
  );
}
