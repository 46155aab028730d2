import { isUtf8 } from 'node:buffer';
import { BadUserInput } from '../foundation/errors/domain-error.ts';
import { lossOf, type Loss } from '../platform/graphql/inputs/exact-json.ts';

const BYTE_ORDER_MARK = 0xfeff;

/**
 * What a body says, all of it. Fastify's own parser refuses every key `__proto__` and `constructor`, for the sake of code that
 * copies objects key by key onto others: here nothing does, and to a client these are names like any other.
 *
 * @throws SyntaxError it is no JSON, or not in UTF-8
 * @throws BadUserInput it is JSON that JavaScript would read otherwise
 */
export function readJson(sent: Buffer): unknown {
  if (!isUtf8(sent)) throw new SyntaxError('The body is not in UTF-8.');
  const text = sent.toString();
  const json = text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
  const value: unknown = JSON.parse(json);
  const loss = lossOf(json);
  if (loss) throw new BadUserInput({ [fieldOf(loss.path)]: loss.said });
  return value;
}

/** As the checks of inputs name it: without the name of a variable of GraphQL, and without positions in lists. */
function fieldOf([first, ...inner]: Loss['path']): string {
  const path = first === 'variables' ? inner.slice(inner.length > 1 ? 1 : 0) : [first, ...inner];
  return (
    path
      .filter((name) => typeof name === 'string')
      .join('.')
      .slice(0, 200) || 'body'
  );
}
