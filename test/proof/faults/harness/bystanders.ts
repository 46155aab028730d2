import type { ApiAnswer } from '../../../support/api-process.ts';
import { signIn, type Account } from './people.ts';
import type { Random } from './random.ts';
import type { Stage } from './stage.ts';

interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** What is read, and what the answer has to be. */
const READS: readonly { readonly query: string; readonly isRight: (data: Data, account: Account) => boolean }[] = [
  { query: '{ me { email } }', isRight: ({ me }, { email }) => me.email === email },
  {
    query: '{ practitioners(first: 10) { totalCount nodes { id lastName } } }',
    isRight: ({ practitioners }) => practitioners.totalCount === 2 && practitioners.nodes.length === 2,
  },
  {
    query: '{ appointments(first: 20) { nodes { id patient { id } authorization { id availableUnits } } } }',
    isRight: ({ appointments }) => appointments.nodes.every((node) => node.patient && node.authorization),
  },
];
interface Data {
  readonly me: { readonly email: string };
  readonly practitioners: { readonly totalCount: number; readonly nodes: readonly object[] };
  readonly appointments: { readonly nodes: readonly Readonly<Record<'patient' | 'authorization', object | null>>[] };
}

const TOKENS = 'accessToken refreshToken';
const LOGIN = `mutation($input: LoginInput!) { login(input: $input) { ${TOKENS} } }`;
const REFRESH = `mutation($token: String!) { refreshToken(refreshToken: $token) { ${TOKENS} } }`;
const LOGOUT = 'mutation($token: String!) { logout(refreshToken: $token) }';
const REFRESHES = 3;
/** Of a sign-in whose commit stays in doubt: sent again it would not know what it saved. */
const UNKNOWN = /^The connection was lost while the change was being saved. Read/;

/** Who reads, signs in and out while others book, and is told TRY_AGAIN or what is right. */
export class Bystanders {
  /** Answers by code; OK for those that were right. */
  readonly answers: Record<string, number> = {};
  readonly wrong: string[] = [];
  private isOver = false;
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly stage: Stage,
    private readonly random: Random,
  ) {}

  start(): void {
    this.running = Promise.all([this.repeat(() => this.read()), this.repeat(() => this.comeAndGo())]);
    // whoever stops them is told; until then nobody waits
    this.running.catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await this.running;
  }

  private async repeat(work: () => Promise<unknown>): Promise<void> {
    while (!this.isOver) await work();
  }

  private async read(): Promise<void> {
    const account = this.random.pick(this.stage.people.accounts);
    const { query, isRight } = this.random.pick(READS);
    const answer = await this.ask(query, {}, account.token);
    const said = codeOf(answer);
    if (said === 'OK' && !isRight(answer.data as Data, account)) this.tell(query, answer);
    else if (said !== 'OK' && said !== 'TRY_AGAIN') this.tell(query, answer);
  }

  /** Signs in, refreshes a few times and signs out; an attempt too many is RATE_LIMITED, as without a fault. */
  private async comeAndGo(): Promise<void> {
    const { variables } = signIn(this.random.pick(this.stage.people.accounts).email);
    const login = await this.ask(LOGIN, variables);
    if (!['OK', 'TRY_AGAIN', 'RATE_LIMITED'].includes(codeOf(login)) && !isUnknown(login)) this.tell('login', login);
    let tokens = (login.data as { login?: Tokens } | undefined)?.login;
    for (let nth = 0; tokens && nth < REFRESHES; nth++) tokens = await this.refresh(tokens);
    if (!tokens) return;
    const logout = await this.ask(LOGOUT, { token: tokens.refreshToken });
    if (!['OK', 'TRY_AGAIN'].includes(codeOf(logout))) this.tell('logout', logout);
  }

  /** Again with the same token until there is an answer; undefined where the sign-in is over. */
  private async refresh({ refreshToken: token }: Tokens): Promise<Tokens | undefined> {
    while (!this.isOver) {
      const answer = await this.ask(REFRESH, { token });
      const code = codeOf(answer);
      if (code === 'OK') return (answer.data as { refreshToken: Tokens }).refreshToken;
      // what is told to try again has not spent it
      if (code === 'TRY_AGAIN') continue;
      if (!isUnknown(answer)) this.tell('refreshToken', answer);
      return undefined;
    }
    return undefined;
  }

  private async ask(query: string, variables: object, token?: string): Promise<ApiAnswer> {
    const answer = await this.stage.apis[0]!.query(query, variables, token);
    const code = codeOf(answer);
    this.answers[code] = (this.answers[code] ?? 0) + 1;
    return answer;
  }

  private tell(what: string, { status, errors, data }: ApiAnswer): void {
    this.wrong.push(`${what} was answered ${status} ${JSON.stringify(errors ?? data)}`);
  }
}

function isUnknown({ errors }: ApiAnswer): boolean {
  return UNKNOWN.test(errors?.[0]?.message ?? '');
}

function codeOf({ errors, status }: ApiAnswer): string {
  return errors ? (errors[0]?.extensions.code ?? `HTTP ${status}`) : 'OK';
}
