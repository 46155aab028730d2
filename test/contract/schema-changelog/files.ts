import { readFileSync } from 'node:fs';
import { buildSchema, type GraphQLSchema } from 'graphql';

export const SCHEMA = 'schema.graphql';
export const RELEASED = 'docs/schema-released.graphql';
export const CHANGELOG = 'docs/schema-changelog.md';

export const read = (path: string): string => readFileSync(path, 'utf8');
export const schemaIn = (path: string): GraphQLSchema => buildSchema(read(path));

/** What RELEASED holds: the schema under the version that it was released as. */
export function releasedText(schema: string, version: string, today: string): string {
  return schema.replace(
    /^#.*\n/,
    `# The schema of ${version}, ${today}, written by \`npm run schema:release\`: do not edit.\n`,
  );
}

export function versionIn(released: string): string | undefined {
  return /^# The schema of ([\w.-]+), /.exec(released)?.[1];
}
