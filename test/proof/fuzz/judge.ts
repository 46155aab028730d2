import { answerTo, type Answer } from './answer.ts';
import type { Input, Sent } from './input.ts';
import { Leaks } from './leaks.ts';
import type { Place, Rig } from './rig.ts';
import { faultsOfErrors } from './told-well.ts';
import type { Write } from './writes.ts';

/** An input that was sent, with what came of it. */
export interface Judged {
  readonly input: Input;
  readonly sent: Sent;
  readonly answer: Answer;
  /** What is wrong; empty: all is as it has to be. */
  readonly faults: readonly string[];
}

/** What may be written though the call is refused, besides the audit trail: a failed attempt has to count. */
const WRITTEN_ON_REFUSAL: readonly { readonly relation: string; readonly by?: RegExp }[] = [
  { relation: 'app.login_attempts' },
  // a spent refresh token ends its sign-in, and a token is spent though its user may not go on
  { relation: 'public.refresh_tokens', by: /refreshToken|\/auth\/refresh/ },
  { relation: 'public.sign_ins', by: /refreshToken|\/auth\/refresh/ },
];
/** What may be written with no event: counts, and the key of an update that changes nothing. */
const WRITTEN_WITHOUT_EVENT = ['app.login_attempts', 'public.idempotency_keys'];
const AT_ONCE = 4;

/** Sends inputs, several at a time, and holds every answer, and what the database saw, against what was promised. */
export class Judge {
  private readonly leaks: Leaks;

  constructor(private readonly rig: Rig) {
    this.leaks = new Leaks(rig);
  }

  /** @param firstSerial of the first input; each has the next */
  async judge(inputs: readonly Input[], firstSerial: number): Promise<Judged[]> {
    await this.rig.writes.forget();
    const calls = inputs.map((input, index) => {
      const place = this.rig.place(input.caller, firstSerial + index);
      return { input, place, sent: input.render(place) };
    });
    const heard: { input: Input; place: Place; sent: Sent; answer: Answer }[] = new Array(calls.length);
    const waiting = [...calls.entries()];
    const worker = async (): Promise<void> => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const [index, call] = next;
        heard[index] = { ...call, answer: await answerTo(this.rig, call.sent) };
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    const writes = await this.rig.writes.all();
    const leaks = await this.leaks.of(heard.map(({ place, sent, answer }) => ({ place, sent, text: answer.text })));
    return heard.map(({ input, sent, answer }, index) => {
      const leak = leaks[index];
      const faults = [
        ...[...faultsOf(answer), ...faultsOfErrors(input, sent, answer)],
        ...[...faultsOfWrites(sent, answer, writes), ...(leak ? [leak] : [])],
      ];
      // a write that names no request is told with the last of the batch: shrinking finds whose it is
      if (index === heard.length - 1) faults.push(...changesWithoutEvent(writes));
      return { input, sent, answer, faults };
    });
  }
}

function faultsOf({ status, codes, malformed }: Answer): string[] {
  return [
    ...(status >= 500 ? [`status ${status}`] : []),
    ...(codes.includes('INTERNAL_SERVER_ERROR') ? ['INTERNAL_SERVER_ERROR'] : []),
    ...(malformed ? [malformed] : []),
  ];
}

function faultsOfWrites(sent: Sent, { refused, requestId }: Answer, writes: readonly Write[]): string[] {
  if (!refused || requestId === undefined) return [];
  return writes
    .filter((write) => write.requestId === requestId && !mayWrite(sent, write.relation))
    .map(({ relation }) => `it was refused, and ${relation} has changed`);
}

function mayWrite({ url, body = '' }: Sent, relation: string): boolean {
  return WRITTEN_ON_REFUSAL.some((each) => each.relation === relation && (!each.by || each.by.test(url + body)));
}

function changesWithoutEvent(writes: readonly Write[]): string[] {
  return writes
    .filter(({ relation, requestId }) => requestId === null && !WRITTEN_WITHOUT_EVENT.includes(relation))
    .map(({ relation }) => `${relation} has changed, and no audit event tells of it`);
}
