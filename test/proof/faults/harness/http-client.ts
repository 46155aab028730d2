import { Agent, request, type IncomingMessage } from 'node:http';

export interface Reply {
  readonly status: number;
  /** Parsed; undefined where it is no JSON. */
  readonly body: unknown;
}

/** No answer came. `sent` is false where no connection was made, so that the server cannot have seen the request. */
export class NoReply extends Error {
  constructor(
    readonly code: string,
    readonly sent: boolean,
  ) {
    super(`no reply: ${code}`);
  }
}

const NEVER_SENT = new Set(['ECONNREFUSED', 'EADDRNOTAVAIL']);

/** One client's connections, kept alive. It never repeats a request by itself, as fetch and browsers may. */
export class HttpClient {
  private readonly agent = new Agent({ keepAlive: true });

  /** @param limitMs after which nobody waits any more */
  constructor(private readonly limitMs: number) {}

  /** @throws NoReply */
  post(url: string, body: object, headers: Readonly<Record<string, string>>): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const text = JSON.stringify(body);
      const sending = request(url, {
        method: 'POST',
        agent: this.agent,
        signal: AbortSignal.timeout(this.limitMs),
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...headers },
      });
      const fail = (error: NodeJS.ErrnoException): void => {
        const code = error.name === 'AbortError' ? 'TIMED_OUT' : (error.code ?? error.message);
        reject(new NoReply(code, !NEVER_SENT.has(code)));
      };
      sending.on('error', fail);
      sending.on('response', (response) => void read(response).then(resolve, fail));
      sending.end(text);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

async function read(response: IncomingMessage): Promise<Reply> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk as string;
  return { status: response.statusCode ?? 0, body: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
