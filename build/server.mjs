import { posix } from 'node:path';
import { readAll } from './part.mjs';

const SOURCES = ['src', 'migrations', 'ormconfig.ts'];

/**
 * The server: each source becomes one file of dist/, by the compiler and the settings (.swcrc) that the tests run with. It
 * looks at no types: that is `npm run check`.
 *
 * @param {string} root the project's folder
 * @param {string[]} tools what any part depends on
 * @returns {import('./part.mjs').Part}
 */
export function server(root, tools) {
  return {
    name: 'server',
    sources: [...SOURCES, '.swcrc', ...tools],
    outputs: ['dist/src', 'dist/migrations', 'dist/ormconfig.js', 'dist/ormconfig.js.map'],
    async make() {
      const { transform } = await import('@swc/core');
      const sources = [...readAll(root, SOURCES)].filter(([path]) => path.endsWith('.ts'));
      const made = await Promise.all(sources.map(([path, content]) => compile(transform, root, path, String(content))));
      return new Map(made.flat());
    },
  };
}

async function compile(transform, root, path, source) {
  const file = `dist/${path.replace(/ts$/, 'js')}`;
  const { code, map } = await transform(source, {
    cwd: root,
    filename: posix.join(root, path),
    sourceFileName: posix.relative(posix.dirname(file), path),
    sourceMaps: true,
    inlineSourcesContent: false,
    jsc: { rewriteRelativeImportExtensions: true },
  });
  return [
    [file, `${code}//# sourceMappingURL=${posix.basename(file)}.map\n`],
    [`${file}.map`, map],
  ];
}
