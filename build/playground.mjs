import { join } from 'node:path';

/**
 * The page of web/playground, bundled by Vite.
 *
 * @param {string} root the project's folder
 * @param {string[]} tools what any part depends on
 * @returns {import('./part.mjs').Part}
 */
export function playground(root, tools) {
  return {
    name: 'playground',
    sources: ['web', 'tsconfig.json', ...tools],
    outputs: ['dist/playground'],
    async make() {
      const { build } = await import('vite');
      const configFile = join(root, 'web/playground/vite.config.mjs');
      const { output } = await build({ configFile, build: { write: false } });
      return new Map(
        output.map((file) => [`dist/playground/${file.fileName}`, file.type === 'chunk' ? file.code : file.source]),
      );
    },
  };
}
