import { Permission } from '../../rules/access/permission.ts';
import { relationTo } from '../../rules/access/row-relation.ts';
import { ServiceCode } from './service-code.entity.ts';
import { ServiceCodeType } from './service-code.type.ts';
import { ServiceCodesService } from './service-codes.service.ts';

/** `serviceCode` of what has a serviceCodeId. */
export const serviceCodeOf = relationTo('serviceCode', {
  row: ServiceCode,
  type: () => ServiceCodeType,
  resource: 'service code',
  permission: Permission.READ_SERVICE_CODE,
  reader: ServiceCodesService,
});
