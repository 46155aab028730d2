import { isMet, type Bar, type Figures, type Side } from './figures.ts';

const COLUMNS = ['', 'a second', 'API ms', 'PostgreSQL ms', 'mean ms', 'p50', 'p95', 'p99', 'load'];

/** The figures of a scenario as a table, its bars, and what else there is to tell. CPU is milliseconds of one operation. */
export function textOf({ scenario, sides, bars, notes }: Figures): string {
  const rows = [[scenario, ...COLUMNS.slice(1)], ...sides.map(rowOf)];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const table = rows.map((row) =>
    row.map((cell, column) => (column ? cell.padStart(widths[column]!) : cell.padEnd(widths[0]!))).join('  '),
  );
  return [...(sides.length ? table : [scenario]), ...bars.map(barText), ...notes.map((note) => `  ${note}`)].join('\n');
}

/** How many bars are met, and which are not. */
export function summaryOf(all: readonly Figures[]): string {
  const bars = all.flatMap(({ scenario, bars: own }) => own.map((bar) => ({ scenario, bar, met: isMet(bar) })));
  const missed = bars.filter(({ met }) => met === false);
  const met = bars.filter((each) => each.met === true).length;
  return [
    `${met} of ${bars.length} bars met, ${missed.length} not.`,
    ...missed.map(({ scenario, bar }) => `  ${scenario}: ${barText(bar).trim()}`),
  ].join('\n');
}

export function barText(bar: Bar): string {
  const { what, figure, unit, atLeast, atMost } = bar;
  const limit = atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`;
  const met = isMet(bar);
  const verdict = met === undefined ? 'not measured' : met ? 'met' : 'NOT MET';
  return `  ${what}: ${number(figure)}${unit} (bar: ${limit}${unit}) ${verdict}`;
}

function rowOf({ name, perSecond, apiCpu, postgresCpu, latency, loadCpu }: Side): string[] {
  const percentiles = 'p50' in latency ? [latency.p50, latency.p95, latency.p99] : [undefined, undefined, undefined];
  const load = loadCpu === undefined ? '' : `${(loadCpu * 100).toFixed(0)} %`;
  return [`  ${name}`, ...[perSecond, apiCpu, postgresCpu, latency.mean, ...percentiles].map(number), load];
}

/** Three digits that count. */
function number(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '-';
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
