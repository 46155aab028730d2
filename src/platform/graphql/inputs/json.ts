import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { INEXACT, isExact } from './exact-json.ts';
import { check, textProblem } from './validation.ts';

type JsonObject = Readonly<Record<string, unknown>>;
/** The keys that lead to a value. */
type Path = readonly (string | number)[];
type Variables = Readonly<Record<string, unknown>> | null | undefined;

const DEEPEST = 32;

export const JSONObjectScalar = new GraphQLScalarType<JsonObject, JsonObject>({
  name: 'JSONObject',
  description: `A JSON object. It comes back as the same JSON value, whatever its keys are called; the order of the keys and the spelling of a number
(1.0, 1e2) may be another one. What cannot be kept so is BAD_USER_INPUT and named: a key that is there twice, a number that a double does not hold to its
last digit (9007199254740993, 1e400), control characters other than tab, CR and LF, half a surrogate pair, more than ${DEEPEST} levels.`,
  parseValue: keepable,
  parseLiteral: (node, variables) => keepable(valueOf(node, variables, []), node),
  serialize: (value) => value as JsonObject,
});

/** No more than so many bytes of JSON; all else about it is the scalar's. */
export function IsJsonObject({ maxBytes }: { maxBytes: number }): PropertyDecorator {
  return check('isJsonObject', (value) =>
    Buffer.byteLength(JSON.stringify(value)) > maxBytes ? `must be at most ${maxBytes} bytes of JSON` : undefined,
  );
}

function keepable(value: unknown, node?: ValueNode): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Date)
    throw refusal([], 'must be a JSON object', node);
  requireKeepable(value, [], node);
  return value as JsonObject;
}

/** @throws GraphQLError what PostgreSQL could not keep, or nobody can mean */
function requireKeepable(value: unknown, path: Path, node?: ValueNode): void {
  if (path.length > DEEPEST) throw refusal([], `must be at most ${DEEPEST} levels deep`, node);
  if (typeof value === 'number' && !Number.isFinite(value)) throw refusal(path, INEXACT, node);
  if (value instanceof Date) throw refusal(path, 'is no value of JSON: declare its variable as a String', node);
  if (typeof value === 'string') {
    const problem = textProblem(value, 0, Number.MAX_SAFE_INTEGER);
    if (problem) throw refusal(path, problem, node);
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    const problem = textProblem(key, 0, Number.MAX_SAFE_INTEGER);
    if (problem) throw refusal(path, `a key ${problem}`, node);
    requireKeepable(inner, [...path, key], node);
  }
}

/** What is written inline. A variable that was left out leaves its key out, as in every input of GraphQL. */
function valueOf(node: ValueNode, variables: Variables, path: Path): unknown {
  switch (node.kind) {
    case Kind.OBJECT:
      return Object.fromEntries(
        node.fields
          .map(({ name, value }) => [name.value, valueOf(value, variables, [...path, name.value])] as const)
          .filter(([, value]) => value !== undefined),
      );
    case Kind.LIST:
      return node.values.map((value, index) => valueOf(value, variables, [...path, index]) ?? null);
    case Kind.INT:
    case Kind.FLOAT:
      if (!isExact(node.value)) throw refusal(path, INEXACT, node);
      return Number(node.value);
    case Kind.STRING:
    case Kind.BOOLEAN:
      return node.value;
    case Kind.NULL:
      return null;
    case Kind.VARIABLE:
      return variables?.[node.name.value];
    case Kind.ENUM:
      throw refusal(path, 'is a name, and no value of JSON: quote it', node);
  }
}

/** Never quotes the value: it may be patient data. Where it stands in the document, its node tells. */
function refusal(path: Path, said: string, nodes?: ValueNode): GraphQLError {
  return new GraphQLError(path.length ? `${path.join('.').slice(0, 200)} ${said}` : said, { nodes });
}
