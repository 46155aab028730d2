import type pg from 'pg';

/** What EXPLAIN (FORMAT JSON) tells of a step of a plan. */
interface Step {
  readonly 'Node Type': string;
  readonly 'Parent Relationship'?: string;
  readonly 'Join Filter'?: string;
  readonly Strategy?: string;
  readonly Plans?: readonly Step[];
}

/** They have one row, or a few that do not come from a table. */
const FEW_ROWS = ['Values Scan', 'Function Scan', 'Result'];

/** The plan that PostgreSQL makes of a query, in the transaction that the connection is in. */
export async function planOf(client: pg.Client, text: string, values: unknown[] = []): Promise<Step> {
  const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Step }] }>(`EXPLAIN (FORMAT JSON) ${text}`, values);
  return rows[0]!['QUERY PLAN'][0].Plan;
}

/** The steps that compare many rows with many, so that ten times the rows can take a hundred times as long. */
export function quadraticSteps(step: Step): string[] {
  const below = (step.Plans ?? []).flatMap(quadraticSteps);
  return isQuadratic(step) ? [nameOf(step), ...below] : below;
}

function isQuadratic(step: Step): boolean {
  // asked again for each row of the step that it is part of
  if (step['Parent Relationship'] === 'SubPlan') return true;
  if (step['Node Type'] === 'Nested Loop') return !step.Plans?.some(hasFewRows);
  // by the keys that an index has in order, which may be few of those that are compared; a hash takes all of them
  return step['Node Type'] === 'Merge Join';
}

function hasFewRows(step: Step): boolean {
  const type = step['Node Type'];
  if (FEW_ROWS.includes(type) || (type === 'Aggregate' && step.Strategy === 'Plain')) return true;
  return ['Materialize', 'Subquery Scan', 'Limit'].includes(type) && hasFewRows(step.Plans![0]!);
}

function nameOf(step: Step): string {
  const relation = step['Parent Relationship'] === 'SubPlan' ? 'SubPlan: ' : '';
  return `${relation}${step['Node Type']}${step['Join Filter'] ? ` by ${step['Join Filter']}` : ''}`;
}
