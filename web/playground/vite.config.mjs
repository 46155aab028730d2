import { defineConfig } from 'vite';

/** The page is one file, and everything that it loads lies under its own address: graphql/assets/. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  publicDir: false,
  logLevel: 'warn',
  build: {
    target: 'es2022',
    sourcemap: false, // whatever lies in the folder is served
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 5_000,
    rolldownOptions: {
      // 'use client' and its like, in 70 files of others: for servers that render React, which we have none of
      onLog: (level, log, handle) => {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level, log);
      },
    },
  },
  worker: { format: 'es' },
  experimental: {
    // The page answers at /graphql: to the browser `assets/` would be beside it. Behind a prefix, too.
    renderBuiltUrl: (filename, { hostType }) => (hostType === 'html' ? `graphql/${filename}` : { relative: true }),
  },
});
