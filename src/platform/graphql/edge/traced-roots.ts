import type { GraphQLSchema } from 'graphql';
import { inSpan } from '../../observability/tracing.ts';

/** A span for each field of Query and Mutation, its guards included; relation fields would be thousands. */
export function tracedRoots(schema: GraphQLSchema): GraphQLSchema {
  for (const root of [schema.getQueryType(), schema.getMutationType()])
    for (const field of Object.values(root?.getFields() ?? {})) {
      const { name, resolve } = field;
      const attributes = { 'graphql.field.name': name, 'graphql.operation.type': root?.name.toLowerCase() };
      if (resolve) field.resolve = (...args) => inSpan(name, attributes, async () => await resolve(...args));
    }
  return schema;
}
