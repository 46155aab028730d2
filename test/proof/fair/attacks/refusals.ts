import { randomUUID } from 'node:crypto';
import { idOf, Kind } from '../../../../bench/ids.ts';
import { TOO_MUCH, type Attack } from '../attack.ts';
import { VICTIMS } from '../stage/practices.ts';

const REFUSED_READ = ['FORBIDDEN', 'NOT_FOUND', ...TOO_MUCH] as const;
const FOREIGN = idOf(Kind.APPOINTMENT, VICTIMS.organization, 1);

/** Nothing that is answered with data; what is refused must not cost more than what is answered. */
export const REFUSALS: readonly Attack[] = [
  {
    name: 'junk-logins',
    title: 'logins with passwords that nobody has',
    who: 'anonymous',
    connections: 4,
    answers: ['UNAUTHENTICATED', 'RATE_LIMITED'],
    turn: (attacker) =>
      attacker.send({
        path: '/api/auth/login',
        body: { email: `nobody-${attacker.unique()}@junk.example`, password: 'correct-horse-8' },
      }),
  },
  {
    name: 'junk-refreshes',
    title: 'refresh tokens that nobody has',
    who: 'anonymous',
    connections: 4,
    answers: ['UNAUTHENTICATED', 'RATE_LIMITED'],
    turn: (attacker) => attacker.send({ path: '/api/auth/refresh', body: { refreshToken: randomUUID().repeat(2) } }),
  },
  {
    name: 'junk-tokens',
    title: 'access tokens that nobody has',
    who: 'anonymous',
    connections: 8,
    answers: ['UNAUTHENTICATED', 'RATE_LIMITED'],
    turn: (attacker) =>
      attacker.send({ path: '/graphql', body: { query: '{ me { id } }' }, token: `a.${attacker.unique()}.c` }),
  },
  {
    name: 'forbidden',
    title: '20 x what a patient may not read',
    who: 'patient',
    connections: 8,
    answers: REFUSED_READ,
    turn: (attacker) =>
      attacker.ask(
        `{ ${Array.from({ length: 10 }, (_, nth) => `u${nth}: users { nodes { id } } e${nth}: auditEvents { nodes { id } }`).join(' ')} }`,
      ),
  },
  {
    name: 'not-found',
    title: "20 x another practice's appointment",
    who: 'admin',
    connections: 8,
    answers: REFUSED_READ,
    turn: (attacker) =>
      attacker.ask(
        `{ ${Array.from({ length: 20 }, (_, nth) => `a${nth}: appointment(id: "${FOREIGN}") { id }`).join(' ')} }`,
      ),
  },
  {
    name: 'flood',
    title: 'as many plain calls as there can be',
    who: 'patient',
    connections: 32,
    answers: TOO_MUCH,
    turn: (attacker) => attacker.ask('{ me { id } }'),
  },
  {
    name: 'flood-rest',
    title: 'as many lists by REST as there can be',
    who: 'practitioner',
    connections: 32,
    answers: TOO_MUCH,
    turn: (attacker) => attacker.send({ method: 'GET', path: '/api/sessions?limit=100' }),
  },
];
