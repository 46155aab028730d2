import { refusalOf, type Call, type Refusal } from './linearizability.ts';
import { practiceOf } from './practice.ts';
import { isRefused, type Answer, type Request } from './requests.ts';
import { isLive, type State } from './state.ts';

type HistoryCall = Call<Request, Answer>;

/**
 * What is refused, as short as it can be told: from the last moment at which nobody waited for an answer up to the answer
 * that cannot be, without the calls that are not needed to see it. Left out may be those that changed nothing, and those
 * about other authorizations and other people; without any other call, another answer would be wrong.
 */
export function explained(history: readonly HistoryCall[], refusal: Refusal<State, Request, Answer>): string {
  const calls = shortened(history, refusal);
  const [before] = refusal.since.possibilities;
  if (!before) throw new Error('A moment has at least one possible state.');
  const names = new Set(calls.flatMap(({ request, answer }) => namesIn([request, answer])));
  return [
    'No serial order explains these answers.',
    `Before them${refusal.since.possibilities.length > 1 ? `, in one of ${refusal.since.possibilities.length} states that may have been` : ''}:`,
    ...stateLines(before.state, names),
    'Then, with the moments in which each call was made and answered:',
    ...calls.map((call) => callLine(call, call.id === refusal.call.id)),
    'The marked answer fits no order of the calls above it and those under way with it.',
  ].join('\n');
}

function shortened(
  history: readonly HistoryCall[],
  { call: last, since }: Refusal<State, Request, Answer>,
): HistoryCall[] {
  const until = last.answered ?? Infinity;
  let calls = history.filter(
    ({ invoked, answered }) => invoked < until && (invoked > since.at || answered === undefined),
  );
  const specification = practiceOf(since.possibilities[0]!.state);
  const about = aboutOf(history, since.possibilities[0]!.state);
  const needed = about(last);
  for (const call of [...calls].reverse()) {
    const isNear = mayChange(call) && [...about(call)].some((name) => needed.has(name));
    if (call.id === last.id || isNear) continue;
    const fewer = calls.filter((other) => other !== call);
    if (refusalOf(specification, fewer, since)?.call.id === last.id) calls = fewer;
  }
  return calls;
}

/** What a call is about: the names in it, and whatever its visit was ever booked or moved to. */
function aboutOf(history: readonly HistoryCall[], { visits }: State): (call: HistoryCall) => Set<string> {
  const booked = new Map<string, string[]>();
  const add = (visit: string, names: readonly string[]): void => {
    booked.set(visit, [...(booked.get(visit) ?? []), visit, ...names]);
  };
  for (const [name, { authorization, practitioner, patient }] of Object.entries(visits))
    add(name, [authorization, practitioner, patient]);
  for (const { request, answer } of history) {
    if (request.do === 'book' && answer && 'visit' in answer)
      add(answer.visit, [request.authorization, request.practitioner, request.patient]);
    if (request.do === 'change') add(request.visit, namesIn(request.to));
  }
  return ({ request, answer }) => {
    const names = namesIn([{ ...request, do: undefined }, answer && 'visit' in answer ? answer.visit : undefined]);
    return new Set(names.flatMap((name) => [name, ...(booked.get(name) ?? [])]));
  };
}

function mayChange({ request, answer }: HistoryCall): boolean {
  return request.do !== 'balance' && request.do !== 'look' && !(answer && isRefused(answer));
}

function namesIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(namesIn) : [];
}

/** The authorizations and visits that the calls name, and the live visits that keep somebody busy whom they name. */
function stateLines({ accounts, visits }: State, names: ReadonlySet<string>): string[] {
  const told = Object.entries(visits).filter(
    ([name, visit]) =>
      names.has(name) || (isLive(visit) && (names.has(visit.practitioner) || names.has(visit.patient))),
  );
  const charged = new Set([...names, ...told.map(([, { authorization }]) => authorization)]);
  return [
    ...Object.entries(accounts)
      .filter(([name]) => charged.has(name))
      .map(([name, { patient, ...balance }]) => `  ${name} of ${patient}: ${words(balance)}`),
    ...told.map(([name, { authorization, practitioner, patient, status, start, minutes, units, version }]) => {
      const rest = words({ start, minutes, units, version });
      return `  ${name}: ${status} ${authorization} ${practitioner} ${patient} ${rest}`;
    }),
  ];
}

function callLine({ client, invoked, answered, request, answer }: HistoryCall, marked: boolean): string {
  const { do: what, ...given } = request;
  const told = !answer
    ? 'no answer'
    : isRefused(answer)
      ? `${answer.refused} ${words(answer.details)}`.trim()
      : words(answer);
  return `${marked ? '>' : ' '} [${invoked}, ${answered ?? 'never'}] client ${client}: ${what} ${words(given)} -> ${told}`;
}

/** `start 30, minutes 60` */
function words(value: object): string {
  return Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .map(
      ([name, each]) =>
        `${name} ${each !== null && typeof each === 'object' ? `(${words(each as object)})` : String(each)}`,
    )
    .join(', ');
}
