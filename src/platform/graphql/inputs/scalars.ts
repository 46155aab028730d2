import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { Temporal } from 'temporal-polyfill';

const OFFSET_GIVEN = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?([Zz]|[+-]\d{2}:\d{2})$/;
const HOUR_24 = /[Tt]24:/;
const FIRST = Date.UTC(1900, 0, 1);
const LAST = Date.UTC(9999, 0, 1);

/** Dates in JavaScript. What PostgreSQL could not keep, or nobody can mean (years before 1900), is refused here. */
export const DateTimeScalar = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description: 'An instant. Input: ISO-8601 with an offset or Z. Output: UTC, with Z and milliseconds.',
  parseValue: (value) => parseInstant(value),
  parseLiteral: (node) => parseInstant(stringOf(node), node),
  serialize: (value) => (value as Date).toISOString(),
});

/** `YYYY-MM-DD` strings in JavaScript: a Date would drag them through a time zone. */
export const DateScalar = new GraphQLScalarType<string, string>({
  name: 'Date',
  description: "A calendar date, YYYY-MM-DD, in the organization's time zone.",
  parseValue: (value) => parseDate(value),
  parseLiteral: (node) => parseDate(stringOf(node), node),
  serialize: (value) => value as string,
});

function parseInstant(value: unknown, node?: ValueNode): Date {
  if (typeof value !== 'string' || !OFFSET_GIVEN.test(value))
    throw refusal('an ISO-8601 date and time with an offset or Z', node);
  if (HOUR_24.test(value)) throw refusal('of an hour from 00 to 23: midnight is 00:00 of the next day', node);
  const instant = attempt(() => new Date(Temporal.Instant.from(value).epochMilliseconds));
  if (!instant || instant.getTime() < FIRST || instant.getTime() >= LAST)
    throw refusal('an existing instant from 1900 on', node);
  return instant;
}

function parseDate(value: unknown, node?: ValueNode): string {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) throw refusal('a date, YYYY-MM-DD', node);
  const date = attempt(() => Temporal.PlainDate.from(value));
  if (!date || date.year < 1900) throw refusal('an existing date from 1900 on', node);
  return value;
}

function stringOf(node: ValueNode): string | undefined {
  return node.kind === Kind.STRING ? node.value : undefined;
}

function attempt<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}

/** Never quotes the value: it may be patient data. Where it stands in the document, its node tells. */
function refusal(expected: string, nodes?: ValueNode): GraphQLError {
  return new GraphQLError(`must be ${expected}`, { nodes });
}
