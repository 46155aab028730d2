import { randomUUID } from 'node:crypto';
import { visitOf } from './visit.ts';
import { startOf } from '../slots.ts';
import type { Bookings, Job, Query } from './job.ts';

/** Posts a GraphQL call, and gives the answer's text. @throws Error an answer with errors */
export type Call = (name: string, body: string, token: string) => Promise<string>;

/** What a client does over and over. */
export type Operation = (call: Call) => Promise<unknown>;

/** What a front end's calendar shows of a booking: twelve fields of the appointment itself. */
const TWELVE_FIELDS =
  'id startTime endTime status unitsReserved durationMinutes location notes recurrenceRule version createdAt updatedAt';

const BOOK = `mutation Book($input: CreateAppointmentInput!) { createAppointment(input: $input) { ${TWELVE_FIELDS} } }`;
const START = 'mutation Start($id: ID!) { startAppointment(id: $id) { id status startedAt version } }';
const COMPLETE = `mutation Complete($input: CompleteAppointmentInput!) {
  completeAppointment(input: $input) { id status unitsUsed unitsUnauthorized startTime endTime } }`;
const CANCEL = `mutation Cancel($input: CancelAppointmentInput!) {
  cancelAppointment(input: $input) { id status unitsReserved cancelledAt version } }`;

/** @param takeSlot a number that no other operation gets */
export function operationOf(job: Job, takeSlot: () => number): Operation {
  switch (job.kind) {
    case 'query':
      return querying('query', job.query);
    case 'mixed': {
      const changes = [bookingOf(job, takeSlot).book, bookingOf(job, takeSlot).cancel];
      const reads = Object.entries(job.queries).map(([name, query]) => querying(name, query));
      return (call) => oneOf(Math.random() < job.changes ? changes : reads)(call);
    }
    case 'book':
    case 'visit':
    case 'cancel':
      return bookingOf(job, takeSlot)[job.kind];
  }
}

function querying(name: string, { text, requests }: Query): Operation {
  const ready = requests.map(({ variables, token }) => ({ body: bodyOf(text, variables), token }));
  return (call) => {
    const { body, token } = oneOf(ready);
    return call(name, body, token);
  };
}

function bookingOf(job: Bookings, takeSlot: () => number): Record<'book' | 'visit' | 'cancel', Operation> {
  let turn = 0;
  const nextToken = (): string => job.tokens[turn++ % job.tokens.length]!;
  const booking = async (call: Call, token: string): Promise<string> => {
    const answer = await call('createAppointment', bodyOf(BOOK, { input: inputOf(job, takeSlot()) }), token);
    return /"id":"([^"]+)"/.exec(answer)![1]!;
  };
  return {
    book: (call) => booking(call, nextToken()),
    visit: async (call) => {
      const token = nextToken();
      const id = await booking(call, token);
      await call('startAppointment', bodyOf(START, { id }), token);
      const input = { appointmentId: id, idempotencyKey: randomUUID() };
      await call('completeAppointment', bodyOf(COMPLETE, { input }), token);
    },
    cancel: async (call) => {
      const token = nextToken();
      const id = await booking(call, token);
      await call('cancelAppointment', bodyOf(CANCEL, { input: { id, idempotencyKey: randomUUID() } }), token);
    },
  };
}

function inputOf(job: Bookings, slot: number): object {
  const { organization, practitioners, authorizations } = job;
  const [first, last] = authorizations;
  const authorization = first + Math.floor(Math.random() * (last - first + 1));
  return visitOf(organization, practitioners, authorization, startOf(job, slot));
}

function bodyOf(query: string, variables: object): string {
  return JSON.stringify({ query, variables });
}

function oneOf<T>(all: readonly T[]): T {
  return all[Math.floor(Math.random() * all.length)]!;
}
