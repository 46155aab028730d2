import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { boundedCaches } from './bounded-caches.ts';

const padded = (i: number): string => `{ a${i} } #${'x'.repeat(1000)}`;
const MANY = Array.from({ length: 1200 }, (_, i) => i);

describe('given the caches of queries', () => {
  it('when more documents come than they have room for, then those used longest ago are dropped', async () => {
    const { documentStore } = boundedCaches();
    for (const i of MANY) {
      await documentStore!.set(`${i}`, parse(padded(i)));
      await documentStore!.get('0');
    }
    const kept = await Promise.all(MANY.map((i) => documentStore!.get(`${i}`)));
    expect(kept.filter(Boolean).length).toBeGreaterThan(75);
    expect(kept.filter(Boolean).length).toBeLessThan(100);
    expect([kept[0], kept[1], kept.at(-1)]).toEqual([expect.anything(), undefined, expect.anything()]);
  });

  it('when more texts come than they have room for, then it is the same', async () => {
    const { cache } = boundedCaches();
    for (const i of MANY) await cache.set(`${i}`, padded(i));
    const kept = await Promise.all(MANY.map((i) => cache.get(`${i}`)));
    expect(kept.filter(Boolean).length).toBeLessThan(1000);
    expect([kept[0], kept.at(-1)]).toEqual([undefined, padded(1199)]);
    await cache.delete('1199');
    expect(await cache.get('1199')).toBeUndefined();
  });

  it('when one is larger than all of the room, then nothing else is dropped for it', async () => {
    const { documentStore } = boundedCaches();
    await documentStore!.set('small', parse('{ a }'));
    await documentStore!.set('large', parse(`{ a } #${'x'.repeat(300_000)}`));
    expect(await documentStore!.get('small')).toBeDefined();
    expect(await documentStore!.get('large')).toBeUndefined();
  });
});
