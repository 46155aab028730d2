import 'reflect-metadata';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

interface Service {
  readonly command?: string[];
  readonly environment: Record<string, string>;
  readonly healthcheck?: { readonly test: string[] };
  readonly volumes?: string[];
  readonly [more: string]: unknown;
}

interface Compose {
  readonly services: Record<'postgres' | 'migrate' | 'api', Service>;
}

/** As Go writes them; JSON Schema means ISO 8601 by the same name. */
const A_DURATION = /^(\d+(us|ms|s|m|h))+$/;

const dockerfile = readFileSync('Dockerfile', 'utf8');
const compose = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as Compose;
const { postgres, migrate, api } = compose.services;

/** The arguments of an instruction, one line each. */
function instructions(name: string): string[][] {
  return [...dockerfile.matchAll(new RegExp(`^${name} (.+)$`, 'gm'))].map(([, words]) => words!.split(/\s+/));
}

/** The source that the build makes a file of dist/ from. */
function sourceOf(built: string | undefined): string {
  return built!.replace(/^dist\/(.+)\.js$/, '$1.ts');
}

function command(): string[] {
  const [, words] = /^CMD (.+)$/m.exec(dockerfile)!;
  return JSON.parse(words!) as string[];
}

/** In any order: NODE_OPTIONS takes some of them, the command the rest. */
function flagsOf(words: readonly string[]): string[] {
  return words.filter((word) => word.startsWith('--')).sort();
}

describe('given docker-compose.yml', () => {
  it('when it is held against the Compose specification, then it is valid', () => {
    // the specification's own schema, Apache-2.0, as the linter dclint brings it along
    const schema = readFileSync('node_modules/dclint/schemas/compose.schema.json', 'utf8');
    const ajv = new Ajv({ strict: false, allErrors: true, formats: { duration: A_DURATION } });
    addFormats.default(ajv);
    const isValid = ajv.compile({ ...(JSON.parse(schema) as object), $schema: undefined });
    expect(isValid(compose) || isValid.errors).toBe(true);
    const misspelt = { ...compose, services: { ...compose.services, api: { ...api, read_olny: true } } };
    expect(isValid(misspelt)).toBe(false);
  });

  it('when the API and its migrations start, then their settings are ones that exist', () => {
    const declared = readFileSync('src/platform/config/environment.ts', 'utf8').matchAll(/readonly ([A-Z_]+)[?:]/g);
    const known = [...declared].map(([, name]) => name!);
    expect(known.length).toBeGreaterThan(20);
    for (const service of [migrate, api])
      expect(Object.keys(service.environment).filter((name) => !known.includes(name))).toEqual([]);
  });

  it('when a secret is missing, then compose stops: none has a default but to be unset, and none is written down', () => {
    const values = [postgres, migrate, api].flatMap(({ environment }) => Object.entries(environment));
    const secrets = values.filter(([name]) => /PASSWORD|SECRET|URL/.test(name));
    expect(secrets.length).toBeGreaterThan(5);
    const names = ['POSTGRES_PASSWORD', 'OWNER_PASSWORD', 'API_PASSWORD', 'JWT_SECRET'];
    for (const [name, value] of secrets)
      expect([name, value]).toEqual([name, expect.stringMatching(/\$\{[A-Z_]+(:\?.+|:-)?\}/)]);
    for (const name of names) expect(JSON.stringify(values)).toContain(`\${${name}:?`);
  });

  it('when the database starts, then each login has its own password, and the API never gets another one', () => {
    const logins = readFileSync('docker/logins.sql', 'utf8');
    expect(postgres.volumes).toContain('./docker/logins.sql:/docker-entrypoint-initdb.d/logins.sql:ro');
    for (const [, name] of logins.matchAll(/^\\getenv \w+ (\w+)$/gm))
      expect(Object.keys(postgres.environment)).toContain(name);
    expect(JSON.stringify(api.environment)).not.toMatch(/OWNER_PASSWORD|POSTGRES_PASSWORD/);
    expect(JSON.stringify(migrate.environment)).not.toMatch(/API_PASSWORD|POSTGRES_PASSWORD|JWT_SECRET/);
  });

  it('when the API is asked for its health, then it is by a path that it has', () => {
    const controller = readFileSync('src/app/health/health.controller.ts', 'utf8');
    expect(api.healthcheck!.test.join(' ')).toContain('/health/ready');
    expect(controller).toMatch(/@Controller\('health'\)[^]+@Get\('ready'\)/);
  });
});

describe('given the Dockerfile', () => {
  it('when it copies from the sources, then what it copies exists, and .dockerignore lets it through', () => {
    const sources = instructions('COPY')
      .filter(([first]) => !first!.startsWith('--from'))
      .flatMap((words) => words.slice(0, -1));
    const ignore = readFileSync('.dockerignore', 'utf8').split('\n');
    expect(sources.length).toBeGreaterThan(5);
    for (const source of sources) {
      expect([source, existsSync(source)]).toEqual([source, true]);
      expect(ignore).toContain(`!${source}`);
    }
  });

  it('when the image or a service of it runs a file, then the build makes it', () => {
    for (const words of [command(), migrate.command!]) {
      expect(words[0]).toBe('node');
      expect(existsSync(sourceOf(words.at(-1)))).toBe(true);
    }
  });

  it('when the image starts, then Node.js has the flags of npm start', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: { start: string } };
    const [, options] = /^ENV NODE_OPTIONS="(.+)"$/m.exec(dockerfile)!;
    expect(flagsOf([...options!.split(' '), ...command()])).toEqual(flagsOf(scripts.start.split(' ')));
  });

  it('when the image runs, then as nobody in particular', () => {
    expect(instructions('USER')).toEqual([['1000:1000']]);
  });
});
