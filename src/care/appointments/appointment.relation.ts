import { Permission } from '../../rules/access/permission.ts';
import { relationTo } from '../../rules/access/row-relation.ts';
import { AppointmentQueries } from './appointment-queries.ts';
import { Appointment } from './appointment.entity.ts';
import { AppointmentType } from './appointment.type.ts';

/** `appointment` of what has an appointmentId. */
export const appointmentOf = relationTo('appointment', {
  row: Appointment,
  type: () => AppointmentType,
  resource: 'appointment',
  permission: Permission.READ_APPOINTMENT,
  reader: AppointmentQueries,
});
