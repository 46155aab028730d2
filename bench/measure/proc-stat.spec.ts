import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parseStat } from './proc-stat.ts';

describe('given the text of /proc/PID/stat', () => {
  it('when the name has spaces and parentheses, then parent and times are those behind it', () => {
    const text =
      '4242 (postgres: a (b) c) S 4200 4200 4200 0 -1 4194624 900 0 3 0 17 5 120 30 20 0 1 0 123456 1000 500';
    expect(parseStat(text)).toEqual({ parent: 4200, own: 22, ended: 150 });
  });

  it('when it is that of this process, then the parent is its parent and it has worked', () => {
    const { parent, own } = parseStat(readFileSync('/proc/self/stat', 'utf8'));
    expect(parent).toBe(process.ppid);
    expect(own).toBeGreaterThan(0);
  });

  it('when it is another text, then it is refused', () => {
    expect(() => parseStat('no such process')).toThrow('Not a process');
  });
});
