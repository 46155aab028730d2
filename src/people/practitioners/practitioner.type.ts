import { Field, ID, ObjectType } from '@nestjs/graphql';
import { Connection } from '../../platform/graphql/lists/connection.ts';

@ObjectType('Practitioner')
export class PractitionerType {
  @Field(() => ID)
  id: string;

  @Field(() => ID)
  organizationId: string;

  @Field()
  firstName: string;

  @Field()
  lastName: string;

  @Field()
  licenseNumber: string;

  @Field()
  specialization: string;
}

@ObjectType()
export class PractitionerConnection extends Connection(PractitionerType, 'Practitioner') {}
