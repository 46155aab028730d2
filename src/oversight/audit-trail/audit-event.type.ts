import { Field, ID, ObjectType, registerEnumType } from '@nestjs/graphql';
import { AuditOutcome } from '../../rules/audit/audit.service.ts';
import { Connection } from '../../platform/graphql/lists/connection.ts';
import { JSONObjectScalar } from '../../platform/graphql/inputs/json.ts';

registerEnumType(AuditOutcome, { name: 'AuditOutcome' });

@ObjectType('AuditEvent', {
  description: 'Who did or saw what, and when. Events are added, never changed or removed.',
})
export class AuditEventType {
  @Field(() => ID) id: string;
  @Field({ description: "By the database's clock." }) occurredAt: Date;
  @Field(() => ID, { nullable: true, description: 'Null for what belongs to none: a login with an unknown email.' })
  organizationId: string | null;
  @Field(() => ID, { nullable: true, description: 'The user; null where nobody was signed in.' }) actorId:
    string | null;
  @Field(() => String, {
    nullable: true,
    description: 'What the actor was then: ADMIN, PRACTITIONER, PATIENT or SUPER_ADMIN.',
  })
  actorRole: string | null;
  @Field({ description: 'Such as CREATE_APPOINTMENT, READ_SESSION, LOGIN_FAILURE, ACCESS_DENIED, BTG_GRANT_ACCESS.' })
  action: string;
  @Field({ description: 'Such as appointment, session, authorization, patient, user.' }) resource: string;
  @Field(() => ID, { nullable: true }) resourceId: string | null;
  @Field(() => ID, { nullable: true }) patientId: string | null;
  @Field(() => AuditOutcome) outcome: AuditOutcome;
  @Field(() => String, { nullable: true }) ipAddress: string | null;
  @Field(() => String, { nullable: true }) requestId: string | null;
  @Field(() => JSONObjectScalar, {
    nullable: true,
    description: 'Names of changed fields, ids, units, times, filters and counts; never the text of notes.',
  })
  details: Record<string, unknown> | null;
}

@ObjectType()
export class AuditEventConnection extends Connection(AuditEventType, 'AuditEvent') {}
