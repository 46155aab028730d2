import { randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import pg from 'pg';
import { Clock } from '../../src/foundation/time/clock.ts';
import type { GraphQLAnswer } from './test-app.ts';
import type { World } from './world.ts';

/** Stands the application's clock still; jest.restoreAllMocks() lets it go on. */
export function standAt(world: World, instant: string | Date): void {
  jest.spyOn(world.test.app.get(Clock, { strict: false }), 'now').mockReturnValue(new Date(instant));
}

/** An appointment with all that a change may touch. */
export async function appointmentOf(world: World, token: string, id: string): Promise<Record<string, unknown>> {
  const { data, errors } = await world.query(
    `query($id: ID!) { appointment(id: $id) {
       startTime endTime durationMinutes unitsReserved status location notes version startedAt cancelledAt cancellationReason
       updatedAt authorization { id } practitioner { id } patient { id } serviceCode { code } session { id } } }`,
    { id },
    token,
  );
  if (errors) throw new Error(JSON.stringify(errors));
  return (data as { appointment: Record<string, unknown> }).appointment;
}

/** Ledger entries as [kind, units], oldest first. */
export async function moves(world: World, token: string, authorizationId: string): Promise<[string, number][]> {
  return (await world.ledger(token, authorizationId)).map(({ kind, units }) => [kind, units]);
}

/** Posts with headers of one's own. */
export async function post(
  world: World,
  text: string,
  variables: object,
  headers: Record<string, string | undefined> = {},
): Promise<GraphQLAnswer> {
  const response = await world.test.app.inject({
    method: 'POST',
    url: '/graphql',
    headers: {
      'content-type': 'application/json',
      ...Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)),
    },
    payload: JSON.stringify({ query: text, variables }),
  });
  const { data, errors } = response.json<Pick<GraphQLAnswer, 'data' | 'errors'>>();
  return { status: response.statusCode, data, errors, code: errors?.[0]?.extensions.code };
}

export interface TrailEvent {
  readonly id: string;
  readonly organization_id: string | null;
  readonly actor_id: string | null;
  readonly actor_role: string | null;
  readonly action: string;
  readonly resource: string;
  readonly resource_id: string | null;
  readonly patient_id: string | null;
  readonly outcome: string;
  readonly request_id: string | null;
  // tests look into details freely
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly details: any;
}

/** The audit trail as the tables hold it, whatever the API shows of it. */
export class Trail {
  private constructor(
    private readonly world: World,
    private readonly client: pg.Client,
  ) {}

  static async open(world: World): Promise<Trail> {
    const client = new pg.Client({ connectionString: world.test.database.ownerUrl });
    await client.connect();
    await client.query(`SELECT set_config('app.reach', 'all', false)`);
    return new Trail(world, client);
  }

  /** Posts under a request id of its own, and gives the events of just this request too. */
  async of(text: string, variables: object, token?: string): Promise<{ answer: GraphQLAnswer; events: TrailEvent[] }> {
    const requestId = randomUUID();
    const answer = await post(this.world, text, variables, {
      'x-request-id': requestId,
      ...(token && { authorization: `Bearer ${token}` }),
    });
    return { answer, events: await this.events('request_id = $1', [requestId]) };
  }

  /** As `of`, for a mutation with one input. */
  mutation(
    name: string,
    input: object,
    token?: string,
    selection = 'id',
  ): Promise<{ answer: GraphQLAnswer; events: TrailEvent[] }> {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    return this.of(`mutation($input: ${type}!) { ${name}(input: $input) { ${selection} } }`, { input }, token);
  }

  async events(where = 'true', values: unknown[] = []): Promise<TrailEvent[]> {
    return (await this.client.query<TrailEvent>(`SELECT * FROM audit_events WHERE ${where} ORDER BY id`, values)).rows;
  }

  /** Rows of any table, for what the API does not show. */
  async rows<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.client.query<Row>(sql, values)).rows;
  }

  async close(): Promise<void> {
    await this.client.end();
  }
}
