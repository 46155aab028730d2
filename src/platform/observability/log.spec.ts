import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';

const FROM_SOURCES = new URL('../../../test/support/from-sources.mjs', import.meta.url).href;
const LOG = new URL('log.ts', import.meta.url).href;
const WRITES = `
  const { openLog } = await import('${LOG}');
  const log = await openLog({ NODE_ENV: 'production', logLevel: 'info' });
  for (let line = 0; line < 300; line++) log.info('x'.repeat(10_000));
  console.error('still there');
`;

describe('given a log on a disk that is full', () => {
  it('when lines are written, then they are lost, and the process goes on', () => {
    const { stderr, status } = spawnSync(
      'sh',
      [
        '-c',
        'exec "$@" > /dev/full',
        'sh',
        process.execPath,
        '--import',
        FROM_SOURCES,
        '--input-type=module',
        '-e',
        WRITES,
      ],
      { encoding: 'utf8' },
    );
    expect({ stderr, status }).toEqual({ stderr: 'still there\n', status: 0 });
  });
});
