import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { hostsOf } from './database-url.ts';
import { Environment } from './environment.ts';

describe('given the address of a database', () => {
  it.each([
    ['postgres://me:pw@one:5432/db', ['postgres://me:pw@one:5432/db']],
    ['postgres:///db?host=/run/postgresql', ['postgres:///db?host=/run/postgresql']],
    ['postgres://me:pw@one,two/db', ['postgres://me:pw@one/db', 'postgres://me:pw@two/db']],
    ['postgresql://me@[::1]:5001,two:5002', ['postgresql://me@[::1]:5001', 'postgresql://me@two:5002']],
    [
      'postgres://me:p,w%40@one:5001,two:5002,three/db?sslmode=verify-full&target_session_attrs=read-write',
      [
        'postgres://me:p,w%40@one:5001/db?sslmode=verify-full&target_session_attrs=read-write',
        'postgres://me:p,w%40@two:5002/db?sslmode=verify-full&target_session_attrs=read-write',
        'postgres://me:p,w%40@three/db?sslmode=verify-full&target_session_attrs=read-write',
      ],
    ],
  ])('when it is %s, then each host has one of its own', (url, hosts) => {
    expect(hostsOf(url)).toEqual(hosts);
  });

  it.each([
    'postgres://me:pw@one:5432/db',
    'postgres:///db?host=/run/postgresql',
    'postgres://me:pw@/db?host=/run/postgresql',
    'postgres://me:p%23%25@one/db',
    'postgres://me:pw@one,two:5433/db?target_session_attrs=read-write',
    'postgresql://me:pw@[::1]:5432,[2001:db8::1]/db?target_session_attrs=primary',
  ])('when it is %s, then it is taken', (DATABASE_URL) => {
    expect(Environment.read({ DATABASE_URL }).DATABASE_URL).toBe(DATABASE_URL);
  });

  it.each([
    ['mysql://me:pw@one/db', 'must start with postgres://'],
    ['postgres://me:p#w@one/db', 'must be a URL: in a password # is written as %23'],
    ['postgres://me:p%w@one,two/db', 'must be a URL: in a password # is written as %23'],
    ['postgres://me:pw@one,/db', 'must name several hosts as in'],
    ['postgres://me:pw@one:5432,two:x/db', 'must name several hosts as in'],
    [
      'postgres://me:pw@one,two/db?target_session_attrs=standby',
      'may ask for no other target_session_attrs than read-write',
    ],
    [
      'postgres://me:pw@one,two/db?target_session_attrs=any',
      'may ask for no other target_session_attrs than read-write',
    ],
  ])('when it is %s, then it is refused by its name, without its value', (url, said) => {
    for (const name of ['DATABASE_URL', 'DATABASE_MIGRATION_URL']) {
      const reading = () => Environment.read({ [name]: url });
      expect(reading).toThrow(`${name} ${said}`);
      expect(reading).not.toThrow('me:p');
    }
  });
});
