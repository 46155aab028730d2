import type { Arbitrary } from 'fast-check';
import type { Place } from './rig.ts';

/** A root field of a GraphQL document, and the name under which it is answered. */
export interface Root {
  readonly key: string;
  /** Such as `Mutation.createAppointment`. */
  readonly name: string;
}

/** What goes over the wire. */
export interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What it asks for, where it is a document that may be run; the first is run first. */
  readonly roots?: readonly Root[];
  /** Such as `POST /api/appointments`, where it is one of the OpenAPI document. */
  readonly endpoint?: string;
  /** All bytes as they are, for what no client would send: then nothing else is read. */
  readonly bytes?: Buffer;
}

/** One input: who sends it, and what it becomes once its ids are known. */
export interface Input {
  /** What it tries, such as `hostile values` or `fragments in a ring`. */
  readonly kind: string;
  readonly caller: string;
  readonly render: (place: Place) => Sent;
}

/** A thing that inputs are made for: a query, a mutation, an endpoint, or a shape that is wrong whatever it asks for. */
export interface Subject {
  readonly name: string;
  readonly inputs: Arbitrary<Input>;
  /** It computes password hashes, which take their time: fewer inputs at once. */
  readonly costly: boolean;
}

export const JSON_TYPE = { 'content-type': 'application/json' } as const;

/** As this caller. */
export function bearer({ caller }: Place): Record<string, string> {
  return caller.token ? { authorization: `Bearer ${caller.token}` } : {};
}
