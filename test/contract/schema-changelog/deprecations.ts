import {
  buildASTSchema,
  GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  printSchema,
  visit,
  type ConstDirectiveNode,
  type DocumentNode,
} from 'graphql';

/** What to use instead, and until when it surely stands: docs/schema-changes.md. */
const REASON = /^Use .+\. Removed no earlier than (\d{4}-\d{2}-\d{2})\.$/;
/** From the release that first has it. */
export const LEAST_DAYS = 180;

/** Undefined where the reason has not the form. */
export function removableFrom(reason: string): string | undefined {
  const date = REASON.exec(reason)?.[1];
  return date && isDay(date) ? date : undefined;
}

function isDay(date: string): boolean {
  const at = new Date(date);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(date);
}

/** The reasons of all that is deprecated, by schema coordinate. */
export function deprecationsOf(schema: GraphQLSchema): Map<string, string> {
  const found = new Map<string, string>();
  const note = (coordinate: string, { deprecationReason: reason }: { deprecationReason?: string | null }): void => {
    if (reason != null) found.set(coordinate, reason);
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (isEnumType(type)) for (const value of type.getValues()) note(`${type.name}.${value.name}`, value);
    if (isInputObjectType(type))
      for (const field of Object.values(type.getFields())) note(`${type.name}.${field.name}`, field);
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      note(`${type.name}.${field.name}`, field);
      for (const arg of field.args) note(`${type.name}.${field.name}(${arg.name}:)`, arg);
    }
  }
  return found;
}

/** Without what was deprecated and may go by now, nor the types that nothing else leads to: all the rest has to stand. */
export function keptOf(released: GraphQLSchema, today: string): GraphQLSchema {
  const remove = ({ directives }: { directives?: readonly ConstDirectiveNode[] }): null | undefined =>
    directives?.some((directive) => isDue(directive, today)) ? null : undefined;
  const document: DocumentNode = visit(parse(printSchema(released)), {
    FieldDefinition: remove,
    InputValueDefinition: remove,
    EnumValueDefinition: remove,
  });
  const reached = reachedIn(buildASTSchema(document, { assumeValidSDL: true }));
  const gone = reachedIn(released).filter((name) => !reached.includes(name));
  const definitions = document.definitions.filter((node) => !('name' in node && gone.includes(node.name?.value ?? '')));
  return buildASTSchema({ ...document, definitions }, { assumeValidSDL: true });
}

function isDue({ name, arguments: args }: ConstDirectiveNode, today: string): boolean {
  const reason = args?.find((arg) => arg.name.value === 'reason')?.value;
  if (name.value !== 'deprecated' || reason?.kind !== Kind.STRING) return false;
  const date = removableFrom(reason.value);
  return date !== undefined && date <= today;
}

/** Names of the types that a query or a mutation can come to. */
function reachedIn(schema: GraphQLSchema): string[] {
  const roots = { query: schema.getQueryType(), mutation: schema.getMutationType() };
  return Object.keys(new GraphQLSchema(roots).getTypeMap());
}
