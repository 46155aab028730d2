import type { Type } from '@nestjs/common';
import { patientOf } from '../../people/patients/patient.relation.ts';
import { practitionerOf } from '../../people/practitioners/practitioner.relation.ts';
import { authorizationOf } from '../authorizations/authorization.relation.ts';
import { serviceCodeOf } from '../service-codes/service-code.relation.ts';
import type { Appointment } from './appointment.entity.ts';

type Visit = Pick<Appointment, 'organizationId' | 'patientId' | 'practitionerId' | 'authorizationId' | 'serviceCodeId'>;

/** Whom and what a visit is of, booked or delivered: resolvers for the module of a type whose rows have all four. */
export const visitRelations = (type: Type, rows: Type<Visit>): Type[] =>
  [patientOf, practitionerOf, authorizationOf, serviceCodeOf].map((of) => of(type, rows));
