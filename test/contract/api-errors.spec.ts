import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ErrorCode } from '../../src/foundation/errors/error-code.ts';

describe('given the document of errors for clients, docs/api-errors.md', () => {
  const text = readFileSync('docs/api-errors.md', 'utf8');
  const sections = text.split(/^## /m).slice(1);
  const codes = Object.values(ErrorCode).sort();

  it('when its sections are listed, then there is one for each code, and no other', () => {
    expect(sections.map((section) => section.split('\n')[0]).sort()).toEqual(codes);
  });

  it('when its table is read, then it has a row for each code', () => {
    const rows = [...text.matchAll(/^\| `([A-Z_]+)` +\| (\d+) /gm)];
    expect(rows).toHaveLength(codes.length);
    expect(Object.fromEntries(rows.map(([, code, status]) => [code, Number(status)]))).toEqual(HTTP_STATUS);
  });

  it.each(sections.map((section) => [section.split('\n')[0]!, section]))(
    'when %s is read, then it says when it comes, with which details, and what a client does',
    (_, section) => {
      expect([...section.matchAll(/^\*\*(.+?)\.\*\*/gm)].map(([, part]) => part)).toEqual([
        'When',
        'Details',
        'What a client does',
      ]);
    },
  );
});

const HTTP_STATUS: Record<ErrorCode, number> = {
  [ErrorCode.UNAUTHENTICATED]: 401,
  [ErrorCode.FORBIDDEN]: 403,
  [ErrorCode.IDENTITY_UNCONFIRMED]: 403,
  [ErrorCode.NOT_FOUND]: 404,
  [ErrorCode.BAD_USER_INPUT]: 400,
  [ErrorCode.INSUFFICIENT_UNITS]: 400,
  [ErrorCode.AUTHORIZATION_NOT_USABLE]: 400,
  [ErrorCode.AUTHORIZATION_PATIENT_MISMATCH]: 400,
  [ErrorCode.SCHEDULING_CONFLICT]: 409,
  [ErrorCode.INVALID_STATUS_TRANSITION]: 409,
  [ErrorCode.STALE_VERSION]: 409,
  [ErrorCode.IDEMPOTENCY_KEY_REUSED]: 409,
  [ErrorCode.RATE_LIMITED]: 429,
  [ErrorCode.TRY_AGAIN]: 503,
  [ErrorCode.INTERNAL_SERVER_ERROR]: 500,
};
