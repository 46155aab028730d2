import { execFileSync } from 'node:child_process';
import { mkdtemp, open, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FILLER = 'filler';
const BLOCK = Buffer.alloc(64 * 1024);
const FULL = 'ENOSPC';

/** A file system of its own with so much room, and a file that takes what is left of it. */
export class SmallDisk {
  private constructor(readonly folder: string) {}

  static async mount(megabytes: number): Promise<SmallDisk> {
    const folder = await mkdtemp(join(tmpdir(), 'therapy-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'pipe' });
    return new SmallDisk(folder);
  }

  /** Why none can be mounted here; undefined where it can. */
  static async lacks(): Promise<string | undefined> {
    try {
      await (await SmallDisk.mount(1)).unmount();
      return undefined;
    } catch (error) {
      return `a small tmpfs cannot be mounted (${(error as Error).message.trim().split('\n').at(-1)}): it takes root and CAP_SYS_ADMIN.`;
    }
  }

  /** Leaves not a byte to anybody. */
  async fill(): Promise<void> {
    const file = await open(join(this.folder, FILLER), 'a');
    try {
      for (let size = BLOCK.length; size >= 1; size >>= 1)
        while (await fits(() => file.appendFile(BLOCK.subarray(0, size))));
    } finally {
      await file.close();
    }
  }

  async free(): Promise<void> {
    await rm(join(this.folder, FILLER), { force: true });
  }

  async unmount(): Promise<void> {
    execFileSync('umount', [this.folder], { stdio: 'pipe' });
    await rmdir(this.folder);
  }
}

async function fits(write: () => Promise<void>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === FULL) return false;
    throw error;
  }
}
