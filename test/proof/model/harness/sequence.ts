import { randomBytes } from 'node:crypto';
import type { Call } from '../model/calls.ts';
import { decide } from '../model/decide.ts';
import { beginning, PLATFORM, type Setting } from '../model/start.ts';
import type { Refusal, Verdict } from '../model/verdict.ts';
import type { World } from '../model/world.ts';
import { sentence, told } from '../script/sentences.ts';
import type { GraphQLAnswer } from '../../../support/test-app.ts';
import { difference } from './compare.ts';
import type { Coverage } from './coverage.ts';
import { ledgerDiffers } from './ledger-check.ts';
import { Names } from './names.ts';
import { found } from './practices.ts';
import type { RealApi } from './real-api.ts';
import { differsFrom } from './snapshot.ts';

/** The API did, or the tables hold, something else than the model says. */
export class Disagreement extends Error {
  constructor(script: readonly string[]) {
    super(`The API and the model disagree:\n${script.join('\n')}`);
    this.name = 'Disagreement';
  }
}

/** One sequence of calls: the model's world and the real one go on side by side. */
export class Sequence {
  private readonly names = new Names();
  private readonly script: string[] = [];
  private steps = 0;

  private constructor(
    private readonly api: RealApi,
    private readonly coverage: Coverage,
    public world: World,
  ) {
    this.names.bind(PLATFORM, api.platformId);
  }

  /** Fresh organizations, which no other sequence touches. */
  static async begin(api: RealApi, setting: Setting, coverage: Coverage): Promise<Sequence> {
    const sequence = new Sequence(api, coverage, beginning(setting, randomBytes(6).toString('hex')));
    api.standAt(setting.now);
    await found(api.test, sequence.world, sequence.names);
    return sequence;
  }

  /** The clock goes on. */
  goOnTo(instant: number): void {
    this.world = { ...this.world, now: instant };
    this.api.standAt(instant);
    this.say(`the clock goes on to ${told(instant, this.world)}`);
  }

  /** @throws Disagreement with the script so far */
  async call(call: Call): Promise<void> {
    const before = this.world;
    const verdict = decide(before, call);
    const answer = await this.api.post(call, this.names);
    this.world = 'refused' in verdict ? (verdict.after ?? before) : verdict.world;
    const wrong = this.wrongAnswer(call, verdict, answer) ?? (await this.wrongTables());
    const line = sentence(before, call);
    if (wrong) this.fail(`${line} -> ${wrong}`);
    this.say(`${line} -> ${answer.code ?? 'accepted'}`);
    this.coverage.count(call.operation, answer.code ?? ('again' in verdict ? 'ACCEPTED_AGAIN' : 'ACCEPTED'));
  }

  /** Once more at the end: the entries themselves, and every invariant of the tables. */
  async end(): Promise<void> {
    const wrong = await ledgerDiffers(this.api.owner, this.world, this.names);
    if (wrong) this.fail(`at the end -> ${wrong}`);
  }

  private wrongAnswer(
    { operation }: Call,
    verdict: Verdict,
    { data, errors, code }: GraphQLAnswer,
  ): string | undefined {
    if ('refused' in verdict) {
      if (!errors) return `expected ${refusals(verdict.refused)}, got it accepted`;
      const details = errors[0]!.extensions.details ?? {};
      const fits = verdict.refused.some(
        (refusal) => refusal.code === code && difference(refusal.details, details, this.names) === undefined,
      );
      return fits ? undefined : `expected ${refusals(verdict.refused)}, got ${this.gotRefused(code, details)}`;
    }
    if (errors) return `expected it accepted, got ${this.gotRefused(code, errors[0]!.extensions.details)}`;
    const differs = difference(verdict.data, (data as Record<string, unknown>)[operation], this.names);
    return differs && `the answer differs: ${differs}`;
  }

  private gotRefused(code: string | undefined, details: unknown): string {
    return `${code ?? 'no code'} ${JSON.stringify(this.names.toNames(details ?? {}))}`;
  }

  private async wrongTables(): Promise<string | undefined> {
    const differs = await differsFrom(this.api.owner, this.world, this.names);
    return differs && `afterwards in the tables, ${differs}`;
  }

  private say(line: string): void {
    this.script.push(`${++this.steps}. ${line}`);
  }

  private fail(line: string): never {
    this.say(line);
    throw new Disagreement(this.script.slice(-this.steps));
  }
}

function refusals(allowed: readonly Refusal[]): string {
  return [...new Set(allowed.map(({ code, details }) => `${code} ${JSON.stringify(details)}`))].join(' or ');
}
