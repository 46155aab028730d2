import type { GraphQLAnswer } from '../../support/test-app.ts';
import type { RestAnswer } from '../../support/rest.ts';
import type { Cell, Stage } from './stage.ts';

/** Makes the call of a row for one cell, and says what the cell should say. */
export type Heard = (stage: Stage, cell: Cell) => Promise<string>;

/** Which of a list's rows are whose. */
export interface Listing {
  readonly table: string;
  /** SQL for what is the practitioner's ($1) or the patient's ($2) own; users are $3 and $4. */
  readonly own: Readonly<Partial<Record<'PRACTITIONER' | 'PATIENT', string>>>;
  /** Where the organization is in another column. */
  readonly organization?: string;
}

/** What an answer to a GraphQL query or mutation comes to. */
export function told({ code, data }: GraphQLAnswer, field: string): string {
  if (code) return code;
  return (data as Record<string, unknown>)[field] === null ? 'null' : 'yes';
}

export function toldByRest({ status, body }: RestAnswer): string {
  return status < 400 ? 'yes' : (body as { code: string }).code;
}

/** Which rows a list has given: all, the organization's, the caller's own, or none. */
export async function rowsTold(stage: Stage, cell: Cell, listing: Listing, ids: readonly string[]): Promise<string> {
  const { table, own, organization = 'organization_id' } = listing;
  if (!ids.length) return 'none';
  const { patient, practitioner, practice } = cell.target;
  // of somebody else's, by a filter: whose they are has been asked for already
  if (cell.whose !== 'own') return 'yes';
  if (same(ids, await stage.idsIn(table))) return 'all';
  const role = cell.column.startsWith('PATIENT') ? 'PATIENT' : 'PRACTITIONER';
  const condition = own[role];
  if (condition !== undefined && cell.column.startsWith(role)) {
    const values = [practitioner.id, patient.id, practitioner.userId, patient.userId];
    const every = '$1::uuid IS NOT NULL AND $2::uuid IS NOT NULL AND $3::uuid IS NOT NULL AND $4::uuid IS NOT NULL';
    if (same(ids, await stage.idsIn(table, `${every} AND ${condition}`, values))) return 'own';
  }
  return same(ids, await stage.idsIn(table, `${organization} = $1`, [practice.id]))
    ? 'own org'
    : `other rows: ${ids.join()}`;
}

function same(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && [...some].sort().join() === [...others].sort().join();
}
