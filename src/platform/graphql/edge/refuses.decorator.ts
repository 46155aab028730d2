import { applyDecorators, SetMetadata, type Type } from '@nestjs/common';
import { Extensions } from '@nestjs/graphql';
import type { GraphQLField, GraphQLSchema } from 'graphql';
import { ErrorCode } from '../../../foundation/errors/error-code.ts';

/** What any call may be refused with: no mutation lists it. */
export const ANY_CALL = [
  ErrorCode.BAD_USER_INPUT,
  ErrorCode.RATE_LIMITED,
  ErrorCode.TRY_AGAIN,
  ErrorCode.INTERNAL_SERVER_ERROR,
] as const;
/** And any that takes a token. */
export const SIGNED_IN = [ErrorCode.UNAUTHENTICATED, ErrorCode.FORBIDDEN] as const;

const REFUSES = 'refuses';

/** Says which codes a mutation refuses with, besides those of any call: its description tells clients. */
export const Refuses = (...codes: readonly ErrorCode[]): MethodDecorator =>
  applyDecorators(Extensions({ [REFUSES]: codes }), SetMetadata(REFUSES, codes));

/** What a resolver's mutation says of itself, for the REST endpoint that does the same. */
export function refusalsOf<Resolver>(resolver: Type<Resolver>, mutation: keyof Resolver): readonly ErrorCode[] {
  const method = (resolver.prototype as Resolver)[mutation] as object;
  return (Reflect.getMetadata(REFUSES, method) as readonly ErrorCode[] | undefined) ?? [];
}

export function refusalsIn({ extensions }: Pick<GraphQLField<unknown, unknown>, 'extensions'>): readonly ErrorCode[] {
  return (extensions[REFUSES] as readonly ErrorCode[] | undefined) ?? [];
}

/** Introspection shows descriptions, and no directives: so a playground and generated types tell of them, too. */
export function describesRefusals(schema: GraphQLSchema): GraphQLSchema {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const codes = refusalsIn(field);
    if (codes.length)
      field.description = [field.description, `Refused with: ${codes.join(', ')}.`].filter(Boolean).join('\n\n');
  }
  return schema;
}
