import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { asReleased, breachesOf, tooShort, withUnreleased } from './changelog.ts';
import { CHANGELOG, read, RELEASED, releasedText, SCHEMA, schemaIn, versionIn } from './files.ts';

/**
 * `npm run schema` writes what has changed since the last release into docs/schema-changelog.md; `npm run schema:release` makes
 * that the release of package.json's version. docs/schema-changes.md tells when, and what is allowed.
 */
const { release } = parseArgs({ options: { release: { type: 'boolean', default: false } } }).values;
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
if (problems.length) process.exitCode = 1;
