import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import {
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  type GraphQLResolveInfo,
  type SelectionNode,
} from 'graphql';

/** Names of the fields that are asked for, with what is asked for below each. No type is abstract, so fragments are of theirs. */
export type Selection = ReadonlyMap<string, Selection>;

type Growing = Map<string, Growing>;

type Source = Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments' | 'variableValues'>;

/** What a query asks for of the rows of its connection: injects it into the resolver that lists them. */
export const OfRows = createParamDecorator((_: unknown, context: ExecutionContext) =>
  ofRows(selectionOf(context.getArgByIndex<Source>(3))),
);

export const NOTHING: Selection = new Map();

/** What is asked for below the field that is being resolved. */
export function selectionOf({ fieldNodes, fragments, variableValues }: Source): Selection {
  const isWanted = (node: SelectionNode): boolean =>
    !node.directives?.length ||
    (getDirectiveValues(GraphQLSkipDirective, node, variableValues)?.if !== true &&
      getDirectiveValues(GraphQLIncludeDirective, node, variableValues)?.if !== false);
  const collect = (nodes: readonly SelectionNode[] | undefined, into: Growing): Growing => {
    for (const node of nodes?.filter(isWanted) ?? []) {
      if (node.kind === Kind.FIELD) {
        const below = into.get(node.name.value) ?? (new Map() as Growing);
        into.set(node.name.value, collect(node.selectionSet?.selections, below));
      } else {
        const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : fragments[node.name.value];
        collect(fragment?.selectionSet.selections, into);
      }
    }
    return into;
  };
  return collect(
    fieldNodes.flatMap((node) => node.selectionSet?.selections ?? []),
    new Map() as Growing,
  );
}

/** A connection's rows are `nodes`, and the `node` of each of its `edges`. */
function ofRows(connection: Selection): Selection {
  const nodes = connection.get('nodes');
  const edges = connection.get('edges')?.get('node');
  return nodes && edges ? merged(nodes, edges) : (nodes ?? edges ?? NOTHING);
}

function merged(one: Selection, other: Selection): Selection {
  const both = new Map(one);
  for (const [field, below] of other) {
    const known = both.get(field);
    both.set(field, known ? merged(known, below) : below);
  }
  return both;
}
