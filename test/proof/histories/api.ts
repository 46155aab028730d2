import type { GraphQLAnswer } from '../../support/test-app.ts';
import type { Slot } from './calendar.ts';
import type { Answer, Request } from './requests.ts';
import type { Names } from './site.ts';

/** One way to the API: a process, or the application in this one. */
export type Endpoint = (text: string, variables: Record<string, unknown>, token: string) => Promise<GraphQLAnswer>;

/** 9 o'clock in New York on a day long past, so that visits can be started, missed and completed. */
const OPENING = Date.parse('2024-03-04T14:00:00Z');
const MINUTE = 60_000;

const VISIT = 'id status unitsReserved version startTime endTime';
const BALANCE = 'totalUnits reservedUnits usedUnits version';

/** Makes the call. @returns undefined where the server itself does not know how it ended, or broke */
export async function call(
  endpoint: Endpoint,
  names: Names,
  token: string,
  request: Request,
): Promise<Answer | undefined> {
  const { text, variables } = messageOf(names, request);
  if ('nulls' in request && request.nulls) putNulls(request.do, variables.input as Record<string, unknown>);
  const { data, errors } = await endpoint(text, variables, token);
  const [error] = errors ?? [];
  if (error?.extensions.code === 'INTERNAL_SERVER_ERROR') return undefined;
  if (error) return { refused: error.extensions.code, details: error.extensions.details ?? {} };
  return seenIn(names, Object.values(data as Record<string, Record<string, unknown>>)[0] ?? {});
}

/** What the inputs of calls with a key may leave out, and null does not clear. */
const LEFT_OUT: Partial<Record<Request['do'], readonly string[]>> = {
  book: ['serviceCode', 'location', 'notes', 'recurrenceRule'],
  change: ['practitionerId', 'authorizationId', 'serviceCode', 'startTime', 'endTime', 'expectedVersion'],
  cancel: ['reason', 'expectedVersion'],
  complete: ['actualStartTime', 'actualEndTime', 'narrativeNotes', 'voiceRecordingUrl', 'metrics'],
};

function putNulls(what: Request['do'], input: Record<string, unknown>): void {
  for (const field of LEFT_OUT[what] ?? []) input[field] ??= null;
}

interface Message {
  readonly text: string;
  readonly variables: Record<string, unknown>;
}

function messageOf(names: Names, request: Request): Message {
  switch (request.do) {
    case 'book': {
      const { authorization, patient, practitioner, key } = request;
      const people = { patientId: names.idOf(patient), practitionerId: names.idOf(practitioner) };
      const input = { ...people, authorizationId: names.idOf(authorization), ...timesOf(request), idempotencyKey: key };
      return mutation('createAppointment', input, VISIT);
    }
    case 'change': {
      const { visit, to, key, expectedVersion } = request;
      const input = {
        id: names.idOf(visit),
        ...(to.authorization && { authorizationId: names.idOf(to.authorization) }),
        ...(to.practitioner && { practitionerId: names.idOf(to.practitioner) }),
        ...(to.start !== undefined && to.minutes !== undefined && timesOf({ start: to.start, minutes: to.minutes })),
        expectedVersion,
        idempotencyKey: key,
      };
      return mutation('updateAppointment', input, VISIT);
    }
    case 'cancel': {
      const { visit, key, expectedVersion } = request;
      return mutation('cancelAppointment', { id: names.idOf(visit), expectedVersion, idempotencyKey: key }, VISIT);
    }
    case 'complete': {
      const { visit, delivered, key } = request;
      const { startTime, endTime } = timesOf({ start: 0, minutes: delivered ?? 0 });
      const actual = delivered === undefined ? {} : { actualStartTime: startTime, actualEndTime: endTime };
      const input = { appointmentId: names.idOf(visit), ...actual, idempotencyKey: key };
      return mutation('completeAppointment', input, 'id unitsUsed unitsUnauthorized');
    }
    case 'adjust': {
      const { authorization, total, expectedVersion } = request;
      const input = { id: names.idOf(authorization), totalUnits: total, reason: 'approved', expectedVersion };
      return mutation('updateAuthorization', input, BALANCE);
    }
    case 'start':
      return byId('mutation', 'startAppointment', names.idOf(request.visit), VISIT);
    case 'miss':
      return byId('mutation', 'markNoShow', names.idOf(request.visit), VISIT);
    case 'look':
      return byId('query', 'appointment', names.idOf(request.visit), VISIT);
    case 'balance':
      return byId('query', 'authorization', names.idOf(request.authorization), BALANCE);
  }
}

function mutation(name: string, input: object, selection: string): Message {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  return { text: `mutation($input: ${type}!) { ${name}(input: $input) { ${selection} } }`, variables: { input } };
}

function byId(kind: 'query' | 'mutation', name: string, id: string, selection: string): Message {
  return { text: `${kind}($id: ID!) { ${name}(id: $id) { ${selection} } }`, variables: { id } };
}

function timesOf({ start, minutes }: Slot): { startTime: string; endTime: string } {
  const begin = OPENING + start * MINUTE;
  return { startTime: new Date(begin).toISOString(), endTime: new Date(begin + minutes * MINUTE).toISOString() };
}

function seenIn(names: Names, object: Record<string, unknown>): Answer {
  if ('totalUnits' in object) {
    const { totalUnits: total, reservedUnits: reserved, usedUnits: used, version } = object as Record<string, number>;
    return { total, reserved, used, version } as Answer;
  }
  if ('unitsUsed' in object) {
    const { id, unitsUsed: used, unitsUnauthorized: unauthorized } = object;
    return { session: names.of(id as string, 'S'), used, unauthorized } as Answer;
  }
  const { id, status, unitsReserved: units, version, startTime, endTime } = object;
  const start = (Date.parse(startTime as string) - OPENING) / MINUTE;
  const minutes = (Date.parse(endTime as string) - OPENING) / MINUTE - start;
  return { visit: names.of(id as string, 'V'), status, units, version, start, minutes } as Answer;
}
