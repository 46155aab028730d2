import type { GraphiQL } from 'graphiql';
import type { ComponentProps } from 'react';
import { fill, learn } from './placeholders.ts';
import { session } from './session.ts';

type Fetcher = ComponentProps<typeof GraphiQL>['fetcher'];

interface Answer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** Posts to the page's own address, with the token, the placeholders filled in; and looks at what comes back. */
export const fetcher: Fetcher = async ({ query, operationName, variables }, options) => {
  const { token, known } = session.get();
  // whoever writes an Authorization header by hand means that one
  const headers = new Headers(options?.headers);
  const ownToken = !headers.has('authorization') && token !== '';
  if (ownToken) headers.set('authorization', `Bearer ${token}`);
  headers.set('content-type', 'application/json');
  headers.set('accept', 'application/graphql-response+json, application/json;q=0.9');

  const answer = await told(async () => {
    const params = {
      query,
      operationName: namedIn(query, operationName),
      variables: fill(variables, known, new Date()),
    };
    const body = JSON.stringify(params);
    return read(await fetch(window.location.pathname, { method: 'POST', headers, body }));
  });
  lookAt(answer, ownToken);
  return answer as Awaited<ReturnType<Fetcher>>;
};

/** A moment after a change of tabs GraphiQL (5.4.0) still names the operation of the tab before. */
function namedIn(query: string, name: string | null | undefined): string | undefined {
  return name && new RegExp(`\\b${name}\\b`).test(query) ? name : undefined;
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  try {
    return JSON.parse(text) as Answer;
  } catch {
    throw new Error(`The server answered ${response.status} ${response.statusText}, and no JSON.`);
  }
}

/** An error as an answer: GraphiQL would show the stack of what is thrown. */
async function told(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    return { errors: [{ message: error instanceof Error ? error.message : String(error) }] };
  }
}

/** Takes the access token over from a login, and the ids that later examples need. */
function lookAt({ data, errors }: Answer, ownToken: boolean): void {
  for (const login of [data?.login, data?.refreshToken]) {
    const token = (login as { accessToken?: unknown } | null | undefined)?.accessToken;
    // another user may see other things: what was known is known no more
    if (typeof token === 'string') session.set({ token, refused: false, known: {} });
  }
  if (ownToken && errors?.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED') && !data?.login)
    session.set({ refused: true });
  session.set({ known: learn(session.get().known, data) });
}
