/** `npm run types` writes graphql.ts and enums.ts from the schema and from operations.graphql. */
export default {
  schema: '../../schema.graphql',
  documents: 'operations.graphql',
  generates: {
    'graphql.ts': {
      plugins: ['typescript-operations', 'typed-document-node'],
      config: {
        documentMode: 'string', // no library needed to send them
        useTypeImports: true,
        scalars: { ID: 'string', DateTime: 'string', Date: 'string', JSONObject: 'Record<string, unknown>' },
      },
    },
    'enums.ts': { plugins: ['typescript'], config: { onlyEnums: true, enumsAsTypes: true } },
  },
};
