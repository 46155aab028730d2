import fc, { type Arbitrary } from 'fast-check';
import { getNamedType, isObjectType, type GraphQLField, type GraphQLSchema } from 'graphql';
import { callersOf } from './callers.ts';
import { bearer, JSON_TYPE, type Input, type Root, type Subject } from './input.ts';
import { inputOf, type Malice } from './leaves.ts';
import type { Place } from './rig.ts';
import { argsText, selectionText, Selections, type Selection } from './selections.ts';
import { jsonOf, Raw, settled } from './values.ts';

export type RootField = GraphQLField<unknown, unknown>;
export type RootType = 'Query' | 'Mutation';

/** A root field with its arguments and what is asked for below it. */
export interface Call {
  readonly field: RootField;
  readonly args: Record<string, unknown>;
  readonly selection: Selection;
}

/** What a call tries, by how many of its values are hostile. */
export const KINDS = { 0: 'meant well', 12: 'a hostile value', 60: 'hostile values' } as const;

/** Calls as the schema says, whatever is in it: fields that come later come into them by themselves. */
export class GraphQLInputs {
  private readonly selections = new Selections();

  constructor(private readonly schema: GraphQLSchema) {}

  fields(): [RootType, RootField][] {
    const of = (type: RootType): [RootType, RootField][] =>
      Object.values(
        this.schema.getRootType(type === 'Query' ? ('query' as never) : ('mutation' as never))!.getFields(),
      ).map((field) => [type, field]);
    return [...of('Query'), ...of('Mutation')];
  }

  subjects(): Subject[] {
    return this.fields().map(([type, field]) => ({
      name: `${type}.${field.name}`,
      costly: takesPassword(field),
      inputs: fc.oneof(
        { weight: 4, arbitrary: this.inputs(type, field, 0) },
        { weight: 5, arbitrary: this.inputs(type, field, 12) },
        { weight: 2, arbitrary: this.inputs(type, field, 60) },
      ),
    }));
  }

  call(field: RootField, malice: Malice): Arbitrary<Call> {
    const type = getNamedType(field.type);
    const at = { call: field.name, owner: field.name, about: type.name.replace(/Connection$/, '') };
    return fc.record({
      field: fc.constant(field),
      args: fc.record(Object.fromEntries(field.args.map((arg) => [arg.name, inputOf(arg, at, malice)]))),
      selection: isObjectType(type) ? this.selections.of(type, 0, malice === 60 ? 12 : 0) : fc.constant([]),
    });
  }

  private inputs(type: RootType, field: RootField, malice: Malice): Arbitrary<Input> {
    const calls = fc.oneof(
      { weight: 9, arbitrary: this.call(field, malice).map((call) => [call]) },
      { weight: 1, arbitrary: fc.tuple(this.call(field, 0), this.call(field, malice)) },
    );
    return fc
      .record({ caller: callersOf(field.name), calls, asVariables: fc.nat(3).map((one) => one > 0) })
      .map(({ caller, calls, asVariables }) => ({
        kind: KINDS[malice],
        caller,
        render: (place: Place) => {
          const { query, variables, roots } = documentOf(type, calls, asVariables, place);
          return { ...posted(place, jsonOf({ query, variables })), roots };
        },
      }));
  }
}

export interface Document {
  readonly query: string;
  readonly variables: Record<string, unknown>;
  readonly roots: readonly Root[];
}

/** The document of some calls, their arguments as variables or as literals. */
export function documentOf(type: RootType, calls: readonly Call[], asVariables: boolean, place: Place): Document {
  const variables: Record<string, unknown> = {};
  const declared: string[] = [];
  const roots: Root[] = [];
  const texts = calls.map(({ field, args, selection }, index) => {
    const key = `f${index}`;
    roots.push({ key, name: `${type}.${field.name}` });
    const below = selectionText(selection, isObjectType(getNamedType(field.type)), place);
    if (!asVariables) return `${key}: ${field.name}${argsText(field, args, place)} ${below}`;
    const named = field.args.flatMap((arg) => {
      const value = settled(args[arg.name], place);
      if (value === undefined) return [];
      const name = `v${index}_${arg.name}`;
      declared.push(`$${name}: ${String(arg.type)}`);
      variables[name] = value;
      return [[arg.name, new Raw(`$${name}`)] as const];
    });
    return `${key}: ${field.name}${argsText(field, Object.fromEntries(named), place)} ${below}`;
  });
  const head = `${type.toLowerCase()}${declared.length ? `(${declared.join(', ')})` : ''}`;
  return { query: `${head} { ${texts.join(' ')} }`, variables, roots };
}

export function posted(
  place: Place,
  body: string,
): { method: string; url: string; headers: Record<string, string>; body: string } {
  return { method: 'POST', url: '/graphql', headers: { ...JSON_TYPE, ...bearer(place) }, body };
}

function takesPassword(field: RootField): boolean {
  return field.args.some(({ name, type }) => {
    const of = getNamedType(type);
    return (
      /password/i.test(name) ||
      ('getFields' in of && Object.keys(of.getFields()).some((each) => /password/i.test(each)))
    );
  });
}
