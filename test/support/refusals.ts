import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { DomainError } from '../../src/foundation/errors/domain-error.ts';
import { ANY_CALL, refusalsIn, SIGNED_IN } from '../../src/platform/graphql/edge/refuses.decorator.ts';

/** Holds every refusal of a mutation, whoever asks for it in a test, against what its description lists. */
export function watchRefusals(app: NestFastifyApplication): { readonly unlisted: Set<string> } {
  const unlisted = new Set<string>();
  const { schema } = app.get(GraphQLSchemaHost);
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const { name, resolve } = field;
    const listed = new Set([...refusalsIn(field), ...ANY_CALL, ...SIGNED_IN]);
    field.resolve = async (...args) => {
      try {
        return await resolve?.(...args);
      } catch (error) {
        if (error instanceof DomainError && !listed.has(error.code)) unlisted.add(`${name}: ${error.code}`);
        throw error;
      }
    };
  }
  return { unlisted };
}
