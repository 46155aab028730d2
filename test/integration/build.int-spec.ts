import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

/** As build/part.mjs describes it. */
interface Part {
  readonly name: string;
  readonly sources: string[];
  readonly outputs: string[];
  make(): Promise<Map<string, string | Uint8Array>>;
}

const [PART, SERVER] = ['part', 'server'].map((name) => pathToFileURL(resolve(`build/${name}.mjs`)).href);
const { bringUpToDate } = (await import(PART!)) as { bringUpToDate(root: string, part: Part): Promise<boolean> };
const { server } = (await import(SERVER!)) as { server(root: string, tools: string[]): Part };

const ONE = 'src/one.ts';
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'therapy-dist-'));
  await symlink(resolve('node_modules'), join(root, 'node_modules'));
  await write('.swcrc', await readFile('.swcrc', 'utf8'));
  await write('package.json', '{ "type": "module" }');
  await write('package-lock.json', '{}');
  await write(ONE, `import { two } from './deep/two.ts';\nexport const one: number = two - 1;\n`);
  await write('src/deep/two.ts', 'export const two: number = 2;\n');
});

afterEach(() => rm(root, { recursive: true, force: true }));

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

function build(): Promise<boolean> {
  return bringUpToDate(root, server(root, ['package-lock.json']));
}

/** What the built src/one.js says, in a process of its own. */
async function one(): Promise<string> {
  const program = `console.log((await import(${JSON.stringify(join(root, 'dist/src/one.js'))})).one)`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await once(child, 'close');
  return said.trim();
}

/** A build in a process of its own, on what stands there: its exit code, or the signal that ended it. */
async function buildElsewhere(change = ''): Promise<unknown> {
  const program = `
    const { bringUpToDate } = await import(${JSON.stringify(PART)});
    const { server } = await import(${JSON.stringify(SERVER)});
    const part = server(${JSON.stringify(root)}, ['package-lock.json']);
    ${change}
    await bringUpToDate(${JSON.stringify(root)}, part);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return signal ?? code;
}

describe('given a server that has been built', () => {
  beforeEach(async () => {
    expect(await build()).toBe(true);
    expect(await one()).toBe('1');
  });

  it('when nothing has changed, then it is not built again', async () => {
    expect(await build()).toBe(false);
  });

  it('when a source is saved as it was, or a spec is written, then it is not built again', async () => {
    await write('src/deep/two.ts', 'export const two: number = 2;\n');
    await write('src/one.spec.ts', 'a spec');
    expect(await build()).toBe(false);
  });

  it('when a source has changed, then what starts is the new one, and the old one when it is changed back', async () => {
    await write('src/deep/two.ts', 'export const two: number = 20;\n');
    expect(await build()).toBe(true);
    expect(await one()).toBe('19');
    await write('src/deep/two.ts', 'export const two: number = 2;\n');
    expect(await build()).toBe(true);
    expect(await one()).toBe('1');
  });

  it('when a source has gone, then so has what was built of it', async () => {
    await write(ONE, 'export const one = 1;\n');
    await rm(join(root, 'src/deep/two.ts'));
    expect(await build()).toBe(true);
    expect((await readdir(join(root, 'dist/src'), { recursive: true })).sort()).toEqual([
      'deep',
      'one.js',
      'one.js.map',
    ]);
    expect(await one()).toBe('1');
  });

  it.each(['package-lock.json', '.swcrc'])('when %s has changed, then it is built again', async (file) => {
    await write(file, `${await readFile(join(root, file), 'utf8')}\n`);
    expect(await build()).toBe(true);
    expect(await build()).toBe(false);
  });

  it('when a built file is missing, changed or one too many, then it is built again', async () => {
    await rm(join(root, 'dist/src/deep/two.js'));
    expect(await build()).toBe(true);
    await write('dist/src/deep/two.js', 'export const two = 3;\n');
    expect(await build()).toBe(true);
    await write('dist/src/three.js', '');
    expect(await build()).toBe(true);
    expect(await one()).toBe('1');
    expect(await build()).toBe(false);
  });

  it('when a source cannot be compiled, then the build fails, and again until it can', async () => {
    await write(ONE, 'export const one = ;\n');
    await expect(build()).rejects.toThrow('Expression expected');
    await expect(build()).rejects.toThrow('Expression expected');
    await write(ONE, 'export const one = 7;\n');
    expect(await build()).toBe(true);
    expect(await one()).toBe('7');
  });

  it('when a build is killed between two files and its change taken back, then what starts is no mixture', async () => {
    await write(ONE, 'export const one = 8;\n');
    const killedAfterTheFirst = `
      const { make } = part;
      part.make = async () => Object.assign(await make(), {
        *[Symbol.iterator]() {
          yield ['dist/${ONE.replace('.ts', '.js')}', this.get('dist/${ONE.replace('.ts', '.js')}')];
          process.kill(process.pid, 'SIGKILL');
        },
      });`;
    expect(await buildElsewhere(killedAfterTheFirst)).toBe('SIGKILL');
    expect(await one()).toBe('8');
    await write(ONE, `import { two } from './deep/two.ts';\nexport const one: number = two - 1;\n`);
    expect(await build()).toBe(true);
    expect(await one()).toBe('1');
  });

  it('when a source is saved while it is being built, then the saved one is built', async () => {
    await write(ONE, 'export const one = 9;\n');
    const part = server(root, []);
    let times = 0;
    const make = async (): ReturnType<Part['make']> => {
      const made = await part.make();
      if (++times === 1) await write(ONE, 'export const one = 10;\n');
      return made;
    };
    await bringUpToDate(root, { ...part, make });
    expect(times).toBe(2);
    expect(await one()).toBe('10');
  });
});

describe('given sources that were never built', () => {
  it('when four starts build them at once, then each gets the whole server, and nothing else is left', async () => {
    const starts = await Promise.all([1, 2, 3, 4].map(async () => [await buildElsewhere(), await one()]));
    expect(starts).toEqual([1, 2, 3, 4].map(() => [0, '1']));
    expect((await readdir(join(root, 'dist'))).sort()).toEqual(['.server-made-from', 'src']);
    expect(await build()).toBe(false);
  });
});

describe("given the project's own sources", () => {
  it('when they are compiled, then none is left out, and each imports what has been compiled', async () => {
    const made = await server(resolve('.'), []).make();
    const sources = (await readdir('src', { recursive: true })).filter((path) => /(?<!\.spec)\.ts$/.test(path));
    expect(sources.length).toBeGreaterThan(200);
    expect([...made.keys()]).toEqual(
      expect.arrayContaining(sources.map((path) => `dist/src/${path.replace(/ts$/, 'js')}`)),
    );
    for (const [path, content] of made)
      if (path.endsWith('.js'))
        for (const [, imported] of String(content).matchAll(/(?:from |import\(|import )["'](\.[^"']+)["']/g))
          expect(made.has(join(dirname(path), imported!))).toBe(true);
  });
});
