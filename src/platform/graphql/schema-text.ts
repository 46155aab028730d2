import { lexicographicSortSchema, printSchema, type GraphQLSchema } from 'graphql';

/** The committed schema.graphql: sorted, so that a diff shows what changed and nothing else. */
export function schemaText(schema: GraphQLSchema): string {
  return `# Made from the code by \`npm run schema\`: do not edit.\n\n${printSchema(lexicographicSortSchema(schema))}\n`;
}
