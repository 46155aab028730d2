import { writeFileSync } from 'node:fs';
import { runCommand, type Values } from '../../../src/foundation/command-line/command-line.ts';
import { asReleased, breachesOf, tooShort, withUnreleased } from './changelog.ts';
import { CHANGELOG, read, RELEASED, releasedText, SCHEMA, schemaIn, versionIn } from './files.ts';

const USAGE = `Usage: npm run schema, or npm run schema:release
Writes schema.graphql from the code, and what has changed in it since the last release into docs/schema-changelog.md. schema:release
makes that the release of package.json's version. docs/schema-changes.md tells when, and what is allowed.`;

const OPTIONS = { release: { type: 'boolean', default: false } } as const;

async function write({ release }: Values<typeof OPTIONS>): Promise<0 | 1> {
  const today = new Date().toISOString().slice(0, 10);
  const [released, now] = [schemaIn(RELEASED), schemaIn(SCHEMA)];
  const breaches = await breachesOf(released, now, today);
  const changelog = await withUnreleased(read(CHANGELOG), released, now);
  writeFileSync(CHANGELOG, changelog);
  console.log(`${CHANGELOG} is written.`);
  const problems = breaches.map((breach) => `Breaking, and not deprecated first: ${breach}.`);

  if (release) {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    problems.push(...tooShort(released, now, today));
    if (version === versionIn(read(RELEASED)))
      problems.push(`${version} is released: package.json needs the next version.`);
    if (!problems.length) {
      writeFileSync(CHANGELOG, asReleased(changelog, version, today));
      writeFileSync(RELEASED, releasedText(read(SCHEMA), version, today));
      console.log(`${RELEASED} is the schema of ${version}.`);
    }
  }
  for (const problem of problems) console.error(problem);
  return problems.length ? 1 : 0;
}

process.exitCode = await runCommand({ usage: USAGE, options: OPTIONS, run: write });
