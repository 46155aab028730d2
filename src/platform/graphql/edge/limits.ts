import type { ApolloServerPlugin, BaseContext, GraphQLRequestContextDidResolveOperation } from '@apollo/server';
import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import {
  getNullableType,
  getVariableValues,
  GraphQLError,
  isListType,
  isObjectType,
  Kind,
  type GraphQLCompositeType,
  type GraphQLField,
  type OperationDefinitionNode,
  type TypeNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';
import { getComplexity, type ComplexityEstimator } from 'graphql-query-complexity';
import { pointsOf } from '../../../foundation/request-context/price.ts';
import type { HeldRequest } from '../../../foundation/request-context/ctx.decorator.ts';
import { mostOf } from '../lists/plain-lists.ts';
import { weightOf } from '../lists/long-text.ts';
import { requireShortLists } from './long-lists.ts';
import { MOST_FIELDS } from './modest.ts';
import { unquoted } from './plain-words.ts';
import { refusedQuery, told, tooMuch } from './refused-query.ts';
import { LARGEST_PAGE } from '../lists/page-args.ts';
import { isAttachable } from '../lists/attached.ts';
import { isConnection, isProperty } from '../lists/projection.ts';

/** What one request may ask for, at most. Refused before anything runs, with the figures. */
export interface QueryLimits {
  /** Levels of fields below the operation; introspection is exempt. */
  readonly depth: number;
  /** Fields under another name: what makes one request many. */
  readonly aliases: number;
  /** Fields of Query or Mutation, each under its own name. */
  readonly roots: number;
  /** Objects that may have to be read: see `costOf`. */
  readonly cost: number;
}

type ComplexityOptions = Parameters<typeof getComplexity>[0];

interface RuleOptions {
  n: number;
  propagateOnRejection: boolean;
  onReject: ((context: ValidationContext | null, error: GraphQLError) => void)[];
}

/**
 * The text of a query, before it is parsed: twice what honest ones take. Appointments with every field and relation, two levels
 * deep, take 120; all of the introspection 181; a hundred aliases of one field 600.
 */
export const MOST_TOKENS = 1_000;

const USUAL_PAGE = 50;
/** Objects that one costs as much as that is read for itself: ten times the CPU of one that is read along. */
const OF_ITS_OWN = 10;
const ROOTS = new Set(['Query', 'Mutation']);

/** Refuses queries that are too deep or too broad, while they are validated. */
export function shapeLimits({ depth, aliases }: Pick<QueryLimits, 'depth' | 'aliases'>): ValidationRule[] {
  const rule = (figure: string, most: number, help: string): RuleOptions => ({
    n: most,
    propagateOnRejection: false,
    onReject: [
      (context, error) => {
        const found = Number(/found (\d+)/.exec(error.message)?.[1]);
        context?.reportError(tooMuch(figure, found, most, help));
      },
    ],
  });
  return [
    maxDepthRule({ ...rule('depth', depth, 'ask for fewer levels'), flattenFragments: true }),
    maxAliasesRule(rule('aliases', aliases, 'send several requests')),
  ];
}

/** What operations cost whatever their variables are. Apollo keeps parsed documents, so each is counted once. */
const fixedCosts = new WeakMap<OperationDefinitionNode, number>();

/** Only the size of a page and whether a field is skipped depend on a variable. */
function isFixed({ variableDefinitions = [] }: OperationDefinitionNode): boolean {
  return variableDefinitions.every(({ type }) => !['Int', 'Boolean'].includes(nameOf(type)));
}

function nameOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type);
}

/** The header by which a request asks what it costs: `1`. */
const ASKS_FOR_COST = 'graphql-cost';

/** Refuses queries that cost too much, once their variables are known; tells those who ask what a query costs. */
export function costLimit(most: number): ApolloServerPlugin<{ readonly request: HeldRequest }> {
  return {
    requestDidStart: ({ request: { http }, contextValue }) => {
      const isAsked = http?.headers.get(ASKS_FOR_COST) === '1';
      let cost: number | undefined;
      return Promise.resolve({
        didResolveOperation: (asked) => {
          cost = costOfOperation(asked);
          if (cost !== undefined && cost > most)
            throw tooMuch('cost', cost, most, 'ask for smaller pages or fewer relations');
          contextValue.request.holder.current.effort.expected = cost ?? 1;
          return Promise.resolve();
        },
        willSendResponse: ({ response: { body } }) => {
          if (isAsked && cost !== undefined && body.kind === 'single') {
            const points = pointsOf(contextValue.request.holder.current.effort);
            const tells = { cost: { requested: told(cost), most, points } };
            body.singleResult.extensions = { ...body.singleResult.extensions, ...tells };
          }
          return Promise.resolve();
        },
      });
    },
  };
}

type Asked = Pick<
  GraphQLRequestContextDidResolveOperation<BaseContext>,
  'schema' | 'document' | 'operation' | 'request'
>;

/** Undefined without an operation, or where a variable is wrong: the execution tells what is, and runs nothing. */
function costOfOperation({ schema, document, operation, request }: Asked): number | undefined {
  if (!operation) return undefined;
  const { variables = {} } = request;
  requireShortLists(schema, operation, variables);
  const known = fixedCosts.get(operation);
  if (known !== undefined) return known;
  if (getVariableValues(schema, operation.variableDefinitions ?? [], variables).errors) return undefined;
  const cost = complexityOf({ schema, query: document, operationName: operation.name?.value, variables });
  if (isFixed(operation)) fixedCosts.set(operation, cost);
  return cost;
}

/** @throws GraphQLError an argument that the execution would refuse: what cannot be counted is not run */
function complexityOf(options: Omit<ComplexityOptions, 'estimators'>): number {
  try {
    return getComplexity({ ...options, estimators: [costOf], maxQueryNodes: MOST_FIELDS });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    // fragments within fragments, each spread twice: a few lines that stand for millions of fields
    if (/maximum allowed number of nodes/.test(error.message)) return Infinity;
    throw refusedQuery(unquoted(error.message));
  }
}

/**
 * Objects that a field may make us read: itself and what is below it, times the rows of its page. Plain fields cost
 * nothing, since they come with their object, but for long texts.
 */
const costOf: ComplexityEstimator = ({ type: parent, field, args, childComplexity }) => {
  const type = getNullableType(field.type);
  if (isListType(type))
    return isConnectionList(field.name) ? 1 + childComplexity : mostOf(field) * (1 + childComplexity);
  if (!isObjectType(type) || type.name === 'PageInfo') return weightOf(field);
  if (!isConnection(type)) return (isReadForItself(parent, field) ? OF_ITS_OWN : 1) + childComplexity;
  const asked: unknown = args.first ?? USUAL_PAGE;
  return 1 + Math.min(Math.max(Number(asked), 1), LARGEST_PAGE) * childComplexity;
};

/** A relation that is not read together with its rows: each passes the field's door, and waits for its loader. */
function isReadForItself(parent: GraphQLCompositeType, field: GraphQLField<unknown, unknown>): boolean {
  return !ROOTS.has(parent.name) && !isProperty(field) && !isAttachable(field);
}

/** The connection that they are of counts their rows. */
function isConnectionList(field: string): boolean {
  return field === 'nodes' || field === 'edges';
}
