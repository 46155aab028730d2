import { describe, expect, it } from '@jest/globals';
import { buildSchema, type GraphQLSchema } from 'graphql';
import { asReleased, breachesOf, tooShort, withUnreleased } from './schema-changelog/changelog.ts';
import { deprecationsOf, removableFrom } from './schema-changelog/deprecations.ts';
import { CHANGELOG, read, RELEASED, releasedText, SCHEMA, schemaIn, versionIn } from './schema-changelog/files.ts';

const today = new Date().toISOString().slice(0, 10);

describe('given schema.graphql and the schema of the last release', () => {
  const [released, now] = [schemaIn(RELEASED), schemaIn(SCHEMA)];

  it('when they differ, then docs/schema-changelog.md tells all of it (else: npm run schema, and commit)', async () => {
    expect(await withUnreleased(read(CHANGELOG), released, now)).toBe(read(CHANGELOG));
  });

  it('when something breaks clients, then it was deprecated before, and its date is over (docs/schema-changes.md)', async () => {
    expect(await breachesOf(released, now, today)).toEqual([]);
  });

  it('when something is deprecated, then its reason is "Use X. Removed no earlier than YYYY-MM-DD."', () => {
    expect([...deprecationsOf(now)].filter(([, reason]) => !removableFrom(reason))).toEqual([]);
  });

  it('when the changelog is read, then the last release in it is the one whose schema is kept', () => {
    expect(/^## (?!Unreleased)(\S+) - /m.exec(read(CHANGELOG))?.[1]).toBe(versionIn(read(RELEASED)));
  });
});

/** `more` stands in a type that a query comes to; without one the type is left out. */
const schema = (more: string, rest = ''): GraphQLSchema =>
  buildSchema(`type Query { visit(day: String): Visit } type Visit { id: ID! ${more} } ${rest}`);
const until = (date: string): string => `@deprecated(reason: "Use notes. Removed no earlier than ${date}.")`;

describe('given something that clients use', () => {
  it.each([
    ['is removed', schema('notes: String'), schema('')],
    [
      'is removed from what gets an interface',
      schema('notes: String', 'interface N { id: ID! } type M implements N { id: ID! }'),
      buildSchema(
        'type Query { visit(day: String): Visit } interface N { id: ID! } type M implements N { id: ID! } type Visit implements N { id: ID! }',
      ),
    ],
    ['becomes null, and is described anew', schema('notes: String!'), schema('"Told." notes: String')],
    ['becomes null', schema('notes: String!'), schema('notes: String')],
    ['is another type', schema('notes: String'), schema('notes: Int')],
    ['goes before its date', schema(`notes: String ${until('2030-01-02')}`), schema('')],
    ['was deprecated without a date', schema('notes: String @deprecated(reason: "Use id.")'), schema('')],
    ['takes its type along', schema('room: Room', 'type Room { id: ID! }'), schema('')],
    ['is a type that nothing leads to', schema('', 'enum Codes { A B }'), schema('', 'enum Codes { A }')],
  ])('when it %s, then that is a breach', async (_, before, after) => {
    expect(await breachesOf(before, after, '2030-01-01')).not.toEqual([]);
  });

  it.each([
    ['a field', schema(`notes: String ${until('2030-01-01')}`), schema('')],
    [
      'a field with its types, which lead to each other',
      schema(`room: Room ${until('2030-01-01')}`, 'type Room { house: House } type House { rooms: [Room] }'),
      schema(''),
    ],
    ['an argument', schema(`notes(of: ID ${until('2030-01-01')}): String`), schema('notes: String')],
    [
      'a value of an enum, and a field of an input',
      schema(
        'notes(in: In): E',
        `enum E { A B ${until('2029-01-01')} } input In { a: Int b: Int ${until('2029-01-01')} }`,
      ),
      schema('notes(in: In): E', 'enum E { A } input In { a: Int }'),
    ],
    ['nothing, but more comes', schema(''), schema('notes(of: ID): Room', 'type Room { id: ID! }')],
  ])('when %s goes on the day that it was announced for, then that is none', async (_, before, after) => {
    expect(await breachesOf(before, after, '2030-01-01')).toEqual([]);
  });
});

describe('given a reason of a deprecation', () => {
  it.each([
    ['Use notes. Removed no earlier than 2030-02-28.', '2030-02-28'],
    ['Use notes. It is longer. Removed no earlier than 2030-02-28.', '2030-02-28'],
    ['Use notes. Removed no earlier than 2030-02-30.', undefined],
    ['Use notes. Removed no earlier than 2030-13-01.', undefined],
    ['Use notes.', undefined],
    ['No longer supported', undefined],
  ])('when it is "%s", then it may go from %s', (reason, date) => {
    expect(removableFrom(reason)).toBe(date);
  });
});

describe('given a changelog', () => {
  const CHANGES = '# Changes\n\n## Unreleased\n\nWhat stood here.\n\n## 0.1.0 - 2029-01-01\n\nThe first.\n';
  const mutation = (codes: string): string => `type Mutation { "Books. Refused with: ${codes}." book: Int }`;
  const before = schema('a: Int b: Int!', `${mutation('NOT_FOUND')} enum Codes { A }`);
  const after = schema(
    `"Told anew." a: Int! c(x: Int!): Int d: Int ${until('2031-01-01')}`,
    `${mutation('NOT_FOUND, STALE_VERSION')} enum Codes { A C } type Room { in: String }`,
  );

  it('when it is written, then what is not released yet is told by how much it hurts, and the rest stays', async () => {
    expect(await withUnreleased(CHANGES, before, after)).toBe(`# Changes

## Unreleased

### Breaking

- Field 'b' was removed from object type 'Visit'

### Dangerous

- Enum value 'C' was added to enum 'Codes'

### Safe

- Field 'Visit.a' changed type from 'Int' to 'Int!'
- Field 'c' was added to object type 'Visit'
- Field 'd' was added to object type 'Visit'
- Type 'Room' was added

### Deprecated

- Visit.d: Use notes. Removed no earlier than 2031-01-01.

### Refusals

- book: NOT_FOUND, STALE_VERSION, before: NOT_FOUND

## 0.1.0 - 2029-01-01

The first.
`);
    expect(await withUnreleased(CHANGES, before, before)).toBe(CHANGES.replace('What stood here.', 'Nothing.'));
  });

  it('when it is released, then what was unreleased is that version, and nothing is since', () => {
    expect(asReleased(CHANGES, '0.2.0', '2030-01-01')).toBe(
      CHANGES.replace('## Unreleased', '## Unreleased\n\nNothing.\n\n## 0.2.0 - 2030-01-01'),
    );
    const kept = releasedText('# Made by hand.\n\ntype Query { a: Int }\n', '0.2.0', '2030-01-01');
    expect([versionIn(kept), kept.endsWith('\n\ntype Query { a: Int }\n')]).toEqual(['0.2.0', true]);
  });

  it('when a deprecation would live less than 180 days from there, or less than was said before, then it is not', () => {
    const [short, long] = [schema(`a: Int ${until('2030-06-29')}`), schema(`a: Int ${until('2030-06-30')}`)];
    expect(tooShort(schema('a: Int'), short, '2030-01-01')).toEqual([
      'Visit.a has to stand until 2030-06-30: Use notes. Removed no earlier than 2030-06-29.',
    ]);
    expect(tooShort(schema('a: Int'), long, '2030-01-01')).toEqual([]);
    expect(tooShort(long, short, '2030-05-01')).toHaveLength(1);
    expect(tooShort(short, short, '2030-05-01')).toEqual([]);
  });
});
