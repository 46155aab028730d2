import type { ApolloServerPlugin } from '@apollo/server';
import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  Kind,
  OperationTypeNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { AnswerIncomplete, AnswerTooLarge } from '../../../foundation/errors/domain-error.ts';
import type { HeldRequest } from '../../../foundation/request-context/ctx.decorator.ts';
import { LARGEST_PAGE } from '../lists/page-args.ts';
import { isConnection } from '../lists/projection.ts';
import { charactersOf } from '../lists/long-text.ts';
import { toldAs } from './error-edge.ts';

/** Of a field that is no long text, its name included: an id takes 50, a name 200 characters at most. */
const USUAL_BYTES = 100;

/**
 * Refuses an answer that would be too large before it is written out: as objects it shares its texts with the rows, written
 * out it has them under each alias. Only answers of operations that could be so large are measured.
 */
export function answerSize(most: number): ApolloServerPlugin<{ readonly request: HeldRequest }> {
  /** Apollo keeps parsed documents, so each operation is looked through once. */
  const known = new WeakMap<OperationDefinitionNode, boolean>();
  return {
    requestDidStart: () =>
      Promise.resolve({
        willSendResponse: ({ document, operation, schema, contextValue, response: { body } }) => {
          if (body.kind !== 'single' || !body.singleResult.data || !operation || !document) return Promise.resolve();
          let mayBe = known.get(operation);
          if (mayBe === undefined) known.set(operation, (mayBe = mayBeLarger(schema, document, operation, most)));
          if (mayBe && bytesOf(body.singleResult.data, most) > most) {
            const tooLarge = new AnswerTooLarge(most);
            const changed = operation.operation === OperationTypeNode.MUTATION;
            const { requestId } = contextValue.request.holder.current.origin;
            contextValue.request.holder.current.effort.bytes += most; // as if it had been sent
            body.singleResult = {
              ...body.singleResult,
              data: undefined,
              errors: [toldAs(changed ? new AnswerIncomplete(tooLarge) : tooLarge, requestId)],
            };
          }
          return Promise.resolve();
        },
      }),
  };
}

/** Of the value written as JSON, about: characters that take several bytes, or are escaped, count as one. Stops beyond `most`. */
function bytesOf(value: unknown, most: number): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 5;
  let bytes = 2;
  for (const key in value) {
    bytes +=
      (Array.isArray(value) ? 1 : key.length + 4) + bytesOf((value as Record<string, unknown>)[key], most - bytes);
    if (bytes > most) break;
  }
  return bytes;
}

/** Whether it could be, with the largest pages and the longest texts. Variables are left out of it. */
function mayBeLarger(
  schema: GraphQLSchema,
  { definitions }: DocumentNode,
  operation: OperationDefinitionNode,
  most: number,
): boolean {
  const fragments = new Map(
    definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION).map((each) => [each.name.value, each]),
  );
  const root = schema.getRootType(operation.operation);
  return root ? new Largest(fragments).ofSelection(operation.selectionSet, root) > most : false;
}

class Largest {
  /** Of fragments, by their names: spread twice in each other, thirty of them would be looked through 2^30 times. */
  private readonly known = new Map<string, number>();

  constructor(private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>) {}

  /** What is asked for twice counts twice: it is a bound. */
  ofSelection({ selections }: SelectionSetNode, type: GraphQLNamedType): number {
    let bytes = 0;
    for (const node of selections) {
      if (node.kind === Kind.FIELD) bytes += this.ofField(node, type);
      else if (node.kind === Kind.INLINE_FRAGMENT) bytes += this.ofSelection(node.selectionSet, type);
      else bytes += this.ofFragment(node.name.value, type);
    }
    return bytes;
  }

  private ofFragment(name: string, type: GraphQLNamedType): number {
    const fragment = this.fragments.get(name);
    const bytes = this.known.get(name) ?? (fragment ? this.ofSelection(fragment.selectionSet, type) : 0);
    this.known.set(name, bytes);
    return bytes;
  }

  private ofField(node: FieldNode, parent: GraphQLNamedType): number {
    const field = (parent as GraphQLObjectType).getFields()[node.name.value];
    if (!field || !node.selectionSet) return field ? USUAL_BYTES + charactersOf(field) : USUAL_BYTES;
    const type = getNamedType(field.type);
    if (!isCompositeType(type)) return USUAL_BYTES;
    const isRows = isListType(getNullableType(field.type)) && !isConnection(parent as GraphQLObjectType);
    const rows = isRows || isConnection(field.type) ? rowsOf(node) : 1;
    return rows * this.ofSelection(node.selectionSet, type);
  }
}

/** Of a page: what is written in the document, or else the most there may be. */
function rowsOf({ arguments: given = [] }: FieldNode): number {
  const first = given.find(({ name }) => name.value === 'first')?.value;
  return first?.kind === Kind.INT ? Math.min(Number(first.value), LARGEST_PAGE) : LARGEST_PAGE;
}
