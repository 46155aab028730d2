import type { CallOf } from './calls.ts';
import { localDate } from './local-time.ts';
import { ADMINS, asking, founding, reaching } from './rights.ts';
import { BAD, decided, when, type Verdict } from './verdict.ts';
import { nextName, put, rows, timeZoneOf, type Patient, type Practitioner, type World } from './world.ts';

/** 1 to 200 characters of a single line; what white space is left of is no name. */
function isLine(text: string): boolean {
  return text.trim().length > 0 && text.length <= 200 && !/\p{Cc}/u.test(text);
}

export function patientView({ name, firstName, phoneNumber }: Patient): object {
  return { id: name, firstName, phoneNumber };
}

/** A medical record number is one patient's of the organization. */
export function createPatient(world: World, { by, input }: CallOf<'createPatient'>): Verdict {
  return founding(world, by, input.organizationId, (organization) => {
    const { firstName, lastName, medicalRecordNumber, dateOfBirth } = input;
    const taken = rows(world, 'patients').some(
      (other) => other.organization === organization && other.medicalRecordNumber === medicalRecordNumber,
    );
    const unborn = dateOfBirth > localDate(world.now, timeZoneOf(world, organization));
    const refused = when(taken || unborn || ![firstName, lastName, medicalRecordNumber].every(isLine), BAD);
    return decided(refused, () => {
      const name = nextName(world, 'patients', 'P');
      const patient: Patient = { name, organization, firstName, medicalRecordNumber, phoneNumber: null };
      return { data: patientView(patient), world: put(world, 'patients', patient) };
    });
  });
}

export function updatePatient(world: World, { by, input }: CallOf<'updatePatient'>): Verdict {
  return asking(world, by, ADMINS, (caller) => {
    const given = [input.firstName, input.phoneNumber].filter((text) => text !== undefined);
    if (!given.every(isLine)) return { refused: [BAD] };
    return reaching(world, caller, 'patients', input.id, (patient) => {
      const { firstName = patient.firstName, phoneNumber = patient.phoneNumber } = input;
      const changed = { ...patient, firstName, phoneNumber };
      return { data: patientView(changed), world: put(world, 'patients', changed) };
    });
  });
}

export function practitionerView({ name, lastName }: Practitioner): object {
  return { id: name, lastName };
}

export function createPractitioner(world: World, { by, input }: CallOf<'createPractitioner'>): Verdict {
  return founding(world, by, input.organizationId, (organization) => {
    const { firstName, lastName, licenseNumber, specialization } = input;
    const refused = when(![firstName, lastName, licenseNumber, specialization].every(isLine), BAD);
    return decided(refused, () => {
      const practitioner = { name: nextName(world, 'practitioners', 'D'), organization, lastName };
      return { data: practitionerView(practitioner), world: put(world, 'practitioners', practitioner) };
    });
  });
}

export function updatePractitioner(world: World, { by, input }: CallOf<'updatePractitioner'>): Verdict {
  return asking(world, by, ADMINS, (caller) => {
    if (input.lastName !== undefined && !isLine(input.lastName)) return { refused: [BAD] };
    return reaching(world, caller, 'practitioners', input.id, (practitioner) => {
      const changed = { ...practitioner, lastName: input.lastName ?? practitioner.lastName };
      return { data: practitionerView(changed), world: put(world, 'practitioners', changed) };
    });
  });
}
