import { useSyncExternalStore } from 'react';
import type { Known } from './placeholders.ts';

/** What the page knows of its user. */
export interface Session {
  readonly token: string;
  /** The server has refused this token. */
  readonly refused: boolean;
  readonly known: Known;
}

const KEY = 'playground:session';
const NOBODY: Session = { token: '', refused: false, known: {} };

/** Kept until the browser's tab is closed, and never on disk: it opens the records of patients. */
export const storage = window.sessionStorage;

const listeners = new Set<() => void>();
let current: Session = { ...NOBODY, ...(JSON.parse(storage.getItem(KEY) ?? '{}') as Partial<Session>) };

export const session = {
  get: (): Session => current,

  set: (change: Partial<Session>): void => {
    current = { ...current, ...change };
    storage.setItem(KEY, JSON.stringify(current));
    for (const listener of listeners) listener();
  },

  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

export function useSession(): Session {
  return useSyncExternalStore(session.subscribe, session.get);
}
