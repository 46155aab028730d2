import { randomUUID } from 'node:crypto';
import { practitionerOf } from '../data/people.ts';
import { idOf, Kind } from '../ids.ts';

const HOUR = 3_600_000;

/** What books an hour of an authorization with its patient's practitioner. */
export function visitOf(organization: number, practitioners: number, authorization: number, start: number): object {
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
