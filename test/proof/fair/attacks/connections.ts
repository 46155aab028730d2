import { TOO_MUCH, type Attack } from '../attack.ts';

const BOOKED = '{ appointments(first: 200) { nodes { id startTime endTime status notes patient { id lastName } } } }';
/** Longer than anybody keeps a request that does not come. */
const SLOW_MS = 40_000;
const BETWEEN_BYTES_MS = 500;

/** What keeps connections, and answers, and does nothing with them. */
export const CONNECTIONS: readonly Attack[] = [
  {
    name: 'slow-readers',
    title: 'answers that are never read',
    who: 'admin',
    connections: 40,
    answers: [...TOO_MUCH, 'CUT'],
    // 8 of them on one connection: more than the kernel takes off the API's hands, and as many as may wait
    turn: (attacker) =>
      attacker.hold(attacker.request({ query: BOOKED }).repeat(8), { reads: false, forMs: SLOW_MS / 4 }),
  },
  {
    name: 'pipelined',
    title: '200 requests on each connection, without waiting for an answer',
    who: 'admin',
    connections: 40,
    answers: [...TOO_MUCH, 'CUT'],
    turn: (attacker) => attacker.hold(attacker.request({ query: BOOKED }).repeat(200), { reads: true, forMs: 500 }),
  },
  {
    name: 'half-sent',
    title: 'bodies that are sent by half',
    who: 'anonymous',
    connections: 50,
    answers: ['CUT'],
    turn: (attacker) => attacker.hold(attacker.request({ query: '{ me { id } }' }, 8), { reads: true, forMs: SLOW_MS }),
  },
  {
    name: 'half-headed',
    title: 'headers that never end',
    who: 'anonymous',
    connections: 50,
    answers: ['CUT'],
    turn: (attacker) =>
      attacker.hold('POST /graphql HTTP/1.1\r\nhost: api\r\nx-padding: ', { reads: true, forMs: SLOW_MS }),
  },
  {
    name: 'idle',
    title: '400 connections on which nothing comes',
    who: 'anonymous',
    connections: 400,
    answers: ['CUT'],
    turn: (attacker) => attacker.hold('', { reads: true, forMs: SLOW_MS }),
  },
  {
    name: 'comes-and-goes',
    title: 'connections that are opened and closed',
    who: 'anonymous',
    connections: 20,
    answers: ['CUT'],
    turn: (attacker) => attacker.hold('', { reads: true, forMs: BETWEEN_BYTES_MS }),
  },
];
