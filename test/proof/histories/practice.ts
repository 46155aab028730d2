import { isDeepStrictEqual } from 'node:util';
import type { Call, Specification } from './linearizability.ts';
import { isRefused, type Answer, type Name, type Refused, type Request } from './requests.ts';
import { keyOf, renamed, seenOf, UNNAMED, type State } from './state.ts';
import { stepOf } from './steps.ts';

/**
 * The units of the authorizations and the calendars of the people of one practice, called one at a time: what the API
 * promises, said once more, from nothing that the server runs. One order has to explain them all together, which is more
 * than an order for each authorization and one for each calendar.
 *
 * Where a call may be refused for several reasons, any of them will do.
 */
export function practiceOf(initial: State): Specification<State, Request, Answer> {
  return { initial, after, keyOf };
}

function after(state: State, { id, request, answer }: Call<Request, Answer>): State | undefined {
  if (answer && isRefused(answer) && answer.refused === 'TRY_AGAIN') return state; // its promise: nothing was changed
  if (request.by === 'stranger') return unchanged(state, answer, [NOT_FOUND]);
  const claim = 'key' in request ? state.claims[claimed(request, request.key)] : undefined;
  if (claim) return repeated(state, request, claim, answer);
  const step = stepOf(state, request);
  // a visit of which nobody has been told yet: not even its name can be asked for
  if (!step) return unchanged(state, answer, [NOT_FOUND]);
  if (step.grounds.length) return unchanged(state, answer, step.grounds);
  if (answer && isRefused(answer)) return undefined;
  const name = nameIn(answer) ?? `${UNNAMED}${id}`;
  const { state: next, seen } = step.take(name);
  if (answer && !isDeepStrictEqual(seen, answer)) return undefined;
  return 'key' in request && request.key !== undefined ? claimedBy(next, request, request.key, name) : next;
}

const NOT_FOUND: Refused = { refused: 'NOT_FOUND', details: {} };
const REUSED: Refused = { refused: 'IDEMPOTENCY_KEY_REUSED', details: {} };

function unchanged(state: State, answer: Answer | undefined, grounds: readonly Refused[]): State | undefined {
  return !answer || grounds.some((ground) => isRefusedFor(ground, answer)) ? state : undefined;
}

/** A key that came before: the object of the first call as it is now, if the request is the same. */
function repeated(state: State, request: Request, first: Claim, answer: Answer | undefined): State | undefined {
  if (first.request !== textOf(request)) return unchanged(state, answer, [REUSED]);
  if (!answer) return state;
  const name = nameIn(answer);
  if (name === undefined) return undefined;
  if (first.object !== name && (!first.object.startsWith(UNNAMED) || name in state.visits)) return undefined;
  const known = first.object === name ? state : renamed(state, first.object, name);
  const seen = request.do === 'complete' ? known.visits[request.visit]?.session : seenOf(known, name);
  return isDeepStrictEqual(seen, answer) ? known : undefined;
}

type Claim = State['claims'][string];

function claimedBy(state: State, request: Request, key: string, answered: Name): State {
  const object = request.do === 'change' || request.do === 'cancel' ? request.visit : answered;
  const claim = { request: textOf(request), object };
  return { ...state, claims: { ...state.claims, [claimed(request, key)]: claim } };
}

/** A key is of one operation and one user. */
function claimed(request: Request, key: string | undefined): string {
  return `${request.do} ${request.by ?? ''} ${key ?? ''}`;
}

/** The visit or session that the server told of. */
function nameIn(answer: Answer | undefined): Name | undefined {
  if (answer && 'visit' in answer) return answer.visit;
  return answer && 'session' in answer ? answer.session : undefined;
}

function isRefusedFor(ground: Refused, answer: Answer): boolean {
  if (!isRefused(answer) || answer.refused !== ground.refused) return false;
  return Object.entries(ground.details).every(([name, truth]) => {
    const told = answer.details[name];
    // who is busy may be told in part: the second of two reasons need not be looked for
    if (Array.isArray(truth)) return Array.isArray(told) && told.length > 0 && told.every((one) => truth.includes(one));
    return told === truth;
  });
}

/** The request as its key remembers it: null is what leaving out is. */
function textOf(request: Request): string {
  return JSON.stringify({ ...request, by: undefined, key: undefined, nulls: undefined });
}
