import { describe, expect, it } from '@jest/globals';
import { QueryFailedError, QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm';
import { constraintOf, Recovery, recoveryOf, sqlStateOf, violates } from './sql-errors.ts';

const ofDriver = (code: string, constraint?: string): Error =>
  Object.assign(new Error('refused'), { code, constraint });
const throughTypeOrm = (code: string, constraint?: string): Error =>
  new QueryFailedError('SELECT 1', [], ofDriver(code, constraint));

describe('given an error of PostgreSQL', () => {
  it.each([
    ['from the driver', ofDriver],
    ['through TypeORM', throughTypeOrm],
  ])('when it comes %s, then its SQLSTATE and its constraint are found', (_, failing) => {
    const error = failing('23505', 'users_email');

    expect(sqlStateOf(error)).toBe('23505');
    expect(constraintOf(error)).toBe('users_email');
    expect(violates(error, 'users_email')).toBe(true);
    expect(violates(error, 'users_key')).toBe(false);
  });

  it.each([
    ['40001', 'serialization failure', Recovery.REPLAY],
    ['40P01', 'deadlock', Recovery.REPLAY],
    ['55P03', 'lock time-out', Recovery.REPLAY],
    ['57014', 'statement time-out', Recovery.REPLAY_ONCE],
    ['53100', 'disk full', Recovery.REPLAY_ONCE],
    ['53200', 'out of memory', Recovery.REPLAY_ONCE],
    ['23P01', 'overlap', Recovery.REPLAY_ONCE],
    ['01000', 'a COMMIT that did not wait for the standby', Recovery.REPLAY_ONCE],
    ['57P01', 'shut down by an administrator', Recovery.RECONNECT],
    ['57P02', 'crash', Recovery.RECONNECT],
    ['57P03', 'starting up', Recovery.RECONNECT],
    ['57P04', 'database dropped', Recovery.NONE],
    ['57P05', 'idle too long', Recovery.RECONNECT],
    ['53300', 'too many connections', Recovery.RECONNECT],
    ['25006', 'read-only after a failover', Recovery.RECONNECT],
    ['25P03', 'idle in transaction too long', Recovery.RECONNECT],
    ['25P04', 'transaction too long', Recovery.RECONNECT],
    ['08006', 'connection failure', Recovery.RECONNECT],
    ['ECONNRESET', 'reset', Recovery.RECONNECT],
    ['ECONNREFUSED', 'refused', Recovery.RECONNECT],
    ['EHOSTDOWN', 'host down', Recovery.RECONNECT],
    ['ENOTFOUND', 'no such name for now', Recovery.RECONNECT],
    ['ERR_INVALID_ARG_TYPE', 'a bug of ours', Recovery.NONE],
    ['23505', 'duplicate', Recovery.NONE],
    ['23503', 'foreign key', Recovery.NONE],
    ['23514', 'check', Recovery.NONE],
    ['42501', 'no right', Recovery.NONE],
    ['42601', 'syntax', Recovery.NONE],
    ['25P02', 'aborted transaction', Recovery.NONE],
  ])('when it is %s (%s), then the recovery is %s', (code, _, recovery) => {
    expect(recoveryOf(ofDriver(code))).toBe(recovery);
    expect(recoveryOf(throughTypeOrm(code))).toBe(recovery);
  });
});

describe('given a connection that the driver lost without a code', () => {
  it.each([
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'Client has encountered a connection error and is not queryable',
    'Client was closed and is not queryable',
    'timeout exceeded when trying to connect',
    new QueryRunnerAlreadyReleasedError().message,
    new QueryRunnerProviderAlreadyReleasedError().message,
  ])('when it says "%s", then the way is a new connection', (message) => {
    expect(sqlStateOf(new Error(message))).toBe('CONNECTION_LOST');
    expect(recoveryOf(new Error(message))).toBe(Recovery.RECONNECT);
    expect(recoveryOf(new QueryFailedError('SELECT 1', [], new Error(message)))).toBe(Recovery.RECONNECT);
  });
});

describe('given something else that was thrown', () => {
  it.each([new Error('a bug'), 'a string', undefined, null, { code: '40001' }])(
    'when it is %p, then nothing is replayed',
    (thrown) => {
      expect(sqlStateOf(thrown)).toBeUndefined();
      expect(constraintOf(thrown)).toBeUndefined();
      expect(recoveryOf(thrown)).toBe(Recovery.NONE);
    },
  );
});
