import { relative } from 'node:path';

const FULL = ['ENOSPC', 'EDQUOT'];
const CLOSED = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT', 'ENAMETOOLONG', 'ELOOP'];

/** What the file system refused in the folder of DATA_DIR, with what to do; any other error as it is. */
export function dataFolderFault(folder: string, error: unknown): unknown {
  const { code = '', message, path = folder, syscall } = error as NodeJS.ErrnoException;
  if (syscall === undefined || !(isWithin(folder, path) || isWithin(path, folder))) return error;
  if (FULL.includes(code)) return diskFull(folder, message);
  if (!CLOSED.includes(code)) return error;
  return new Error(
    `DATA_DIR: the folder ${folder} cannot be written to (${message}). Set DATA_DIR to one that this user can write to.`,
    { cause: error },
  );
}

/** @param words of whoever could not write */
export function diskFull(folder: string, words: string): Error {
  return new Error(
    `DATA_DIR: there is no room left for ${folder} (${words}). Make room, or set DATA_DIR to a folder on another disk.`,
  );
}

function isWithin(folder: string, path: string): boolean {
  return !relative(folder, path).startsWith('..');
}
