import { Field, ID, ObjectType } from '@nestjs/graphql';
import { Connection } from '../../platform/graphql/lists/connection.ts';
import { DateScalar } from '../../platform/graphql/inputs/scalars.ts';

@ObjectType('Patient')
export class PatientType {
  @Field(() => ID)
  id: string;

  @Field(() => ID)
  organizationId: string;

  @Field()
  firstName: string;

  @Field()
  lastName: string;

  @Field(() => DateScalar)
  dateOfBirth: string;

  @Field({ description: 'Unique in its organization, upper and lower case being the same.' })
  medicalRecordNumber: string;

  @Field(() => String, { nullable: true })
  phoneNumber: string | null;
}

@ObjectType()
export class PatientConnection extends Connection(PatientType, 'Patient') {}
