import { useEffect, useState, type JSX } from 'react';
import { session, useSession } from './session.ts';
import { expiryOf, tokenIn } from './token.ts';

/** Where the access token lives, so that nobody has to write a header as JSON. */
export function TokenBox(): JSX.Element {
  const { token, refused } = useSession();
  const expiry = expiryOf(token);
  const expired = useHasPassed(expiry);
  return (
    <form
      className="token-box"
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
      }}
    >
      <label htmlFor="token">Access token</label>
      <input
        id="token"
        type="text"
        spellCheck={false}
        placeholder="Run the tab LogIn, or paste a token here"
        value={token}
        onChange={({ target }) => {
          session.set({ token: tokenIn(target.value), refused: false, known: {} });
        }}
      />
      <output htmlFor="token" data-state={stateOf({ token, refused, expired })}>
        {wordsFor({ token, refused, expired, expiry })}
      </output>
      <button type="button" disabled={!token} onClick={signOut}>
        Forget
      </button>
    </form>
  );
}

interface Token {
  readonly token: string;
  readonly refused: boolean;
  readonly expired: boolean;
}

function stateOf({ token, refused, expired }: Token): 'none' | 'good' | 'bad' {
  if (!token) return 'none';
  return refused || expired ? 'bad' : 'good';
}

function wordsFor({ token, refused, expired, expiry }: Token & { readonly expiry: Date | undefined }): string {
  if (!token) return 'Not signed in';
  if (expired) return 'Expired: run LogIn again';
  if (refused) return 'Refused: run LogIn again';
  return expiry
    ? `Sent with every request, valid until ${expiry.toLocaleTimeString([], { timeStyle: 'short' })}`
    : 'Sent with every request';
}

function signOut(): void {
  session.set({ token: '', refused: false, known: {} });
}

/** Turns true by itself when the moment comes. */
function useHasPassed(moment: Date | undefined): boolean {
  const [now, setNow] = useState(() => Date.now());
  const at = moment?.getTime();
  useEffect(() => {
    const look = (): void => {
      setNow(Date.now());
    };
    look();
    const timer = at === undefined ? undefined : setInterval(look, 1_000);
    return () => {
      clearInterval(timer);
    };
  }, [at]);
  return at !== undefined && at <= now;
}
