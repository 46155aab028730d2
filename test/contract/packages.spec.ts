import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { satisfies, subset } from 'semver';

/** What npm notes of each package; the one without a name is this project. */
interface Locked {
  readonly engines?: { readonly node?: string };
  readonly deprecated?: string;
  readonly hasInstallScript?: boolean;
  readonly resolved?: string;
}

interface Manifest {
  readonly engines: { readonly node: string };
  readonly allowScripts: Record<string, boolean>;
}

const { engines, allowScripts } = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Locked> };
const installed = Object.entries(packages).filter(([path]) => path !== '');

function pathsOf(those: (locked: Locked, name: string) => boolean): string[] {
  return installed.filter(([path, locked]) => those(locked, path.split('node_modules/').at(-1)!)).map(([path]) => path);
}

describe('given what `npm ci` installs', () => {
  it('when it is the Node.js that the README names, then package.json takes it', () => {
    const [, named] = /It needs Node.js ([\d., or]+\d)/.exec(readFileSync('README.md', 'utf8'))!;
    const versions = named!.match(/\d+\.\d+/g)!;
    expect(versions).toHaveLength(3);
    for (const version of versions) expect([version, satisfies(`${version}.0`, engines.node)]).toEqual([version, true]);
  });

  it('when package.json takes a Node.js, then every package takes it, and npm warns of none', () => {
    expect(pathsOf(({ engines: theirs }) => !subset(engines.node, theirs?.node ?? '*'))).toEqual([]);
  });

  it('when a package is deprecated, then it is not among them', () => {
    expect(pathsOf(({ deprecated }) => deprecated !== undefined)).toEqual([]);
  });

  it('when a package has a script, on whatever system, then somebody has decided whether it runs', () => {
    expect(pathsOf(({ hasInstallScript = false }, name) => hasInstallScript && !(name in allowScripts))).toEqual([]);
  });

  it('when the lockfile is written by another registry, then its host is in no entry', () => {
    expect(pathsOf(({ resolved }) => resolved !== undefined)).toEqual([]);
  });
});
