/** Just enough of PostgreSQL's protocol (version 3) to see where messages begin and end, and which of them commit. */

/** Splits a stream into whole messages, wherever the packets were cut. */
export class Messages {
  private rest: Buffer = Buffer.alloc(0);
  private isUntyped: boolean;

  /** @param from whose messages: the first of a client has no type */
  constructor(from: 'client' | 'server') {
    this.isUntyped = from === 'client';
  }

  /** The messages that are complete now; what is left waits for more. */
  take(chunk: Buffer): Buffer[] {
    this.rest = this.rest.length ? Buffer.concat([this.rest, chunk]) : chunk;
    const messages: Buffer[] = [];
    for (;;) {
      const typed = this.isUntyped ? 0 : 1;
      if (this.rest.length < typed + 4) return messages;
      const length = typed + this.rest.readInt32BE(typed);
      if (this.rest.length < length) return messages;
      messages.push(this.rest.subarray(0, length));
      this.rest = this.rest.subarray(length);
      this.isUntyped = false;
    }
  }
}

export enum Sense {
  /** COMMIT on its way to the server: as a simple query, or parsed, or bound to what was parsed before. */
  COMMIT = 'COMMIT',
  /** The server's word that it has committed. */
  COMMITTED = 'COMMITTED',
  OTHER = 'OTHER',
}

const CHANGES = /(INSERT INTO|UPDATE) "?(ledger_entries|appointments|authorizations)\b/;

/** Follows one connection. */
export class Conversation {
  private readonly statements = new Map<string, string>();
  /** Since the last transaction ended, something other than the audit trail was written. */
  changes = false;

  ofClient(message: Buffer): Sense {
    const text = this.textOf(message);
    if (text === undefined) return Sense.OTHER;
    if (CHANGES.test(text)) this.changes = true;
    return /(^|;)\s*COMMIT\b/i.test(text) ? Sense.COMMIT : Sense.OTHER;
  }

  ofServer(message: Buffer): Sense {
    if (message[0] === 0x43 && message.toString('latin1', 5, message.length - 1) === 'COMMIT') return Sense.COMMITTED;
    // ReadyForQuery, outside a transaction
    if (message[0] === 0x5a && message[5] === 0x49) this.changes = false;
    return Sense.OTHER;
  }

  /** The SQL that a Query, Parse or Bind is about. */
  private textOf(message: Buffer): string | undefined {
    const [first = '', second = ''] = message.toString('utf8', 5).split('\0', 2);
    switch (String.fromCharCode(message[0] ?? 0)) {
      case 'Q':
        return first;
      case 'P':
        this.statements.set(first, second);
        return second;
      case 'B':
        return this.statements.get(second);
      default:
        return undefined;
    }
  }
}
