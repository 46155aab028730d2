import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { RequestHolder } from '../../foundation/request-context/ctx.decorator.ts';
import { TryAgain } from '../../foundation/errors/domain-error.ts';
import { RequestContext } from '../../foundation/request-context/request-context.ts';
import { Environment } from '../../platform/config/environment.ts';
import { Admission } from './admission.service.ts';

const CALLER = { practice: 'one', user: 'somebody' };
const LARGE = 5_000_000;
const cut = (): void => undefined;

/** Whoever still waits at the end waits in this time: else they would be told during another file's tests. */
beforeAll(() => void jest.useFakeTimers({ doNotFake: ['setImmediate'] }));
afterAll(() => void jest.useRealTimers());

describe('given answers that a practice has not read', () => {
  const admission = new Admission(Environment.read({ NODE_ENV: 'test' }));
  const holder = (isGone: boolean): RequestHolder => {
    const origin = { requestId: 'a-request', isGone: () => isGone };
    return { current: RequestContext.anonymous(origin, () => new Date()), atEnd: [] };
  };
  const isRefused = (): boolean => {
    try {
      admission.requireRead(CALLER);
      return false;
    } catch {
      return true;
    }
  };

  it('when whoever asked for them has hung up before they were sent, then they do not count', () => {
    for (let answer = 0; answer < 10; answer++) admission.sending(holder(true), CALLER, LARGE, cut);
    expect(isRefused()).toBe(false);
  });

  it('when they take as much memory as they may, then the next call is refused until one of them was read', () => {
    const waiting = Array.from({ length: 2 }, () => holder(false));
    for (const one of waiting) admission.sending(one, CALLER, LARGE, cut);
    expect(isRefused()).toBe(true);
    for (const done of waiting[0]!.atEnd) done();
    expect(isRefused()).toBe(false);
  });
});

describe('given calls that have to wait for their turn', () => {
  const admission = new Admission(Environment.read({ NODE_ENV: 'test' }));
  const holder = (): RequestHolder => ({
    current: RequestContext.anonymous({ requestId: 'a-call' }, () => new Date()),
    atEnd: [],
  });
  /** As many as one user may have worked on. */
  const working = Array.from({ length: 16 }, holder);
  for (const each of working) void admission.arrive(each, CALLER, 100);

  it('when their bodies are small, then they wait; what is too much to be kept waiting is refused at once', async () => {
    const waiting = admission.arrive(holder(), CALLER, 1_000_000);
    expect(waiting).toBeInstanceOf(Promise);
    expect(() => admission.arrive(holder(), CALLER, 1_000_000)).toThrow(TryAgain);
    admission.leave(working[0]!);
    await waiting;
    expect(admission.arrive(holder(), CALLER, 1_000_000)).toBeInstanceOf(Promise);
  });

  it('when an answer is made, then its place is free, whether it is read or not, and given back once', () => {
    const other = { practice: 'two', user: 'somebody else' };
    const all = Array.from({ length: 16 }, holder);
    for (const each of all) expect(admission.arrive(each, other, 100)).toBeUndefined();
    admission.leave(all[0]!);
    for (const end of all[0]!.atEnd) end();
    expect(admission.arrive(holder(), other, 100)).toBeUndefined();
    expect(admission.arrive(holder(), other, 100)).toBeInstanceOf(Promise);
  });
});

describe('given documents that nobody has looked through yet', () => {
  it('when several come at one moment, then the event loop turns between one and the next', async () => {
    const admission = new Admission(Environment.read({ NODE_ENV: 'test' }));
    const looked: number[] = [];
    const holder = { current: RequestContext.anonymous({ requestId: 'a-call' }, () => new Date()), atEnd: [] };
    const looks = [1, 2, 3].map((nth) => admission.look(holder, CALLER).then(() => looked.push(nth)));
    await looks[0];
    expect(looked).toEqual([1]);
    await new Promise(setImmediate);
    expect(looked).toEqual([1, 2]);
    await Promise.all(looks);
  });
});
