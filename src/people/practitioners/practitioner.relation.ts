import { Permission } from '../../rules/access/permission.ts';
import { relationTo } from '../../rules/access/row-relation.ts';
import { Practitioner } from './practitioner.entity.ts';
import { PractitionerType } from './practitioner.type.ts';
import { PractitionersService } from './practitioners.service.ts';

/** `practitioner` of what has a practitionerId. */
export const practitionerOf = relationTo('practitioner', {
  row: Practitioner,
  type: () => PractitionerType,
  resource: 'practitioner',
  permission: Permission.READ_PRACTITIONER,
  reader: PractitionersService,
});
