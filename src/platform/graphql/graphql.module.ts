import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Global, Module } from '@nestjs/common';
import { GraphQLModule as NestGraphQLModule } from '@nestjs/graphql';
import { Environment } from '../config/environment.ts';
import { ErrorCode } from '../../foundation/errors/error-code.ts';
import { GRAPHQL } from './edge/asked-over-http.ts';
import { answerSize } from './edge/answer-size.ts';
import { boundedCaches } from './edge/bounded-caches.ts';
import { registerErrorCode } from './inputs/enums.ts';
import { Documents } from './edge/documents.ts';
import { answersErrors, namesRequestOfErrors, onlyKnownOperations } from './edge/error-edge.ts';
import { answersAttached } from './lists/attached.ts';
import { FinishedLists } from './lists/finished-lists.ts';
import { describesRefusals } from './edge/refuses.decorator.ts';
import { costLimit, MOST_TOKENS, shapeLimits } from './edge/limits.ts';
import { oneByOne } from './edge/one-by-one.ts';
import { recordsOperations } from './edge/operation-record.ts';
import { tellsWhenToComeBack } from './edge/rate-limited.ts';
import { notesWork, waitsForAll } from './edge/whole-answers.ts';
import { Pages } from './lists/page.ts';
import { DateTimeScalar } from './inputs/scalars.ts';
import { tracedRoots } from './edge/traced-roots.ts';
import { noVariableCalledProto } from './edge/variable-names.ts';
import type { HeldRequest } from '../../foundation/request-context/ctx.decorator.ts';
import { isTracing } from '../observability/tracing.ts';
import { Clock } from '../../foundation/time/clock.ts';

/** What a resolver's context holds. */
export interface GraphQLContext {
  readonly request: HeldRequest;
}

/** How the schema is made from the classes; the same for the server and for `npm run schema`. */
export const schemaOptions = {
  numberScalarMode: 'integer' as const,
  scalarsMap: [{ type: Date, scalar: DateTimeScalar }],
  orphanedTypes: [ErrorCode], // no field answers it, and clients generate their types from it
};

registerErrorCode();

type Options = Omit<ApolloDriverConfig, 'driver'>;

function optionsFor(environment: Environment, documents: Documents): Options {
  const lists = new FinishedLists();
  return {
    path: GRAPHQL,
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
    context: (request: HeldRequest): GraphQLContext => ({ request }),
    transformSchema: (schema) =>
      lists.of(answersAttached(notesWork(oneByOne(describesRefusals(isTracing() ? tracedRoots(schema) : schema))))),
    preserveHttpStatusForExecutionErrors: false, // else Nest makes a 200 of our 429
    formatError: answersErrors(environment.introspection),
    // else it looks for what the client may have meant, and tells names of a schema that may not be asked for
    validationOptions: { hideSuggestions: !environment.introspection },
    allowBatchedHttpRequests: false,
    ...boundedCaches(),
    ...(!environment.GRAPHQL_PERSISTED_QUERIES && { persistedQueries: false as const }),
    parseOptions: { maxTokens: MOST_TOKENS },
    validationRules: [onlyKnownOperations, noVariableCalledProto, ...shapeLimits(environment.queryLimits)],
    plugins: [
      // it asks about every field of every row, and the answer is always the same: see http.ts
      ApolloServerPluginCacheControlDisabled(),
      answerSize(environment.MAX_ANSWER_BYTES), // before those that look at the answer
      namesRequestOfErrors,
      documents.plugin,
      recordsOperations,
      tellsWhenToComeBack,
      costLimit(environment.queryLimits.cost),
      lists,
      waitsForAll,
    ],
  };
}

@Module({ providers: [Documents], exports: [Documents] })
class DocumentsModule {}

@Global()
@Module({
  imports: [
    DocumentsModule,
    NestGraphQLModule.forRootAsync<ApolloDriverConfig>({
      driver: ApolloDriver,
      imports: [DocumentsModule],
      inject: [Environment, Documents],
      useFactory: optionsFor,
    }),
  ],
  providers: [Pages, Clock],
  exports: [NestGraphQLModule, Pages, Clock],
})
export class GraphQLModule {}
