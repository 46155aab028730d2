import { readFile } from 'node:fs/promises';

/** Node's flags as `npm start` has them, the bound of the heap among them: what is measured is what users run. */
export async function flagsOfStart(): Promise<string[]> {
  const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as { scripts: { start: string } };
  return scripts.start.split(' ').filter((word) => word.startsWith('--'));
}
