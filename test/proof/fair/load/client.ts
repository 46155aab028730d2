import { Agent, request, type IncomingMessage } from 'node:http';

/** Enough for what was refused, and why: Apollo writes errors before the data. */
const BEGINNING = 2_000;

export interface Answer {
  /** 0 where none came. */
  readonly status: number;
  /** OK, the code of its first error, or what became of a call that was not answered: TIMED_OUT, or CUT. */
  readonly code: string;
  /** How it begins. */
  readonly text: string;
}

export interface Sent {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  /** An object is sent as JSON. */
  readonly body?: object | string;
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Hangs up after so long. */
  readonly hangUpAfterMs?: number;
}

/** One connection, kept alive, from an address of its own. It never repeats a request. */
export class Client {
  private readonly agent: Agent;

  /** @param address whose it comes from: 127.0.0.0/8 is all this machine's */
  constructor(
    private readonly url: string,
    address: string,
    private readonly patienceMs: number,
  ) {
    this.agent = new Agent({ keepAlive: true, maxSockets: 1, localAddress: address });
  }

  send({ method = 'POST', path, body, token, headers, hangUpAfterMs }: Sent): Promise<Answer> {
    return new Promise((resolve) => {
      const text = typeof body === 'object' ? JSON.stringify(body) : body;
      const sending = request(this.url + path, {
        method,
        agent: this.agent,
        headers: {
          ...(text !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...headers,
        },
      });
      let lost = 'CUT';
      const limit = setTimeout(() => {
        lost = hangUpAfterMs === undefined ? 'TIMED_OUT' : 'HUNG_UP';
        sending.destroy();
      }, hangUpAfterMs ?? this.patienceMs);
      const end = (answer: Answer): void => {
        clearTimeout(limit);
        resolve(answer);
      };
      const fail = (): void => end({ status: 0, code: lost, text: '' });
      sending.on('error', fail);
      sending.on('response', (response) => void read(response).then(end, fail));
      sending.end(text);
    });
  }

  /** A document of GraphQL. */
  ask(query: string, variables: object, token: string | undefined, hangUpAfterMs?: number): Promise<Answer> {
    return this.send({
      path: '/graphql',
      body: { query, variables },
      token,
      ...(hangUpAfterMs !== undefined && { hangUpAfterMs }),
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

async function read(response: IncomingMessage): Promise<Answer> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) if (text.length < BEGINNING) text += chunk as string;
  text = text.slice(0, BEGINNING);
  const status = response.statusCode ?? 0;
  return { status, code: codeOf(status, text), text };
}

function codeOf(status: number, text: string): string {
  if (status >= 200 && status < 300 && !text.startsWith('{"errors"')) return 'OK';
  return /"code":"(\w+)"/.exec(text)?.[1] ?? `HTTP_${status}`;
}
