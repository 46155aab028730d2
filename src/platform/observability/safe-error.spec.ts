import { describe, expect, it } from '@jest/globals';
import { safeError } from './safe-error.ts';

describe('given an error whose message quotes a value', () => {
  it.each([
    ['graphql-js', 'Int cannot represent non-integer value: "Marked"'],
    ['graphql-js, of an enum', 'Enum "Status" cannot represent value: "Marked"'],
    ['graphql-js, of an object', 'Expected value of type "Patient" but got: { name: Marked }.'],
    ['JSON.parse', `Unexpected token 'M', "Marked" is not valid JSON`],
    ['a scalar', 'Value is not a date, found Marked'],
    ['a date library', 'cannot parse: Marked'],
    ['a URL', `'Marked' is not a valid url component`],
  ])('when %s made it, then what is logged is without the value', (_by, message) => {
    const told = safeError(new RangeError(message));

    expect(JSON.stringify(told)).not.toContain('Marked');
    expect(told).toMatchObject({ name: 'RangeError', stack: expect.stringContaining('    at ') });
  });

  it('when it is an error of PostgreSQL, then its SQLSTATE, constraint and statement stand for its message', () => {
    const driverError = { code: '23514', constraint: 'units', table: 'authorizations', detail: 'contains (Marked)' };
    const error = Object.assign(new Error('row contains Marked'), {
      driverError,
      query: 'UPDATE a SET b = $1',
      parameters: ['Marked'],
    });

    const told = safeError(error);

    expect(told).toMatchObject({ message: 'SQLSTATE 23514', constraint: 'units', query: 'UPDATE a SET b = $1' });
    expect(JSON.stringify(told)).not.toContain('Marked');
  });
});

describe('given a slip of our own', () => {
  it('when it is logged, then the name of the property is in it', () => {
    const slip = new TypeError(`Cannot read properties of undefined (reading 'units')`);

    expect(safeError(slip)).toMatchObject({ message: `Cannot read properties of undefined (reading 'units')` });
  });
});
