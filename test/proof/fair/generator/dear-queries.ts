import { getNamedType, isObjectType, type GraphQLObjectType, type GraphQLSchema } from 'graphql';
import type { Random } from '../../faults/harness/random.ts';
import { argumentsOf } from './arguments.ts';
import { costOf, sumOfTokens, textOf, tokensOf, type Asked, type Field } from './asked.ts';
import { MOST } from './limits.ts';

const SMALLER = 0.7;

/** Valid queries at random, each as dear as the limits allow, or nearly so. */
export class DearQueries {
  private readonly root: GraphQLObjectType;
  private aliases = 0;

  constructor(schema: GraphQLSchema) {
    this.root = schema.getQueryType()!;
  }

  next(random: Random): string {
    this.aliases = 0;
    const fields = Object.values(this.root.getFields());
    // all of one kind is as dear as some of each
    const chosen = random.chance(0.5) ? [random.pick(fields)] : fields;
    const count = random.between(1, MOST.roots);
    const roots: Asked[] = [];
    let tokens = 2;
    for (let nth = 0; nth < count; nth++) {
      const share = Math.floor((MOST.tokens - tokens) / (count - nth));
      const asked = this.ask(random.pick(chosen), 1, share, random, true);
      if (!asked || tokens + tokensOf(asked) > MOST.tokens) continue;
      roots.push(asked);
      tokens += tokensOf(asked);
    }
    const cheap = fitted(roots);
    return cheap.length ? `{ ${cheap.map(textOf).join(' ')} }` : '{ me { id } }';
  }

  /** Undefined where there is no room for it. */
  private ask(field: Field, depth: number, tokens: number, random: Random, isRoot = false): Asked | undefined {
    const type = getNamedType(field.type);
    const args = argumentsOf(field.name, field.args, random);
    const page = field.args.some(({ name }) => name === 'first') ? random.between(1, MOST.page) : undefined;
    const alias = this.aliasFor(isRoot || random.chance(0.1));
    const bare = tokensOf({ field, alias, args, page, below: [] });
    if (!isObjectType(type)) return bare <= tokens ? { field, alias, args, page, below: [] } : undefined;
    const below = depth < MOST.depth ? this.below(type, depth + 1, tokens - bare - 2, random) : [];
    return below.length ? { field, alias, args, page, below } : undefined;
  }

  private below(type: GraphQLObjectType, depth: number, tokens: number, random: Random): Asked[] {
    const chosen: Asked[] = [];
    const fields = Object.values(type.getFields());
    const isConnection = fields.some(({ name }) => name === 'nodes');
    for (const field of shuffled(fields, random)) {
      const left = tokens - sumOfTokens(chosen);
      if (left <= 0) break;
      const isBelow = isObjectType(getNamedType(field.type));
      // rows are what costs; of what stands below them now and then one twice, under two names
      const times = field.name === 'nodes' ? 1 : random.pick(isBelow ? (isConnection ? [0, 0, 1] : [0, 1, 1, 2]) : [1]);
      for (let time = 0; time < times; time++) {
        const asked = this.ask(field, depth, isBelow ? Math.floor(left / 2) : left, random);
        const isTwice = chosen.some((other) => nameOf(other) === (asked && nameOf(asked)));
        if (asked && !isTwice) chosen.push(asked);
      }
    }
    return chosen;
  }

  private aliasFor(wanted: boolean): string | undefined {
    return wanted && this.aliases < MOST.aliases ? `a${this.aliases++}` : undefined;
  }
}

/** With smaller pages until they cost no more than they may; what costs too much all the same is left out. */
function fitted(roots: Asked[]): Asked[] {
  const cost = (): number => roots.reduce((sum, root) => sum + costOf(root), 0);
  while (cost() > MOST.cost) {
    const pages = roots.flatMap(pagesOf).filter(({ page = 1 }) => page > 1);
    if (pages.length) for (const asked of pages) asked.page = Math.max(1, Math.floor(asked.page! * SMALLER));
    else roots.splice(roots.indexOf(roots.reduce((most, root) => (costOf(root) > costOf(most) ? root : most))), 1);
  }
  return roots;
}

function pagesOf(asked: Asked): Asked[] {
  return [...(asked.page === undefined ? [] : [asked]), ...asked.below.flatMap(pagesOf)];
}

function nameOf({ alias, field }: Asked): string {
  return alias ?? field.name;
}

function shuffled<T>(all: readonly T[], random: Random): T[] {
  const left = [...all];
  return all.map(() => left.splice(random.between(0, left.length - 1), 1)[0]!);
}
