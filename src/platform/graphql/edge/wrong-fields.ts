import {
  getNamedType,
  isInputObjectType,
  isValueNode,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type ASTNode,
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { fieldNamedIn, inPlainWords, withoutHint } from './plain-words.ts';

/** The path of each wrong field and what is wrong with it, as `details.fields` has them. */
export type WrongFields = Readonly<Record<string, string[]>>;

type Path = readonly string[];

/** Of what a client calls an argument or a field that there is none of. */
const LONGEST_NAME = 100;

/**
 * Finds the fields of its input that a request got wrong, by what graphql-js says of them: the same for a literal as for
 * a variable, whatever the client called it, and the same as the checks of the input's class would say.
 */
export class InputsOfDocument {
  private known?: { readonly nodes: Map<ASTNode, Path>; readonly variables: Map<string, Path[]> };

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly document: DocumentNode,
    /** What was to be run, where that was settled: its variables are none of the other operations'. */
    private readonly operation: OperationDefinitionNode | undefined,
  ) {}

  /** Empty where it is the document that is wrong, and no input. */
  wrongIn(error: GraphQLError, withHints: boolean): WrongFields {
    const reason = withHints ? reasonOf(error) : withoutHint(reasonOf(error));
    const said = inPlainWords(reason);
    const paths = this.pathsOf(error, reason).map(fieldOf);
    return Object.fromEntries(paths.map((path) => [path, [said]]));
  }

  private pathsOf(error: GraphQLError, reason: string): Path[] {
    const variable = /^Variable "\$(\w+)" (?:got invalid value |of required type |of non-null type )/.exec(
      error.message,
    );
    const named = fieldNamedIn(reason);
    if (variable?.[1] !== undefined && error.nodes?.[0]?.kind === Kind.VARIABLE_DEFINITION) {
      const inner = [...innerPathOf(error.message, reason), ...(named === undefined ? [] : [named])];
      const uses = this.paths.variables.get(variable[1]) ?? [[variable[1]]];
      return uses.map((path) => [...path, ...inner]);
    }
    const argument = /^Argument "(\w+)" |argument "(\w+)" of type "[^"]*" is required/.exec(error.message);
    if (argument) return [[argument[1] ?? argument[2] ?? '']];
    return (error.nodes ?? []).flatMap((node) => {
      // an unknown field has a node of its own, a missing one has none
      const inner = (path: Path): Path => (named === undefined || path.at(-1) === named ? path : [...path, named]);
      return this.placesOf(node).map(inner);
    });
  }

  /** None where it is no part of an input; several for a default of a variable that is used several times. */
  private placesOf(node: ASTNode): readonly Path[] {
    const [first, ...more] = this.paths.nodes.get(node) ?? [];
    if (first === undefined) return [];
    if (!first.startsWith('$')) return [[first, ...more]];
    return (this.paths.variables.get(first.slice(1)) ?? []).map((use) => [...use, ...more]);
  }

  /** Where each node below an argument or in a variable's default (`$name`) stands, and where each variable is used. */
  private get paths(): NonNullable<typeof this.known> {
    if (this.known) return this.known;
    const known = { nodes: new Map<ASTNode, Path>(), variables: new Map<string, Path[]>() };
    const types = new TypeInfo(this.schema);
    const path: string[] = [];
    const steps = new Set<ASTNode>();
    visit(
      this.document,
      visitWithTypeInfo(types, {
        enter: (node) => {
          if (node.kind === Kind.OPERATION_DEFINITION && this.operation && node !== this.operation) return false;
          const step = stepOf(node, types);
          if (step !== undefined) {
            path.push(step.slice(0, LONGEST_NAME));
            steps.add(node);
          }
          if (!path.length || isDeclaration(node, path)) return undefined;
          known.nodes.set(node, [...path]);
          if (node.kind === Kind.VARIABLE) {
            const uses = known.variables.get(node.name.value) ?? [];
            known.variables.set(node.name.value, [...uses, [...path]]);
          }
          return undefined;
        },
        leave: (node) => {
          if (steps.has(node)) path.pop();
        },
      }),
    );
    return (this.known = known);
  }
}

/** What a node adds to the path. Below a JSON scalar there are fields of its own, which no input knows. */
function stepOf(node: ASTNode, types: TypeInfo): string | undefined {
  if (node.kind === Kind.VARIABLE_DEFINITION) return `$${node.variable.name.value}`;
  if (node.kind === Kind.ARGUMENT) return node.name.value;
  const isField = node.kind === Kind.OBJECT_FIELD && isInputObjectType(getNamedType(types.getParentInputType()));
  return isField ? node.name.value : undefined;
}

/** The name and the type of a variable are none of its value. */
function isDeclaration(node: ASTNode, [first, ...more]: Path): boolean {
  const isValue = isValueNode(node) && node.kind !== Kind.VARIABLE;
  return first?.startsWith('$') === true && !more.length && !isValue;
}

/** The field as a form would have it: without the argument that the input is, and without positions in lists. */
function fieldOf(path: Path): string {
  return (path.length > 1 ? path.slice(1) : path).join('.');
}

/** Of a variable that got an invalid value, what is wrong with it: the value before it may hold anything. */
function reasonOf(error: GraphQLError): string {
  if (!/^Variable "\$\w+" got invalid value /.test(error.message)) return error.message;
  const reason = error.originalError?.message ?? '';
  return reason && error.message.endsWith(`; ${reason}`) ? reason : 'is not valid';
}

/** `<variable> <value> at "<path>"; <reason>`: what is kept is taken from the end. */
function innerPathOf(message: string, reason: string): Path {
  const before = message.endsWith(`; ${reason}`) ? message.slice(0, -reason.length - 2) : '';
  const inner = / at "\w+((?:\.\w+|\[\d+\])+)"$/.exec(before)?.[1] ?? '';
  return inner
    .replace(/\[\d+\]/g, '')
    .split('.')
    .filter(Boolean);
}
