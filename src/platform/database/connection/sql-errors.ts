interface PostgresError {
  code?: string;
  constraint?: string;
}

/** SQLSTATE, or a Node connection code such as ECONNRESET, of an error from the driver or through TypeORM. */
export function sqlStateOf(error: unknown): string | undefined {
  return (postgresErrorOf(error).code ?? connectionLost(error)) || undefined;
}

/** The name of the constraint that refused. */
export function constraintOf(error: unknown): string | undefined {
  return postgresErrorOf(error).constraint;
}

/** Whether this constraint was violated (23xxx). */
export function violates(error: unknown, constraint: string): boolean {
  return constraintOf(error) === constraint;
}

/** COMMIT gave up waiting for the synchronous standby: done here, and lost with this server. */
export const WARNING = '01000';

/** An administrator, a crash, the database dropped, or too long idle, in a transaction or a session: PostgreSQL hangs up. */
const HANGS_UP = /^(57P0[1245]|25P0[34]|08P01)$/;

/** Whether PostgreSQL ends the connection with this error. */
export function endsConnection(error: unknown): boolean {
  return HANGS_UP.test(sqlStateOf(error) ?? '');
}

/** No connection, or none any more: what PostgreSQL says of it, what the network does, and what node-pg calls neither. */
const AWAY =
  /^(08...|57P0[1235]|53300|25006|25P0[34]|E(CONN[A-Z]+|PIPE|TIMEDOUT|(HOST|NET)(UNREACH|DOWN)|AI_AGAIN|NOTFOUND)|CONNECTION_LOST)$/;

export enum Recovery {
  /** A business answer or a bug: replaying would give the same. */
  NONE = 'NONE',
  /** Certainly rolled back by PostgreSQL; the connection is fine. */
  REPLAY = 'REPLAY',
  /** As REPLAY, but once: what was too slow twice is too slow. */
  REPLAY_ONCE = 'REPLAY_ONCE',
  /** The connection is gone. Before COMMIT nothing was saved. */
  RECONNECT = 'RECONNECT',
}

/** What may be done about an error, by ledger.md's table of SQLSTATEs. */
export function recoveryOf(error: unknown): Recovery {
  const state = sqlStateOf(error);
  if (!state) return Recovery.NONE;
  if (['40001', '40P01', '55P03'].includes(state)) return Recovery.REPLAY;
  // 57014: statement time-out. 53100, 53200: no disk, no memory. 23P01: somebody overlapped in the same instant; the
  // replay can say who.
  if (['57014', '53100', '53200', '23P01', WARNING].includes(state)) return Recovery.REPLAY_ONCE;
  return AWAY.test(state) ? Recovery.RECONNECT : Recovery.NONE;
}

function postgresErrorOf(error: unknown): PostgresError {
  if (!(error instanceof Error)) return {};
  const { driverError } = error as { driverError?: PostgresError };
  return driverError ?? (error as PostgresError);
}

/** node-pg, and TypeORM once node-pg has told it, tell a few losses of the connection by their message alone. */
function connectionLost(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  return /Connection terminated|Client has encountered a connection error|Client was closed|connection is closed|timeout exceeded when trying to connect|not queryable|already released/i.test(
    message,
  )
    ? 'CONNECTION_LOST'
    : '';
}
