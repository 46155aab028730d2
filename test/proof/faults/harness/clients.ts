import { randomUUID } from 'node:crypto';
import {
  ANSWER_INCOMPLETE,
  IN_DOUBT,
  OUTCOME_UNKNOWN,
  type Answer,
  type Attempt,
  type Call,
  type Operation,
  type Outcome,
} from './call.ts';
import { HttpClient, NoReply, type Reply } from './http-client.ts';
import { signIn, type Account, type SignedIn } from './people.ts';

/** After which an answer is given up, far beyond what the server allows itself. */
const LIMIT_MS = 60_000;
/** Tokens serve 15 minutes. */
const FRESH_MS = 8 * 60_000;

const APPOINTMENT =
  'id version status unitsReserved startTime endTime location notes startedAt cancelledAt cancellationReason createdAt updatedAt';
const SELECTIONS: Readonly<Record<Operation, string>> = {
  createAppointment: APPOINTMENT,
  updateAppointment: APPOINTMENT,
  cancelAppointment: APPOINTMENT,
  startAppointment: APPOINTMENT,
  markNoShow: APPOINTMENT,
  completeAppointment:
    'id startTime endTime durationMinutes unitsUsed unitsUnauthorized status narrativeNotes metrics createdAt updatedAt',
  updateAuthorization: 'id totalUnits usedUnits reservedUnits version updatedAt',
};
const BY_ID: ReadonlySet<Operation> = new Set(['startAppointment', 'markNoShow']);

/** What an attempt is sent to: the address of a process that serves. */
export type Door = (call: Call) => string;

/** What an answer may say that is neither a success nor a refusal; INTERNAL_SERVER_ERROR else is a fault of ours. */
const SAYING: readonly (readonly [RegExp, string])[] = [
  [/The connection was lost while the change was being saved. Send the same call again/, IN_DOUBT],
  [/The connection was lost while the change was being saved. Read/, OUTCOME_UNKNOWN],
  [/The change was saved, but not all/, ANSWER_INCOMPLETE],
];

interface Body {
  readonly data?: Readonly<Record<string, Answer | null>> | null;
  readonly errors?: readonly { message: string; path?: unknown[]; extensions?: { code?: string } }[];
}

/** Sends calls as clients do, and tells how each attempt went. */
export class Clients {
  private readonly http = new HttpClient(LIMIT_MS);

  constructor(
    private readonly accounts: readonly Account[],
    private readonly door: Door,
  ) {}

  /** One more attempt at the call; it is noted there. */
  async attempt(call: Call): Promise<Attempt> {
    const requestId = randomUUID();
    const sentAt = performance.now();
    const outcome = await this.outcome(call, requestId);
    const attempt = { requestId, sentAt, endedAt: performance.now(), outcome };
    call.attempts.push(attempt);
    return attempt;
  }

  close(): void {
    this.http.close();
  }

  private async outcome(call: Call, requestId: string): Promise<Outcome> {
    try {
      const url = `${this.door(call)}/graphql`;
      const headers = { authorization: `Bearer ${await this.token(call.account, url)}`, 'x-request-id': requestId };
      const outcome = outcomeOf(call.operation, await this.http.post(url, bodyOf(call), headers));
      // the token has ended: the next call signs in
      if (outcome.verdict === 'refused' && outcome.code === 'UNAUTHENTICATED')
        this.accounts[call.account]!.signedInAt = -Infinity;
      return outcome;
    } catch (error) {
      if (!(error instanceof NoReply)) throw error;
      if (!error.sent) return { verdict: 'refused', code: 'NOT_SENT', message: error.message };
      return { verdict: 'unknown', code: error.code, message: error.message };
    }
  }

  /** @throws NoReply `sent` is false: the call itself has not been sent */
  private async token(index: number, url: string): Promise<string> {
    const account = this.accounts[index]!;
    if (performance.now() - account.signedInAt > FRESH_MS) {
      const reply = await this.http.post(url, signIn(account.email), {}).catch(notSent);
      const { data } = (reply.body ?? {}) as { data?: SignedIn | null };
      if (!data) throw new NoReply('SIGN_IN_FAILED', false);
      account.token = data.login.accessToken;
      account.signedInAt = performance.now();
    }
    return account.token;
  }
}

function notSent(error: unknown): never {
  throw error instanceof NoReply ? new NoReply(error.code, false) : error;
}

/** Every fourth call also asks for a relation, which is read after the commit. */
function bodyOf({ operation, input, attempts }: Call): object {
  const relation = operation !== 'updateAuthorization' && (attempts.length + JSON.stringify(input).length) % 4 === 0;
  const selection = `${SELECTIONS[operation]}${relation ? ' authorization { availableUnits }' : ''}`;
  if (BY_ID.has(operation))
    return { query: `mutation($id: ID!) { ${operation}(id: $id) { ${selection} } }`, variables: { id: input.id } };
  const type = `${operation.charAt(0).toUpperCase()}${operation.slice(1)}Input`;
  return {
    query: `mutation($input: ${type}!) { ${operation}(input: $input) { ${selection} } }`,
    variables: { input },
  };
}

function outcomeOf(operation: Operation, { status, body }: Reply): Outcome {
  const { data, errors } = (body ?? {}) as Body;
  const answer = data?.[operation];
  if (answer && !errors) return { verdict: 'acknowledged', answer };
  const [error] = errors ?? [];
  const code = error?.extensions?.code ?? `HTTP ${status}`;
  const message = error ? `${error.path?.join('.') ?? ''}: ${error.message}` : '';
  const said = SAYING.find(([words]) => words.test(message))?.[1];
  if (!said && error?.extensions?.code !== undefined && code !== 'INTERNAL_SERVER_ERROR')
    return { verdict: 'refused', code, message };
  return { verdict: 'unknown', code: said ?? code, message };
}
