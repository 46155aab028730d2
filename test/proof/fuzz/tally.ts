import { getNamedType, isObjectType, type GraphQLObjectType, type GraphQLSchema } from 'graphql';
import type { Judged } from './judge.ts';

/** What was sent and what came back, in numbers. */
export class Tally {
  inputs = 0;
  readonly kinds = new Map<string, number>();
  /** `200`, `400 BAD_USER_INPUT` ... */
  readonly answers = new Map<string, number>();
  /** Queries, mutations and endpoints that were answered with all that they asked for. */
  readonly succeeded = new Map<string, number>();
  readonly refused = new Map<string, number>();
  /** Fields, such as `Appointment.session`, that were answered with something. */
  readonly fields = new Set<string>();
  slowest = { milliseconds: 0, what: '' };

  constructor(private readonly schema: GraphQLSchema) {}

  add({ input, sent, answer }: Judged): void {
    this.inputs += 1;
    count(this.kinds, input.kind);
    const codes = [...new Set(answer.codes)].map(String).sort();
    count(this.answers, [answer.status || 'closed without an answer', ...codes].join(' '));
    const names = sent.endpoint ? [sent.endpoint] : (sent.roots ?? []).map(({ name }) => name);
    if (answer.succeeded) for (const name of names) count(this.succeeded, name);
    else if (answer.refused && names[0]) count(this.refused, names[0]);
    if (answer.milliseconds > this.slowest.milliseconds)
      this.slowest = { milliseconds: answer.milliseconds, what: `${names[0] ?? input.kind} (${input.kind})` };
    if (answer.succeeded && answer.data) this.reach(sent.roots ?? [], answer.data);
  }

  addAll(other: Tally): void {
    this.inputs += other.inputs;
    for (const name of ['kinds', 'answers', 'succeeded', 'refused'] as const)
      for (const [key, number] of other[name]) count(this[name], key, number);
    for (const field of other.fields) this.fields.add(field);
    if (other.slowest.milliseconds > this.slowest.milliseconds) this.slowest = other.slowest;
  }

  /** All that could be reached: of the types of the schema, without introspection. */
  get allFields(): string[] {
    return Object.values(this.schema.getTypeMap()).flatMap((type) =>
      isObjectType(type) && !type.name.startsWith('__')
        ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`)
        : [],
    );
  }

  private reach(roots: readonly { key: string; name: string }[], data: object): void {
    for (const { key, name } of roots) {
      const [root, field] = name.split('.') as [string, string];
      const value = (data as Record<string, unknown>)[key];
      this.reachField(this.schema.getType(root) as GraphQLObjectType, field, value);
    }
  }

  private reachField(type: GraphQLObjectType, name: string, value: unknown): void {
    const field = type.getFields()[name];
    if (!field || value === null || value === undefined) return;
    this.fields.add(`${type.name}.${name}`);
    const of = getNamedType(field.type);
    if (!isObjectType(of)) return;
    for (const each of [value].flat())
      for (const [inner, found] of Object.entries(each)) this.reachField(of, inner, found);
  }
}

function count(counts: Map<string, number>, key: string, by = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
