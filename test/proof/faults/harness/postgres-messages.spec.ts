import { describe, expect, it } from '@jest/globals';
import { Conversation, Messages, Sense } from './postgres-messages.ts';

/** A message with a type, as PostgreSQL frames it. */
function message(type: string, ...texts: string[]): Buffer {
  const body = Buffer.from(texts.map((text) => `${text}\0`).join(''));
  const head = Buffer.from(`${type}0000`);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/** As a client sends it first: a length, and no type. */
const STARTUP = message('-', 'user', 'therapy_api', '').subarray(1);
const PIPELINED = [
  message('Q', 'BEGIN; SELECT 1'),
  message('P', 'insert', 'INSERT INTO ledger_entries VALUES ($1)', ''),
  message('B', '', 'insert'),
  message('P', 'end', 'COMMIT', ''),
  message('B', '', 'end'),
  message('S'),
];

describe('given what a client sends in one go', () => {
  it.each([1, 2, 3, 7, 1_000])('when it comes in packets of %i bytes, then it is the same messages', (size) => {
    const stream = Buffer.concat([STARTUP, ...PIPELINED]);
    const messages = new Messages('client');
    const taken: Buffer[] = [];
    for (let at = 0; at < stream.length; at += size) taken.push(...messages.take(stream.subarray(at, at + size)));
    expect(taken.map(String)).toEqual([STARTUP, ...PIPELINED].map(String));
  });

  it('when COMMIT is parsed and bound behind other statements, then it is seen, and that something changes', () => {
    const conversation = new Conversation();
    const senses = PIPELINED.map((each) => [conversation.ofClient(each), conversation.changes]);
    expect(senses).toEqual([
      [Sense.OTHER, false],
      [Sense.OTHER, true],
      [Sense.OTHER, true],
      [Sense.COMMIT, true],
      [Sense.COMMIT, true],
      [Sense.OTHER, true],
    ]);
  });
});

describe('given what the server answers', () => {
  it('when it has committed, then that is told apart from a rollback and from other answers', () => {
    const conversation = new Conversation();
    conversation.ofClient(message('Q', 'UPDATE appointments SET version = 2'));
    const answers = [message('C', 'UPDATE 1'), message('C', 'ROLLBACK'), message('C', 'COMMIT')];
    expect(answers.map((each) => conversation.ofServer(each))).toEqual([Sense.OTHER, Sense.OTHER, Sense.COMMITTED]);
    expect(conversation.changes).toBe(true);

    const ready = message('Z', 'I').subarray(0, 6);
    conversation.ofServer(ready);
    expect(conversation.changes).toBe(false);
  });
});
