import { readFile } from 'node:fs/promises';

/** Who calls, and whose the thing is that is called for. */
export const COLUMNS = [
  'super admin',
  'ADMIN, own organization',
  'ADMIN, another organization',
  'PRACTITIONER, own',
  "PRACTITIONER, a colleague's",
  'PRACTITIONER, another organization',
  'PATIENT, own',
  "PATIENT, another patient's",
  'PATIENT, another organization',
  'nobody',
] as const;

export type Column = (typeof COLUMNS)[number];

/** The call, and what each column's caller is told; a call of which there is nothing to tell has no cell there. */
export type Row = readonly [call: string, cells: Readonly<Partial<Record<Column, string>>>];

/** The table as it stands in the Markdown. */
export async function readTable(): Promise<Row[]> {
  const text = await readFile(new URL('who-may-what.md', import.meta.url), 'utf8');
  const lines = text.split('\n').filter((line) => line.startsWith('| '));
  const headings = lines.map(cellsOf).filter(([first]) => first === 'call');
  for (const [, ...columns] of headings)
    if (columns.join() !== COLUMNS.join()) throw new Error(`The columns of the table are not known: ${columns.join()}`);
  return lines.map(cellsOf).flatMap(([first = '', ...cells]): Row[] => {
    const call = /^`(.*)`$/.exec(first)?.[1];
    if (call === undefined || cells.length !== COLUMNS.length) return [];
    return [
      [
        call,
        Object.fromEntries(COLUMNS.map((column, index) => [column, cells[index]!]).filter(([, cell]) => cell !== '-')),
      ],
    ];
  });
}

function cellsOf(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}
