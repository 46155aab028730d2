import { Kind, type DocumentNode, type FieldNode, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql';
import { tooMuch } from './refused-query.ts';

/** One field, under one name, in one place: colocated fragments ask for `id` that often at most. */
const MOST_SAME = 30;
/** Fields of the document once its fragments are written out. */
export const MOST_FIELDS = 5_000;

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/**
 * Refuses what would take long to validate, or is many requests in one, before it is validated: whether the fields of one
 * name can be merged is asked of each pair of them, and of each pair below.
 *
 * @param most root fields of an operation
 * @throws GraphQLError with the figures
 */
export function requireModest({ definitions }: DocumentNode, most: number): void {
  const fragments: Fragments = new Map(
    definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION).map((each) => [each.name.value, each]),
  );
  const walk = new Walk(fragments);
  for (const definition of definitions)
    if (definition.kind === Kind.OPERATION_DEFINITION) {
      const roots = walk.through([definition.selectionSet]);
      if (roots > most) throw tooMuch('roots', roots, most, 'send several requests');
    } else if (definition.kind === Kind.FRAGMENT_DEFINITION) walk.through([definition.selectionSet]);
}

class Walk {
  private fields = 0;

  constructor(private readonly fragments: Fragments) {}

  /** @returns how many names these selections have together */
  through(selections: readonly SelectionSetNode[]): number {
    const byName = new Map<string, FieldNode[]>();
    const seen = new Set<string>();
    for (const selection of selections) this.collect(selection, byName, seen);
    for (const same of byName.values()) {
      if (same.length > MOST_SAME) throw tooMuch('repeated', same.length, MOST_SAME, 'ask for each field once');
      const below = same.flatMap(({ selectionSet }) => (selectionSet ? [selectionSet] : []));
      if (below.length) this.through(below);
    }
    return byName.size;
  }

  private collect({ selections }: SelectionSetNode, byName: Map<string, FieldNode[]>, seen: Set<string>): void {
    for (const node of selections) {
      if (++this.fields > MOST_FIELDS) throw tooMuch('fields', this.fields, MOST_FIELDS, 'use fewer fragments');
      if (node.kind === Kind.INLINE_FRAGMENT) this.collect(node.selectionSet, byName, seen);
      else if (node.kind === Kind.FRAGMENT_SPREAD) {
        const { value: name } = node.name;
        const fragment = this.fragments.get(name);
        if (fragment && !seen.has(name)) this.collect(fragment.selectionSet, byName, seen.add(name));
      } else {
        const { value: name } = node.alias ?? node.name;
        const same = byName.get(name);
        if (same) same.push(node);
        else byName.set(name, [node]);
      }
    }
  }
}
