/** One call of a client, and what it was told. */
export interface Call<Request, Answer> {
  readonly id: number;
  readonly client: number;
  readonly request: Request;
  /** Where in the order of all invocations and answers it was made; so for `answered`. No two are equal. */
  readonly invoked: number;
  /** Undefined where the answer never came: it may have happened at any time since, or never. */
  readonly answered?: number;
  readonly answer?: Answer;
}

/** What one object does, called by one client at a time. */
export interface Specification<State, Request, Answer> {
  readonly initial: State;
  /**
   * The state after a call in this state; the same object where nothing changes.
   *
   * @returns undefined where the call cannot have been answered so; a call without an answer does what it can
   */
  after(state: State, call: Call<Request, Answer>): State | undefined;
  /** Equal for equal states, and for no others. */
  keyOf(state: State): string;
}

/** A point in the history: what may be true there. */
export interface Possibility<State> {
  readonly state: State;
  /** Ids of calls under way that have happened already. */
  readonly happened: readonly number[];
}

/** A moment at which nobody waited for an answer. */
export interface Rest<State> {
  readonly at: number;
  readonly possibilities: readonly Possibility<State>[];
}

export interface Refusal<State, Request, Answer> {
  /** The call whose answer no order explains. */
  readonly call: Call<Request, Answer>;
  /** The last moment before it at which nobody waited: what came before that is explained. */
  readonly since: Rest<State>;
}

/**
 * Whether some serial order explains all answers: one that keeps the order of any two calls of which one had been
 * answered before the other was made (linearizability, Herlihy and Wing 1990).
 *
 * Wing and Gong's search as Lowe does it "just in time" (Testing for linearizability, 2017): the history is read once,
 * forwards, with the set of all states that may be; a call is put into the order only when an answer asks for it. Equal
 * states with the same calls done are one (the memo), and a call whose answer fits and changes nothing is put there at
 * once, since later would explain no more. So the first answer that cannot be is found where it came.
 *
 * @param from begins there instead of at the beginning; for calls made since
 * @returns undefined where an order exists
 */
export function refusalOf<State, Request, Answer>(
  specification: Specification<State, Request, Answer>,
  history: readonly Call<Request, Answer>[],
  from: Rest<State> = { at: 0, possibilities: [{ state: specification.initial, happened: [] }] },
): Refusal<State, Request, Answer> | undefined {
  const search = new Search(specification, from.possibilities);
  let since = from;
  let waiting = 0;
  for (const call of history) if (call.invoked < from.at && call.answered === undefined) search.invoke(call);
  for (const { at, call } of momentsOf(history, from.at)) {
    if (at === call.invoked) {
      search.invoke(call);
      if (call.answered !== undefined) waiting += 1;
      continue;
    }
    if (!search.answer(call)) return { call, since };
    waiting -= 1;
    if (waiting === 0) since = { at, possibilities: search.possibilities };
  }
  return undefined;
}

interface Moment<Request, Answer> {
  readonly at: number;
  readonly call: Call<Request, Answer>;
}

function momentsOf<Request, Answer>(
  history: readonly Call<Request, Answer>[],
  since: number,
): Moment<Request, Answer>[] {
  return history
    .flatMap((call) =>
      [call.invoked, ...(call.answered === undefined ? [] : [call.answered])].map((at) => ({ at, call })),
    )
    .filter(({ at }) => at > since)
    .sort((one, other) => one.at - other.at);
}

/** All that may be true at the moment that the search has come to. */
class Search<State, Request, Answer> {
  private readonly open = new Map<number, Call<Request, Answer>>();

  constructor(
    private readonly specification: Specification<State, Request, Answer>,
    public possibilities: readonly Possibility<State>[],
  ) {}

  invoke(call: Call<Request, Answer>): void {
    this.open.set(call.id, call);
    this.possibilities = this.possibilities.map((possibility) => this.settled(possibility));
  }

  /** Keeps what is possible when the call has happened by now; false where nothing is. */
  answer(call: Call<Request, Answer>): boolean {
    const found = new Map<string, Possibility<State>>();
    const seen = new Set<string>();
    const stack = [...this.possibilities];
    for (let current = stack.pop(); current; current = stack.pop()) {
      if (current.happened.includes(call.id)) {
        const { state, happened } = current;
        const left = { state, happened: happened.filter((id) => id !== call.id) };
        found.set(this.keyOf(left), left);
        continue;
      }
      const key = this.keyOf(current);
      if (seen.has(key)) continue;
      seen.add(key);
      stack.push(...this.successors(current));
    }
    this.open.delete(call.id);
    this.possibilities = [...found.values()];
    return found.size > 0;
  }

  private successors({ state, happened }: Possibility<State>): Possibility<State>[] {
    const next: Possibility<State>[] = [];
    for (const call of this.open.values()) {
      if (happened.includes(call.id)) continue;
      const after = this.specification.after(state, call);
      if (after === undefined || after === state) continue; // the latter is settled, or never happened
      next.push(this.settled({ state: after, happened: [...happened, call.id] }));
    }
    return next;
  }

  /** With all that has an answer, fits here and changes nothing. */
  private settled({ state, happened }: Possibility<State>): Possibility<State> {
    const fitting = [...this.open.values()].filter(
      (call) =>
        call.answer !== undefined && !happened.includes(call.id) && this.specification.after(state, call) === state,
    );
    return { state, happened: [...happened, ...fitting.map(({ id }) => id)] };
  }

  private keyOf({ state, happened }: Possibility<State>): string {
    return `${[...happened].sort((one, other) => one - other).join()}|${this.specification.keyOf(state)}`;
  }
}
