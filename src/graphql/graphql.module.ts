import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Global, Module } from '@nestjs/common';
import { GraphQLModule as NestGraphQLModule } from '@nestjs/graphql';
import type { FastifyRequest } from 'fastify';
import { Environment } from '../config/environment.ts';
import { ErrorCode } from '../errors/error-code.ts';
import { registerErrorCode } from './enums.ts';
import { formatError, namesRequestOfErrors, onlyKnownOperations } from './error-edge.ts';
import { tellsWhenToComeBack } from './rate-limited.ts';
import { Pages } from './page.ts';
import { DateTimeScalar } from './scalars.ts';
import { RequestContext } from '../request-context/request-context.ts';
import type { RequestHolder } from '../request-context/ctx.decorator.ts';
import { Clock } from '../time/clock.ts';

/** What a resolver's context holds. */
export interface GraphQLContext {
  readonly request: FastifyRequest;
  readonly holder: RequestHolder;
}

/** How the schema is made from the classes; the same for the server and for `npm run schema`. */
export const schemaOptions = {
  numberScalarMode: 'integer' as const,
  scalarsMap: [{ type: Date, scalar: DateTimeScalar }],
  orphanedTypes: [ErrorCode], // no field answers it, and clients generate their types from it
};

registerErrorCode();

@Global()
@Module({
  imports: [
    NestGraphQLModule.forRootAsync<ApolloDriverConfig>({
      driver: ApolloDriver,
      inject: [Environment, Clock],
      useFactory: (environment: Environment, clock: Clock) => ({
        path: '/graphql',
        autoSchemaFile: true,
        sortSchema: true,
        buildSchemaOptions: schemaOptions,
        // without it Nest skips both on relation fields: a walk through the graph would pass every door but the first, and
        // what was denied there would not be recorded
        fieldResolverEnhancers: ['guards', 'filters'],
        graphiql: false,
        introspection: environment.introspection,
        includeStacktraceInErrorResponses: false,
        stopOnTerminationSignals: false,
        context: (request: FastifyRequest): GraphQLContext => ({
          request,
          holder: {
            current: RequestContext.anonymous({ requestId: request.id, ipAddress: request.ip }, () => clock.now()),
          },
        }),
        preserveHttpStatusForExecutionErrors: false, // else Nest makes a 200 of our 429
        formatError,
        validationRules: [onlyKnownOperations],
        plugins: [namesRequestOfErrors, tellsWhenToComeBack],
      }),
    }),
  ],
  providers: [Pages, Clock],
  exports: [Pages, Clock],
})
export class GraphQLModule {}
