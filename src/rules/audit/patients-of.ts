import type { Tx } from '../../platform/database/transactions/tx.ts';

/**
 * Whose objects of the transaction's organization are, by id. Those are left out that are no patient's, are not there, or are
 * another organization's.
 *
 * @param resource the class of their rows, beginning in lower case, as refusals name it
 */
export async function patientsOf(
  tx: Tx,
  resource: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const row = tx.manager.dataSource.entityMetadatas.find(({ name }) => name.toLowerCase() === resource.toLowerCase());
  const column = row?.columns.find(
    ({ propertyName }) => propertyName === (row.name === 'Patient' ? 'id' : 'patientId'),
  );
  if (!row || !column || !ids.length) return new Map();
  const found = await tx.sql<{ id: string; patientId: string | null }>(
    `SELECT id, ${column.databaseName} AS "patientId" FROM ${row.tableName} WHERE organization_id = $1 AND id = ANY($2)`,
    [tx.organizationId, ids],
  );
  return new Map(found.flatMap(({ id, patientId }) => (patientId ? [[id, patientId]] : [])));
}
