import { ErrorCode } from '../../../src/foundation/errors/error-code.ts';
import type { Answer, Told } from './answer.ts';
import { KINDS } from './graphql-inputs.ts';
import type { Input, Sent } from './input.ts';

/** Calls whose document is right, so that what is wrong with them is an input, or a limit with its figures. */
const OF_INPUTS: readonly string[] = Object.values(KINDS);

/** What an error that came back lacks of what docs/api-errors.md promises. */
export function faultsOfErrors({ kind }: Input, { url }: Sent, { errors, requestId }: Answer): string[] {
  const isRest = url.startsWith('/api/');
  return errors.flatMap((error) => {
    const faults = error.requestId === requestId ? [] : ['an error without the id of its request'];
    if (error.code === ErrorCode.FORBIDDEN && !saysWhy(error)) faults.push('FORBIDDEN, and not why');
    if (error.code !== ErrorCode.BAD_USER_INPUT) return faults;
    const mustSay = isRest || error.path !== undefined || OF_INPUTS.includes(kind);
    return [...faults, ...faultsOfFields(error, mustSay)];
  });
}

/** By their role, or this object alone. */
function saysWhy({ details }: Told): boolean {
  const { permission, roles, resource, resourceId } = (details ?? {}) as Record<string, unknown>;
  return (typeof permission === 'string' && Array.isArray(roles)) || (!!resource && !!resourceId);
}

function faultsOfFields({ details, message }: Told, mustSay: boolean): string[] {
  const { fields } = (details ?? {}) as { fields?: Record<string, unknown> };
  if (!fields) {
    // text that cannot be parsed has no fields; a query that is too much tells its figures
    const isOther = details !== undefined || String(message).startsWith('Syntax Error');
    return mustSay && !isOther ? [`BAD_USER_INPUT, and not what is wrong: ${String(message)}`] : [];
  }
  const said = Object.entries(fields);
  if (!said.length) return ['BAD_USER_INPUT with no field in details.fields'];
  return said.flatMap(([field, words]) => {
    if (!field || !Array.isArray(words) || !words.length) return [`${field || 'a field'} is told without words`];
    const doubled = words.find((each) =>
      [`${field} `, `each value in ${field} `].some((twice) => String(each).startsWith(twice)),
    );
    return doubled === undefined ? [] : [`${field} is told twice: ${String(doubled)}`];
  });
}
