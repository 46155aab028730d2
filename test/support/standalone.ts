import globalSetup from './global-setup.ts';
import globalTeardown from './global-teardown.ts';

/** For commands that are no tests of jest: the work on a cluster of its own, which ends with it. */
export async function onTestCluster<T>(work: () => Promise<T>): Promise<T> {
  await globalSetup();
  try {
    return await work();
  } finally {
    await globalTeardown();
  }
}
