import { randomUUID } from 'node:crypto';
import { practitionerOf } from '../data/people.ts';
import { idOf, Kind } from '../ids.ts';
import { startOf } from '../slots.ts';
import type { Job } from './job.ts';

/** Posts a GraphQL call. @throws Refused */
export type Call = (name: string, body: string) => Promise<string>;

/** What one client does over and over. */
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

const HOUR = 3_600_000;

/** @param takeSlot a number that no other operation gets */
export function operationOf(job: Job, takeSlot: () => number): Operation {
  if (job.kind === 'query') return queries(job);
  const book = async (call: Call): Promise<string> => {
    const answer = await call('createAppointment', bodyOf(BOOK, { input: bookingOf(job, takeSlot()) }));
    return /"id":"([^"]+)"/.exec(answer)![1]!;
  };
  switch (job.kind) {
    case 'book':
      return book;
    case 'visit':
      return async (call) => {
        const id = await book(call);
        await call('startAppointment', bodyOf(START, { id }));
        await call(
          'completeAppointment',
          bodyOf(COMPLETE, { input: { appointmentId: id, idempotencyKey: randomUUID() } }),
        );
      };
    case 'cancel':
      return async (call) => {
        const id = await book(call);
        await call('cancelAppointment', bodyOf(CANCEL, { input: { id, idempotencyKey: randomUUID() } }));
      };
  }
}

function queries({ text, variables }: Extract<Job, { kind: 'query' }>): Operation {
  const bodies = variables.map((each) => bodyOf(text, each));
  return (call) => call('query', bodies[Math.floor(Math.random() * bodies.length)]!);
}

function bookingOf(job: Exclude<Job, { kind: 'query' }>, slot: number): object {
  const { organization, practitioners, authorizations } = job;
  const [first, last] = authorizations;
  const authorization = first + Math.floor(Math.random() * (last - first + 1));
  const start = startOf(job, slot);
  return {
    patientId: idOf(Kind.PATIENT, organization, authorization),
    practitionerId: idOf(Kind.PRACTITIONER, organization, practitionerOf(authorization, practitioners)),
    authorizationId: idOf(Kind.AUTHORIZATION, organization, authorization),
    serviceCode: '97153',
    startTime: new Date(start).toISOString(),
    endTime: new Date(start + HOUR).toISOString(),
    idempotencyKey: randomUUID(),
  };
}

function bodyOf(query: string, variables: object): string {
  return JSON.stringify({ query, variables });
}
