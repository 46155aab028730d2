import type { Tx } from '../../platform/database/transactions/tx.ts';

/**
 * Whose an object of the transaction's organization is. Null where it is no patient's, is not there, or is another
 * organization's.
 *
 * @param resource the class of its row, beginning in lower case, as refusals name it
 */
export async function patientOf(tx: Tx, resource: string, id: string): Promise<string | null> {
  const row = tx.manager.dataSource.entityMetadatas.find(({ name }) => name.toLowerCase() === resource.toLowerCase());
  const column = row?.columns.find(
    ({ propertyName }) => propertyName === (row.name === 'Patient' ? 'id' : 'patientId'),
  );
  if (!row || !column) return null;
  const [found] = await tx.sql<{ patientId: string | null }>(
    `SELECT ${column.databaseName} AS "patientId" FROM ${row.tableName} WHERE organization_id = $1 AND id = $2`,
    [tx.organizationId, id],
  );
  return found?.patientId ?? null;
}
