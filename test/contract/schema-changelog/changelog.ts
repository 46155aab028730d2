import { ChangeType, CriticalityLevel, diff, type Change } from '@graphql-inspector/core';
import type { GraphQLSchema } from 'graphql';
import { deprecationsOf, keptOf, LEAST_DAYS, removableFrom } from './deprecations.ts';

const HEADINGS = [
  [CriticalityLevel.Breaking, 'Breaking'],
  [CriticalityLevel.Dangerous, 'Dangerous'],
  [CriticalityLevel.NonBreaking, 'Safe'],
] as const;
const UNRELEASED = '## Unreleased';
const DAY_MS = 86_400_000;

/** What breaks clients of the released schema although it was not deprecated, or not for long enough. */
export async function breachesOf(released: GraphQLSchema, now: GraphQLSchema, today: string): Promise<string[]> {
  const changes = await changesOf(keptOf(released, today), now);
  return changes.filter(({ criticality: { level } }) => level === CriticalityLevel.Breaking).map(lineOf);
}

/** The changelog with its first section, of what is not released yet, written anew. */
export async function withUnreleased(changelog: string, released: GraphQLSchema, now: GraphQLSchema): Promise<string> {
  const [before, after] = aroundUnreleased(changelog);
  return `${before}${UNRELEASED}\n\n${await sectionOf(released, now)}\n${after}`;
}

/** The changelog once what it has as unreleased is the release of this version. */
export function asReleased(changelog: string, version: string, today: string): string {
  return changelog.replace(UNRELEASED, `${UNRELEASED}\n\nNothing.\n\n## ${version} - ${today}`);
}

/** Why this must not be released today, if anything. */
export function tooShort(released: GraphQLSchema, now: GraphQLSchema, today: string): string[] {
  const before = deprecationsOf(released);
  const earliest = new Date(Date.parse(today) + LEAST_DAYS * DAY_MS).toISOString().slice(0, 10);
  return [...deprecationsOf(now)].flatMap(([coordinate, reason]) => {
    const least = removableFrom(before.get(coordinate) ?? '') ?? earliest;
    return (removableFrom(reason) ?? '') < least ? [`${coordinate} has to stand until ${least}: ${reason}`] : [];
  });
}

async function sectionOf(released: GraphQLSchema, now: GraphQLSchema): Promise<string> {
  const changes = await changesOf(released, now);
  const parts = HEADINGS.map(([level, heading]): [string, string[]] => [
    heading,
    changes.filter(({ criticality }) => criticality.level === level).map(lineOf),
  ]);
  parts.push(['Deprecated', deprecatedLines(released, now)], ['Refusals', refusalLines(released, now)]);
  const written = parts.filter(([, lines]) => lines.length);
  if (!written.length) return 'Nothing.\n';
  return written.map(([heading, lines]) => `### ${heading}\n\n${list(lines)}`).join('\n');
}

/** Without words of descriptions; deprecations and refusals are told in lines of their own. */
async function changesOf(before: GraphQLSchema, after: GraphQLSchema): Promise<Change[]> {
  const changes = await diff(before, after);
  return changes.filter(
    ({ type, path = '', meta }) =>
      !String(type).includes('DESCRIPTION') &&
      !path.includes('.@deprecated') &&
      // what is new comes with all that it has. Not DiffRule.simplifyChanges, which leaves out changes of what was there, too
      (type === ChangeType.TypeAdded || before.getType(path.split('.')[0] ?? '')) &&
      !(meta as { addedToNewField?: boolean }).addedToNewField,
  );
}

function deprecatedLines(released: GraphQLSchema, now: GraphQLSchema): string[] {
  const before = deprecationsOf(released);
  return [...deprecationsOf(now)]
    .filter(([coordinate, reason]) => before.get(coordinate) !== reason)
    .map(([coordinate, reason]) => `${coordinate}: ${reason}`);
}

function refusalLines(released: GraphQLSchema, now: GraphQLSchema): string[] {
  const before = refusalsOf(released);
  return [...refusalsOf(now)]
    .filter(([mutation, codes]) => before.has(mutation) && before.get(mutation) !== codes)
    .map(([mutation, codes]) => `${mutation}: ${codes}, before: ${before.get(mutation) ?? ''}`);
}

/** As the descriptions of mutations end (refuses.decorator.ts). */
function refusalsOf(schema: GraphQLSchema): Map<string, string> {
  const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
  return new Map(
    mutations.map(({ name, description }) => [name, /Refused with: (.+)\.$/.exec(description ?? '')?.[1] ?? 'none']),
  );
}

function aroundUnreleased(changelog: string): [before: string, after: string] {
  const start = changelog.indexOf(UNRELEASED);
  if (start < 0) throw new Error(`The changelog has no section "${UNRELEASED}".`);
  const next = changelog.indexOf('\n## ', start + 1);
  return [changelog.slice(0, start), next < 0 ? '' : changelog.slice(next + 1)];
}

function lineOf({ message }: Change): string {
  return message;
}

function list(lines: readonly string[]): string {
  return [...lines]
    .sort()
    .map((line) => `- ${line}\n`)
    .join('');
}
