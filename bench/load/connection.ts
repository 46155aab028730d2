import { Client } from 'undici';

/** One client's connection, kept alive; one request at a time. */
export class Connection {
  private readonly client: Client;

  constructor(url: string) {
    this.client = new Client(url, { pipelining: 1, keepAliveTimeout: 60_000 });
  }

  /** @returns the answer's text @throws Error an answer of another status than 200 */
  async post(body: string, token: string): Promise<string> {
    const answer = await this.client.request({
      method: 'POST',
      path: '/graphql',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body,
    });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`${answer.statusCode}: ${text}`);
    return text;
  }

  close(): Promise<void> {
    return this.client.close();
  }
}

/** The code of the answer's first error; undefined when it has none. */
export function refusalOf(answer: string): string | undefined {
  if (answer.startsWith('{"data"') && !answer.includes('"errors":[')) return undefined;
  return /"code":"(\w+)"/.exec(answer)?.[1] ?? answer;
}
