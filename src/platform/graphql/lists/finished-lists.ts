import {
  HeaderMap,
  type ApolloServerPlugin,
  type GraphQLRequestContext,
  type GraphQLRequestListener,
} from '@apollo/server';
import {
  execute,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  getNamedType,
  getVariableValues,
  isLeafType,
  isNonNullType,
  Kind,
  OperationTypeNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLFieldConfig,
  type GraphQLFieldMap,
  type OperationDefinitionNode,
} from 'graphql';
import { Beside } from '../../../foundation/request-context/beside.ts';
import { isConnection, projectionOf, type Projection } from './projection.ts';

/** An answer that is written out already. */
const FINISHED = new GraphQLScalarType({ name: 'Finished' });

type Context = object;
type QueryField = GraphQLFieldConfig<unknown, Context>;
type Variables = GraphQLRequestContext<Context>['request']['variables'];
type Asked = Pick<GraphQLRequestContext<Context>, 'document' | 'operation' | 'request' | 'contextValue'>;

/**
 * Answers queries of plain rows and lists of them (projection.ts). graphql-js executes them, by a second schema in which
 * such a field of Query is a leaf that its resolver finishes: arguments, guards, filters and nulls are as they were. Where a
 * row may not be read, the role may not ask, or anything else than data comes of it, Apollo Server executes the operation
 * by the schema as it is, and the fields of Query answer what they have answered here.
 */
export class FinishedLists implements ApolloServerPlugin<Context> {
  /** Of Query. */
  private fields: GraphQLFieldMap<unknown, Context>;
  private finishing: GraphQLSchema;
  private readonly projections = new WeakMap<FieldNode, Projection>();
  /** Apollo keeps parsed documents, so each operation is looked through once. */
  private readonly plain = new WeakMap<OperationDefinitionNode, boolean>();
  /** What the fields of Query have answered, by the names they are answered under. */
  private readonly answers = new Beside<Context, Map<string, unknown>>();

  /** @returns the schema itself */
  of(schema: GraphQLSchema): GraphQLSchema {
    const { query, types, ...config } = schema.toConfig();
    const { fields, ...ofQuery } = (query as GraphQLObjectType<unknown, Context>).toConfig();
    const finished = Object.entries(fields).map(([name, field]) => [name, this.finished(field as QueryField)]);
    this.fields = (query as GraphQLObjectType<unknown, Context>).getFields();
    for (const field of Object.values(this.fields)) field.resolve = this.once(field);
    this.finishing = new GraphQLSchema({
      ...config,
      types: types.filter((type) => type !== query),
      query: new GraphQLObjectType({ ...ofQuery, fields: Object.fromEntries(finished) as Record<string, QueryField> }),
    });
    return schema;
  }

  requestDidStart(): Promise<GraphQLRequestListener<Context>> {
    return Promise.resolve({ responseForOperation: this.responseForOperation });
  }

  private readonly responseForOperation = async ({ document, operation, request, contextValue }: Asked) => {
    const { variables: variableValues, operationName } = request;
    if (!document || !operation || !this.isPlain(document, operation, variableValues)) return null;
    this.answers.set(contextValue, new Map());
    const args = { document, variableValues, operationName, contextValue };
    const { data, errors } = await execute({ ...args, schema: this.finishing });
    if (errors || !data) return null;
    const http = { status: undefined, headers: new HeaderMap() };
    return { http, body: { kind: 'single' as const, singleResult: { data } } };
  };

  private finished(field: QueryField): QueryField {
    const answer = this.once(field);
    if (isLeafType(getNamedType(field.type))) return { ...field, resolve: answer };
    return {
      ...field,
      type: isNonNullType(field.type) ? new GraphQLNonNull(FINISHED) : FINISHED,
      resolve: async (root, args, context, info) => {
        const value = await answer?.(root, args, context, info);
        const [node] = info.fieldNodes;
        return node && this.projections.get(node)?.(value);
      },
    };
  }

  /** A field of Query is asked once for an operation, whoever completes it. */
  private once({ resolve }: Pick<QueryField, 'resolve'>): QueryField['resolve'] {
    return (
      resolve &&
      ((root, args, context, info) => {
        const answers = this.answers.get(context);
        if (!answers) return resolve(root, args, context, info);
        const key = String(info.path.key);
        if (!answers.has(key)) answers.set(key, resolve(root, args, context, info));
        return answers.get(key);
      })
    );
  }

  /** Whether it is a query of objects and lists, all of them plain. */
  private isPlain(document: DocumentNode, operation: OperationDefinitionNode, variables: Variables = {}): boolean {
    const known = this.plain.get(operation);
    if (known !== undefined) return known;
    // with wrong variables nothing runs, and its cost has not been counted (limits.ts)
    if (getVariableValues(this.finishing, operation.variableDefinitions ?? [], variables).errors) return false;
    const is = this.prepare(document, operation);
    this.plain.set(operation, is);
    return is;
  }

  private prepare(document: DocumentNode, operation: OperationDefinitionNode): boolean {
    if (operation.operation !== OperationTypeNode.QUERY) return false;
    const { selections } = operation.selectionSet;
    const fields = selections.filter((node) => node.kind === Kind.FIELD);
    const keys = new Set(fields.map(({ alias, name }) => (alias ?? name).value));
    // fragments and repeated fields at the root are graphql-js's to collect, and what asks for the schema means the true one
    if (keys.size < selections.length || fields.some(({ name }) => name.value.startsWith('__'))) return false;
    const fragments = Object.fromEntries(
      document.definitions
        .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
        .map((definition) => [definition.name.value, definition]),
    );
    for (const node of fields) {
      const type = this.fields[node.name.value]?.type;
      if (!type || isLeafType(getNamedType(type))) continue;
      const projection = projectionOf(type, [node], { fragments, attached: isConnection(type) });
      if (!projection) return false;
      this.projections.set(node, projection);
    }
    return true;
  }
}
