import { Field, ID, ObjectType } from '@nestjs/graphql';
import { Connection } from '../../platform/graphql/lists/connection.ts';

@ObjectType('Organization', { description: 'A practice: the tenant that everything else belongs to.' })
export class OrganizationType {
  @Field(() => ID)
  id: string;

  @Field()
  name: string;

  @Field({ description: 'IANA name; local dates of the organization are dates of this zone.' })
  timeZone: string;

  @Field({ description: 'Admins and practitioners sign in with a second factor, or not at all.' })
  staffSecondFactorRequired: boolean;

  @Field()
  createdAt: Date;
}

@ObjectType()
export class OrganizationConnection extends Connection(OrganizationType, 'Organization') {}
