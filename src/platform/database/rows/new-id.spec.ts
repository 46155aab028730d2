import { describe, expect, it } from '@jest/globals';
import { newId } from './new-id.ts';

describe('given ids that are made one after the other', () => {
  // random numbers are drawn anew some ten times
  const ids = Array.from({ length: 1_000 }, newId);

  it('then each is a UUID of version 7', () => {
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('then no two are the same, and they sort in the order of their making', () => {
    expect([...new Set(ids)].sort()).toEqual(ids);
  });

  it('then their random ends have nothing in common', () => {
    expect(new Set(ids.map((id) => id.slice(-8))).size).toBeGreaterThan(990);
  });
});
