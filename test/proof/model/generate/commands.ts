import fc from 'fast-check';
import type { Call } from '../model/calls.ts';
import type { Setting } from '../model/start.ts';
import type { World } from '../model/world.ts';
import type { Sequence } from '../harness/sequence.ts';
import {
  breakGlass,
  changeUser,
  foundPractice,
  invite,
  refresh,
  restoreGlass,
  signIn,
  signOut,
} from './account-calls.ts';
import { book, cancel, change, complete, noShow, start } from './appointment-calls.ts';
import { adjust, approve, withdraw } from './authorization-calls.ts';
import { Dice, FACES } from './dice.ts';
import { employ, enrolPatient, offer, redefine, renamePatient, renamePractitioner } from './people-calls.ts';
import { again, listGrants, read } from './read-calls.ts';
import { later } from './times.ts';
import { withNulls } from './what.ts';

type Choose = (world: World, dice: Dice) => Call | undefined;
type Kind = Choose | 'clock';

/** How often what: booking, moving, completing, cancelling and adjusting above all. */
const KINDS: readonly (readonly [weight: number, kind: Kind])[] = [
  [260, book],
  [170, change],
  [150, complete],
  [80, cancel],
  [60, start],
  [45, noShow],
  [90, 'clock'],
  [75, adjust],
  [50, again],
  [90, read],
  [25, redefine],
  [22, withdraw],
  [20, approve],
  [20, breakGlass],
  [20, restoreGlass],
  [12, signIn],
  [16, refresh],
  [8, signOut],
  [14, changeUser],
  [10, listGrants],
  [9, offer],
  [9, enrolPatient],
  [9, renamePatient],
  [9, employ],
  [9, renamePractitioner],
  [8, invite],
  [6, foundPractice],
];
const DICE = 24;

/** One step of a sequence: what it is to be is known, whom and what it is about is decided in the world that it meets. */
class Step implements fc.AsyncCommand<Sequence, null> {
  constructor(
    private readonly kind: Kind,
    private readonly faces: readonly number[],
  ) {}

  check({ world }: Sequence): boolean {
    return this.kind === 'clock' || this.kind(world, new Dice(this.faces)) !== undefined;
  }

  async run(sequence: Sequence): Promise<void> {
    const dice = new Dice(this.faces);
    if (this.kind === 'clock') sequence.goOnTo(later(sequence.world, dice));
    else await sequence.call(withNulls(dice, this.kind(sequence.world, dice)!));
  }

  toString(): string {
    return this.kind === 'clock' ? 'clock' : this.kind.name;
  }
}

/** Any face, each as likely; it shrinks to a zero at once, or stays as it is: in between nothing is any plainer. */
const face = fc.oneof(
  { withCrossShrink: true },
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: FACES, arbitrary: fc.noShrink(fc.noBias(fc.nat(FACES - 1))) },
);
const faces = fc.tuple(...Array.from({ length: DICE }, () => face));
const kind = fc.oneof(...KINDS.map(([weight, value]) => ({ weight, arbitrary: fc.constant<Kind>(value) })));

/** At most so many steps; a failing sequence is shrunk to few, and each of them to a plain one. */
export function steps(most: number, replayPath?: string): fc.Arbitrary<Iterable<fc.AsyncCommand<Sequence, null>>> {
  const step = fc.tuple(kind, faces).map(([chosen, thrown]) => new Step(chosen, thrown));
  return fc.commands([step], { maxCommands: most, size: 'max', replayPath });
}

/** Evenings before the clocks change, a day like any other, and practices east and west of it. */
export const settings: fc.Arbitrary<Setting> = fc.record({
  now: fc.constantFrom(
    ...['2026-06-10T14:00:00Z', '2026-10-31T20:00:00Z', '2026-03-07T16:30:00Z', '2027-03-13T02:10:00Z'].map((text) =>
      Date.parse(text),
    ),
  ),
  northZone: fc.constantFrom('America/New_York', 'America/New_York', 'America/New_York', 'Australia/Lord_Howe'),
  southZone: fc.constantFrom('Asia/Kathmandu', 'Europe/London', 'Pacific/Auckland'),
});
