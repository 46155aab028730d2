import { TOO_MUCH, type Attack } from '../attack.ts';
import type { Attacker } from '../load/attacker.ts';
import type { Answer } from '../load/client.ts';

const REFUSED = ['BAD_USER_INPUT', ...TOO_MUCH] as const;

/** Whether its fields can be merged is asked of each pair of them. */
const PAIRS = `{ ${'me { organization { id } } '.repeat(300)} }`;
/** As long as a document may be, and valid. */
const LONG = `{ ${Array.from({ length: 18 }, (_, nth) => `a${nth}: me { id email role active organization { id name timeZone createdAt } practitioner { id firstName lastName licenseNumber specialization } patient { id firstName lastName } }`).join(' ')} }`;

/** Thirty lines that stand for a thousand million fields. */
const FRAGMENTS = `{ me { ...F0 } } ${Array.from({ length: 30 }, (_, nth) => `fragment F${nth} on User { ...F${nth + 1} ...F${nth + 1} }`).join(' ')} fragment F30 on User { organization { id } }`;

const isNew = (document: string) => (attacker: Attacker) => attacker.ask(`${document} # ${attacker.unique()}`);
const isKnown =
  (document: string) =>
  (attacker: Attacker): Promise<Answer> =>
    attacker.ask(document);

/** What takes long to read before anybody is asked whose it is. */
export const DOCUMENTS: readonly Attack[] = [
  {
    name: 'pairs-anonymous',
    title: 'me { organization { id } } x 300, each time another document',
    who: 'anonymous',
    connections: 4,
    answers: REFUSED,
    turn: isNew(PAIRS),
  },
  {
    name: 'pairs-anonymous-same',
    title: 'me { organization { id } } x 300, always the same document',
    who: 'anonymous',
    connections: 4,
    answers: REFUSED,
    turn: isKnown(PAIRS),
  },
  {
    name: 'pairs-patient',
    title: 'me { organization { id } } x 300, each time another document',
    who: 'patient',
    connections: 4,
    answers: REFUSED,
    turn: isNew(PAIRS),
  },
  {
    name: 'long-anonymous',
    title: 'long valid documents, each time another one',
    who: 'anonymous',
    connections: 4,
    answers: [...REFUSED, 'UNAUTHENTICATED'],
    turn: isNew(LONG),
  },
  {
    name: 'long-patient',
    title: 'long valid documents, each time another one',
    who: 'patient',
    connections: 4,
    answers: REFUSED,
    turn: isNew(LONG),
  },
  {
    name: 'fragments',
    title: 'fragments in fragments, each spread twice, each time another document',
    who: 'patient',
    connections: 4,
    answers: REFUSED,
    turn: isNew(FRAGMENTS),
  },
  {
    name: 'large-bodies',
    title: 'bodies of 1 MB',
    who: 'patient',
    connections: 4,
    answers: REFUSED,
    turn: (attacker) => attacker.ask('{ me { id } }', { unused: 'x'.repeat(1_000_000) }),
  },
  {
    name: 'large-bodies-anonymous',
    title: 'bodies of 1 MB, and bodies that do not say how long they are',
    who: 'anonymous',
    connections: 4,
    answers: [...REFUSED, 'UNAUTHENTICATED', 'CUT'],
    turn: (attacker) => attacker.ask('{ me { id } }', { unused: 'x'.repeat(1_000_000) }),
  },
];
