import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { FairShare, GaveUp, type Caller } from './fair-share.ts';

const LONG_MS = 60_000;
const somebody = (practice: string, user = 'one'): Caller => ({ practice, user: `${practice}.${user}` });

/** Callers who have asked, in the order in which they came in. */
class Door {
  readonly entered: string[] = [];
  constructor(readonly share: FairShare) {}

  ask(caller: Caller, places?: number): void {
    const name = caller.user;
    const waiting = this.share.take(caller, places);
    if (waiting) void waiting.then(() => this.entered.push(name));
    else this.entered.push(name);
  }

  async leave(caller: Caller, places?: number): Promise<void> {
    this.share.giveBack(caller, places);
    await Promise.resolve();
  }
}

const doorOf = (all: number, practice: number, user: number): Door =>
  new Door(new FairShare({ all, practice, user }, LONG_MS));

/** Whoever still waits at the end waits in this time: else they would be told during another file's tests. */
beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

describe('given places that several want at the same time', () => {
  it('when they are free, then nobody waits', () => {
    const door = doorOf(2, 2, 2);
    door.ask(somebody('a'));
    door.ask(somebody('b'));
    expect(door.entered).toEqual(['a.one', 'b.one']);
  });

  it('when one caller asks a hundred times, then another waits for one of them, not for all', async () => {
    const door = doorOf(1, 1, 1);
    for (let call = 0; call < 100; call++) door.ask(somebody('a'));
    door.ask(somebody('b'));
    await door.leave(somebody('a'));
    await door.leave(somebody('a'));
    expect(door.entered.slice(0, 3)).toEqual(['a.one', 'a.one', 'b.one']);
  });

  it('when users of one practice wait, then they come in turn, too, each in the order of asking', async () => {
    const door = doorOf(1, 1, 1);
    for (const user of ['x', 'x', 'x', 'y', 'z']) door.ask(somebody('a', user));
    for (const user of ['x', 'x', 'y', 'z']) await door.leave(somebody('a', user));
    expect(door.entered).toEqual(['a.x', 'a.x', 'a.y', 'a.z', 'a.x']);
  });

  it('when a practice has many users who wait, then it has as many turns as one with a single user', async () => {
    const door = doorOf(1, 1, 1);
    for (let user = 0; user < 10; user++) door.ask(somebody('a', `user${user}`));
    for (let call = 0; call < 3; call++) door.ask(somebody('b'));
    let inside = somebody('a', 'user0');
    for (let turn = 0; turn < 6; turn++) {
      await door.leave(inside);
      const [practice = '', user = ''] = (door.entered.at(-1) ?? '').split('.');
      inside = somebody(practice, user);
    }
    expect(door.entered.slice(1).map((name) => name[0])).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
  });

  it('when a practice, or a user of it, has its share, then the rest stays free for the others', async () => {
    const door = doorOf(4, 3, 2);
    for (let call = 0; call < 3; call++) door.ask(somebody('a', 'x'));
    for (let call = 0; call < 3; call++) door.ask(somebody('a', 'y'));
    door.ask(somebody('b'));
    expect(door.entered).toEqual(['a.x', 'a.x', 'a.y', 'b.one']);
    await door.leave(somebody('a', 'x'));
    expect(door.entered.at(-1)).toBe('a.x');
  });

  it('when one needs more places than are free, then they are kept for it: those with room do not pass it', async () => {
    const door = doorOf(4, 4, 3);
    door.ask(somebody('a'), 3);
    door.ask(somebody('b'), 3);
    door.ask(somebody('c'));
    expect(door.entered).toEqual(['a.one']);
    await door.leave(somebody('a'), 3);
    expect(door.entered).toEqual(['a.one', 'b.one', 'c.one']);
  });

  it('when it is its practice that has too few for one, then others of the practice wait, and other practices do not', async () => {
    const door = doorOf(8, 4, 3);
    door.ask(somebody('a', 'x'), 3);
    door.ask(somebody('a', 'y'), 3);
    door.ask(somebody('a', 'z'));
    door.ask(somebody('b'));
    expect(door.entered).toEqual(['a.x', 'b.one']);
    await door.leave(somebody('a', 'x'), 3);
    expect(door.entered).toEqual(['a.x', 'b.one', 'a.y', 'a.z']);
  });

  it('when somebody does not want to wait, then it is now or never', () => {
    const share = new FairShare({ all: 1, practice: 1, user: 1 }, LONG_MS);
    expect(share.take(somebody('a'), 1, false)).toBeUndefined();
    expect(() => share.take(somebody('b'), 1, false)).toThrow(GaveUp);
  });

  it('when a place does not come in time, then whoever waits is told, and is not in the way of the next', async () => {
    const share = new FairShare({ all: 1, practice: 1, user: 1 }, LONG_MS);
    void share.take(somebody('a'));
    const told = expect(share.take(somebody('b'))).rejects.toThrow(GaveUp);
    jest.advanceTimersByTime(LONG_MS);
    await told;
    share.giveBack(somebody('a'));
    expect(share.take(somebody('c'))).toBeUndefined();
  });

  it('when all have left, then nothing is kept of them', async () => {
    const door = doorOf(1, 1, 1);
    for (const practice of ['a', 'b', 'c']) door.ask(somebody(practice));
    for (const practice of ['a', 'b', 'c']) await door.leave(somebody(practice));
    expect(JSON.stringify(door.share, (_, value: unknown) => (value instanceof Map ? [...value] : value))).toBe(
      JSON.stringify(new FairShare({ all: 1, practice: 1, user: 1 }, LONG_MS), (_, value: unknown) =>
        value instanceof Map ? [] : value,
      ),
    );
  });
});
