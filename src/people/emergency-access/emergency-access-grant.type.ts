import { Field, ID, ObjectType } from '@nestjs/graphql';
import { Connection } from '../../platform/graphql/lists/connection.ts';

@ObjectType('EmergencyAccessGrant', {
  description: "Break-the-glass: time-limited emergency read access of one user to one patient's record.",
})
export class EmergencyAccessGrantType {
  @Field(() => ID) id: string;
  @Field(() => String) justification: string;
  @Field({ description: 'It ends by itself at this instant, or earlier by its revocation.' }) expiresAt: Date;
  @Field(() => Date, { nullable: true }) revokedAt: Date | null;
  @Field() createdAt: Date;
}

@ObjectType()
export class EmergencyAccessGrantConnection extends Connection(EmergencyAccessGrantType, 'EmergencyAccessGrant') {}
