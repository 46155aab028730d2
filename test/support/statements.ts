import { jest } from '@jest/globals';
import pg from 'pg';

/** The SQL statements that this process sends to PostgreSQL while the work runs, in their order; BEGIN and COMMIT are such, too. */
export async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const query = jest.spyOn(pg.Client.prototype, 'query');
  try {
    await work();
    return query.mock.calls.map(([given]: unknown[]) =>
      typeof given === 'string' ? given : (given as { text: string }).text,
    );
  } finally {
    query.mockRestore();
  }
}
