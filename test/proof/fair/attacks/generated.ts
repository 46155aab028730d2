import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { TOO_MUCH, type Attack, type Who } from '../attack.ts';
import { DearQueries } from '../generator/dear-queries.ts';

const REFUSED = ['BAD_USER_INPUT', 'FORBIDDEN', 'NOT_FOUND', ...TOO_MUCH] as const;

let queries: DearQueries | undefined;

/** Made once, in the process that attacks. */
function dearQueries(): DearQueries {
  return (queries ??= new DearQueries(buildSchema(readFileSync('schema.graphql', 'utf8'))));
}

function generated(who: Who, connections: number): Attack {
  return {
    name: `generated-${who}`,
    title: 'what a generator makes of the schema, near all limits',
    who,
    connections,
    answers: who === 'anonymous' ? [...REFUSED, 'UNAUTHENTICATED'] : REFUSED,
    turn: (attacker) => attacker.ask(dearQueries().next(attacker.random)),
  };
}

/** Whatever can be asked for: fields that come later come into it by themselves. */
export const GENERATED: readonly Attack[] = [
  generated('anonymous', 4),
  generated('patient', 6),
  generated('practitioner', 6),
  generated('admin', 6),
];
