import { Permission } from '../../rules/access/permission.ts';
import { relationTo } from '../../rules/access/row-relation.ts';
import { Patient } from './patient.entity.ts';
import { PatientType } from './patient.type.ts';
import { PatientsService } from './patients.service.ts';

/** `patient` of what has a patientId. */
export const patientOf = relationTo('patient', {
  row: Patient,
  type: () => PatientType,
  resource: 'patient',
  permission: Permission.READ_PATIENT,
  reader: PatientsService,
});
