import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { dataFolderFault } from './data-folder-fault.ts';
import { Environment } from './environment.ts';

/**
 * What access tokens are signed with. Outside production one is made once and kept in DATA_DIR, so that a restart signs
 * nobody out; in production Environment insists on JWT_SECRET.
 */
@Injectable()
export class JwtSecret {
  /** A KeyObject: with a string, jsonwebtoken tries to parse it as a public key on every request. */
  readonly key: KeyObject;

  constructor(environment: Environment) {
    this.key = createSecretKey(environment.JWT_SECRET ?? keptIn(environment.DATA_DIR), 'utf8');
  }
}

function keptIn(folder: string): string {
  const path = join(folder, 'jwt.secret');
  try {
    return read(path) ?? make(folder, path);
  } catch (error) {
    throw dataFolderFault(folder, error);
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The link appears complete or not at all, and does not replace what another process has made meanwhile. */
function make(folder: string, path: string): string {
  mkdirSync(folder, { recursive: true });
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, randomBytes(48).toString('base64url'), { mode: 0o600, flag: 'wx' });
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
  return readFileSync(path, 'utf8');
}
