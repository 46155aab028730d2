import { Permission } from '../../rules/access/permission.ts';
import { relationTo } from '../../rules/access/row-relation.ts';
import { AuthorizationQueries } from './authorization-queries.ts';
import { Authorization } from './authorization.entity.ts';
import { AuthorizationType } from './authorization.type.ts';

/** `authorization` of what has an authorizationId. */
export const authorizationOf = relationTo('authorization', {
  row: Authorization,
  type: () => AuthorizationType,
  resource: 'authorization',
  permission: Permission.READ_AUTHORIZATION,
  reader: AuthorizationQueries,
});
