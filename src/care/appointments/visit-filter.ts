import type { ObjectLiteral } from 'typeorm';
import type { RowQuery } from '../../platform/database/rows/row-query.ts';
import { BadUserInput } from '../../foundation/errors/domain-error.ts';
import { LONGEST_VISIT_HOURS, MINUTE } from '../../foundation/time/time-window.ts';

/** What appointments and sessions are filtered by. */
export interface VisitFilter {
  readonly patientId?: string | null;
  readonly practitionerId?: string | null;
  readonly authorizationId?: string | null;
  readonly status?: readonly string[] | null;
  readonly from?: Date | null;
  readonly to?: Date | null;
}

/**
 * Narrows a query over `row` to a filter. Overlap is asked on start_time, with the longest visit as its bound: under
 * row-level security the GiST index does not serve `&&`, and the btree is 18 times faster.
 *
 * @throws BadUserInput `to` is not after `from`
 */
export function filterVisits<Row extends ObjectLiteral>(query: RowQuery<Row>, filter: VisitFilter): RowQuery<Row> {
  const { patientId, practitionerId, authorizationId, status, from, to } = filter;
  if (from != null && to != null && to <= from) throw new BadUserInput({ to: 'must be after from' });
  if (patientId != null) query.andWhere('row.patientId = :patientId', { patientId });
  if (practitionerId != null) query.andWhere('row.practitionerId = :practitionerId', { practitionerId });
  if (authorizationId != null) query.andWhere('row.authorizationId = :authorizationId', { authorizationId });
  // of one status the index has the visits in the list's order; of several it has not
  if (status?.length === 1) query.andWhere('row.status = :status', { status: status[0] });
  else if (status != null) query.andWhere('row.status = ANY(:status)', { status });
  if (to != null) query.andWhere('row.startTime < :to', { to });
  if (from != null)
    query.andWhere('row.startTime > :earliest AND row.endTime > :from', {
      from,
      earliest: new Date(from.getTime() - LONGEST_VISIT_HOURS * 60 * MINUTE - 1),
    });
  return query;
}
