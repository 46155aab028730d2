/** What a process of attackers is told. */
export interface Job {
  /** Of an attack. */
  readonly name: string;
  readonly urls: readonly string[];
  readonly seconds: number;
  readonly seed: number;
  /** The attack's place in the run: it has accounts and an address of its own, whose limits nothing before it has used up. */
  readonly place: number;
  /** Access tokens for its connections, in turn; none for the anonymous. */
  readonly tokens: readonly string[];
}

/** What a process of attackers tells. */
export type Told =
  | 'ready'
  /** How often its calls were answered how. */
  | { readonly answers: Readonly<Record<string, number>> }
  | { readonly error: string };
