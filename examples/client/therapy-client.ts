import { ApiError } from './api-error.ts';
import type { ErrorCode } from './enums.ts';
import {
  BookDocument,
  RefreshDocument,
  SignInDocument,
  SignOutDocument,
  VisitsBetweenDocument,
  type BookMutation,
  type CreateAppointmentInput,
  type RefreshMutation,
  type TypedDocumentString,
  type VisitsBetweenQuery,
} from './graphql.ts';

export type Visit = VisitsBetweenQuery['appointments']['nodes'][number];
export type Booked = BookMutation['createAppointment'];

export interface Options {
  /** Such as https://api.practice.example/graphql. */
  readonly url: string;
  readonly fetch?: typeof fetch;
  /** Before the first repetition; it doubles with each. */
  readonly backOffMs?: number;
  /** By email, what makes this device known at the next login: a page keeps it in localStorage. */
  readonly deviceTokens?: Pick<Map<string, string>, 'get' | 'set'>;
}

interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** In milliseconds, by this machine's clock. */
  readonly expiresAt: number;
}

const MOST_ATTEMPTS = 5;
const SAFETY_MS = 10_000;

/** A client with no library: fetch, the types that codegen made, and what docs/api-errors.md asks of a client. */
export class TherapyClient {
  private readonly options: Options;
  private readonly deviceTokens: Pick<Map<string, string>, 'get' | 'set'>;
  private tokens: Tokens | undefined;
  private refreshing: Promise<Tokens> | undefined;

  constructor(options: Options) {
    this.options = options;
    this.deviceTokens = options.deviceTokens ?? new Map<string, string>();
  }

  async signIn(email: string, password: string): Promise<void> {
    const deviceToken = this.deviceTokens.get(email);
    const { login } = await this.post(SignInDocument, { email, password, deviceToken });
    if (login.deviceToken) this.deviceTokens.set(email, login.deviceToken);
    this.tokens = tokensOf(login);
  }

  async signOut(): Promise<void> {
    const { refreshToken } = this.tokens ?? {};
    this.tokens = undefined;
    if (refreshToken) await this.post(SignOutDocument, { refreshToken });
  }

  /** Every visit that overlaps from..to, oldest first; a page is fetched when the one before it is used up. */
  async *visitsBetween(from: Date, to: Date, pageSize = 50): AsyncGenerator<Visit> {
    let after: string | null | undefined;
    do {
      const { appointments } = await this.call(
        VisitsBetweenDocument,
        { from: from.toISOString(), to: to.toISOString(), first: pageSize, after },
        { repeatable: true },
      );
      yield* appointments.nodes;
      after = appointments.pageInfo.hasNextPage ? appointments.pageInfo.endCursor : undefined;
    } while (after != null);
  }

  /**
   * Books a visit once, however often the network loses the answer. Keep the key with the form: a second click, or a
   * reload after a crash, is then the same booking.
   *
   * @throws ApiError the refusal; nothing was booked
   */
  async book(input: CreateAppointmentInput & { idempotencyKey: string }): Promise<Booked> {
    const { createAppointment } = await this.call(BookDocument, { input }, { repeatable: true });
    return createAppointment;
  }

  /**
   * Any operation, as the user who is signed in.
   *
   * @param repeatable a query, or a mutation with an idempotencyKey: nothing else may be sent twice after a lost answer
   */
  async call<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
    { repeatable }: { repeatable: boolean },
  ): Promise<Result> {
    let refreshed = false;
    for (let attempt = 1; ; attempt++) {
      let used: string | undefined;
      try {
        used = (await this.currentTokens()).accessToken;
        return await this.post(document, variables, used);
      } catch (error) {
        if (codeOf(error) === 'UNAUTHENTICATED' && used && !refreshed) {
          refreshed = true;
          this.expire(used);
          continue;
        }
        if (attempt === MOST_ATTEMPTS || !mayRepeat(error, repeatable)) throw error;
        await this.wait(error, attempt);
      }
    }
  }

  private async currentTokens(): Promise<Tokens> {
    if (!this.tokens) throw new ApiError('Nobody is signed in.', 'UNAUTHENTICATED');
    return this.tokens.expiresAt > Date.now() + SAFETY_MS ? this.tokens : this.refresh(this.tokens);
  }

  private expire(accessToken: string): void {
    if (this.tokens?.accessToken === accessToken) this.tokens = { ...this.tokens, expiresAt: 0 };
  }

  /**
   * A refresh token serves once, and a second use of one may end the whole sign-in. So all calls that find the access
   * token expired wait for one refresh; and if its answer is lost, the user signs in again.
   */
  private refresh(expired: Tokens): Promise<Tokens> {
    this.refreshing ??= this.exchange(expired).finally(() => (this.refreshing = undefined));
    return this.refreshing;
  }

  private async exchange({ refreshToken }: Tokens): Promise<Tokens> {
    try {
      const answer = await this.post(RefreshDocument, { refreshToken });
      return (this.tokens = tokensOf(answer.refreshToken));
    } catch (error) {
      if (!hasChangedNothing(error)) this.tokens = undefined;
      throw error;
    }
  }

  /** @throws ApiError the first error of the answer; TypeError, as fetch does, when there is no answer */
  private async post<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
    accessToken?: string,
  ): Promise<Result> {
    const { url, fetch: send = fetch } = this.options;
    const response = await send(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(accessToken && { authorization: `Bearer ${accessToken}` }),
      },
      body: JSON.stringify({ query: document.toString(), variables }),
    });
    const { data, errors } = (await response.json()) as { data?: Result | null; errors?: WireError[] };
    const [error] = errors ?? [];
    if (error) {
      const { code, details, requestId } = error.extensions;
      // input that is wrong in several places comes as several errors: a form wants all of them
      const fields = Object.assign({}, ...(errors ?? []).map((one) => one.extensions.details?.fields)) as object;
      const all = Object.keys(fields).length ? { ...details, fields } : details;
      throw new ApiError(error.message, code, all, requestId);
    }
    return data as Result;
  }

  private async wait(error: unknown, attempt: number): Promise<void> {
    const { backOffMs = 1_000 } = this.options;
    const asked = error instanceof ApiError ? Number(error.details.retryAfterSeconds ?? 0) * 1_000 : 0;
    const own = backOffMs * 2 ** (attempt - 1) * (1 + Math.random());
    await new Promise((resolve) => setTimeout(resolve, Math.max(asked, own)));
  }
}

interface WireError {
  readonly message: string;
  readonly extensions: { code: ErrorCode; details?: Record<string, unknown>; requestId?: string };
}

function tokensOf({ accessToken, refreshToken, expiresIn }: RefreshMutation['refreshToken']): Tokens {
  return { accessToken, refreshToken, expiresAt: Date.now() + expiresIn * 1_000 };
}

function codeOf(error: unknown): ErrorCode | undefined {
  return error instanceof ApiError ? error.code : undefined;
}

function hasChangedNothing(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'TRY_AGAIN' || code === 'RATE_LIMITED';
}

/** Where the answer was lost, or the server does not know the outcome, only a repeatable call may be sent again. */
function mayRepeat(error: unknown, repeatable: boolean): boolean {
  const code = codeOf(error);
  return hasChangedNothing(error) || (repeatable && (code === undefined || code === 'INTERNAL_SERVER_ERROR'));
}
