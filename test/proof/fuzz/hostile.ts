import fc, { type Arbitrary } from 'fast-check';
import { Late, Raw } from './values.ts';

/** What a leaf of an input may hold, as GraphQL names it; enums are ENUM. */
export type LeafKind = 'ID' | 'String' | 'Int' | 'Boolean' | 'DateTime' | 'Date' | 'JSONObject' | 'ENUM';

const long = (length: number, of = 'x'): Late => new Late(() => of.repeat(length));
const any = (...values: unknown[]): Arbitrary<unknown> => fc.constantFrom(...values);

const CONTROL = ['\u0000', '\u0007', '\u001b', '\u007f', '\u0085', 'a\u0000b', 'a\tb', 'a\r\nx-injected: 1', '\u2028'];
const SURROGATES = ['\ud800', '\udc00', 'x\ud83d', '\udfff\ud800', '\u202e\u2066', '\ufeff', '\uffff', 'e\u0301', 'ﬀ'];
const INJECTED = [
  "' OR '1'='1",
  "'; DROP TABLE users; --",
  "x' UNION SELECT email FROM users --",
  '$1',
  ':scopePatient',
  '%',
  '_',
  '\\',
  '*',
  '${7*7}',
  '{{7*7}}',
  '<%= 7 %>',
  '#{7}',
  '%s%n%x',
  '${jndi:ldap://127.0.0.1/a}',
  '<script>alert(1)</script>',
  '../../../../etc/passwd',
  'file:///etc/passwd',
  'http://127.0.0.1:1/',
  'FREQ=SECONDLY',
  'FREQ=DAILY;COUNT=999999999',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
];
const LOOKALIKES = [
  '',
  ' ',
  'NaN',
  'Infinity',
  '-0',
  'null',
  'undefined',
  'true',
  '0x10',
  '1e3',
  '١٢٣',
  '[object Object]',
];
const LONG = [
  long(201),
  long(501),
  long(10_001),
  long(100_001),
  long(1_000_000),
  long(300_000, 'é'),
  long(5_000, '😀'),
];

export const hostileTexts: Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: any(...CONTROL, ...SURROGATES) },
  { weight: 3, arbitrary: any(...INJECTED) },
  { weight: 2, arbitrary: any(...LOOKALIKES) },
  { weight: 1, arbitrary: any(...LONG) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 300 }) },
);

const numbers: Arbitrary<unknown> = fc.oneof(
  any(0, -1, 1.5, 0.1 + 0.2, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1, 2 ** 53, 1e21, 1e308, 5e-324),
  any(new Raw('1e400'), new Raw('-0'), new Raw('1E5'), new Raw('1.0'), new Raw('9'.repeat(400)), new Raw('NaN')),
  fc.integer(),
  fc.double(),
);

const times: Arbitrary<unknown> = any(
  '2026-02-30',
  '2026-02-30T10:00:00Z',
  '0000-00-00',
  '1899-12-31',
  '9999-12-31',
  '9998-12-31T23:59:59.999Z',
  '+275760-09-13T00:00:00Z',
  '-000001-01-01T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-01-01T24:00:00Z',
  '2016-12-31T23:59:60Z',
  '2026-01-01T00:00:00',
  '2026-01-01T00:00:00+99:99',
  '2026-01-01T00:00:00-00:00',
  '2026-01-01T00:00:00+14:00',
  '2026-01-01T00:00:00.123456789Z',
  '2026-01-01T00:00:00[America/New_York]',
  '2026-11-01T01:30:00-04:00',
  '2026-03-08T02:30:00-05:00',
  '2026-W01-1',
  '20260101',
  'tomorrow',
  0,
  1_767_225_600_000,
);

const zones: Arbitrary<unknown> = any(
  'posix/America/New_York',
  'EST5EDT',
  'Etc/GMT+12',
  '+25:00',
  'Nowhere/At_All',
  'UTC0',
);

const ids: Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: fc.nat(200).map((pick) => new Late(({ foreign }) => foreign.anyId(pick))) },
  { weight: 2, arbitrary: fc.nat(200).map((pick) => new Late(({ foreign }) => foreign.anyId(pick).toUpperCase())) },
  { weight: 1, arbitrary: fc.nat(200).map((pick) => new Late(({ own }) => own.anyId(pick))) },
  { weight: 1, arbitrary: fc.nat(200).map((pick) => new Late(({ own }) => own.anyId(pick).toUpperCase())) },
  { weight: 1, arbitrary: fc.nat(200).map((pick) => new Late(({ own }) => `{${own.anyId(pick)}}`)) },
  { weight: 1, arbitrary: fc.nat(200).map((pick) => new Late(({ own }) => own.anyId(pick).replaceAll('-', ''))) },
  { weight: 1, arbitrary: fc.uuid() },
  { weight: 1, arbitrary: any('00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 1, -1) },
);

const deep = (levels: number, open: string, shut: string): Raw =>
  new Raw(open.repeat(levels) + '1' + shut.repeat(levels));
const named = (name: string, value: unknown): object => Object.fromEntries([[name, value]]);

const objects: Arbitrary<unknown> = fc.oneof(
  any(
    named('__proto__', { isSuperAdmin: true }),
    named('constructor', { prototype: { isSuperAdmin: true } }),
    named('toString', null),
    named('hasOwnProperty', 1),
    named('\u0000', '\ud800'),
    named('', {}),
  ),
  any(deep(31, '{"a":', '}'), deep(33, '{"a":', '}'), deep(5_000, '{"a":', '}'), deep(400, '[', ']')),
  fc.dictionary(fc.string({ unit: 'binary', maxLength: 5 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 5 }),
);

const misplaced: Arbitrary<unknown> = fc.oneof(
  any(null, true, false, [], {}, [null], [[]], 0, '', 'x'),
  objects,
  fc.jsonValue({ maxDepth: 2 }),
);

const OF_KIND: Readonly<Record<LeafKind, Arbitrary<unknown>>> = {
  ID: ids,
  String: fc.oneof({ weight: 9, arbitrary: hostileTexts }, { weight: 1, arbitrary: zones }),
  Int: numbers,
  Boolean: any('true', 1, 0, 'yes'),
  DateTime: times,
  Date: times,
  JSONObject: objects,
  ENUM: any('', 'NOBODY', 'admin', '__proto__', 1, ['ADMIN']),
};

/** What nobody means where a leaf of this kind belongs. */
export function hostileFor(kind: LeafKind): Arbitrary<unknown> {
  return fc.oneof(
    { weight: 6, arbitrary: OF_KIND[kind] },
    { weight: 2, arbitrary: misplaced },
    // ids in texts would be kept, and be found in answers for no fault of the API
    {
      weight: 1,
      arbitrary: kind === 'String' ? fc.oneof(numbers, times) : fc.oneof(hostileTexts, numbers, times, ids),
    },
  );
}
