import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Connection } from '../../platform/graphql/lists/connection.ts';
import { DateScalar } from '../../platform/graphql/inputs/scalars.ts';
import { AuthorizationStatus } from './authorization-status.ts';
import { LedgerEntryKind } from './balance.ts';

registerEnumType(AuthorizationStatus, {
  name: 'AuthorizationStatus',
  description:
    'PENDING: not yet started. EXPIRED: past endDate. EXHAUSTED: usedUnits = totalUnits. CANCELLED wins over all, then EXPIRED, then PENDING, then EXHAUSTED.',
});

registerEnumType(LedgerEntryKind, {
  name: 'LedgerEntryKind',
  description: `How an entry of n units moves the balances: GRANT total +n (at creation), RESERVE reserved +n, RELEASE reserved -n,
CONSUME reserved -n and used +n, ADJUST total +n (n may be negative). A completion that needs more than was reserved
RESERVEs the difference first; one that needs fewer RELEASEs the rest.`,
});

@ObjectType('Authorization', {
  description:
    'One pool of units that a payer approved for one patient. Limits per code are separate authorizations that share an authorizationNumber; a pool shared by codes is one authorization with several.',
})
export class AuthorizationType {
  @Field(() => ID) id: string;
  @Field(() => ID) organizationId: string;
  @Field(() => String, { nullable: true }) authorizationNumber: string | null;
  @Field(() => String, { nullable: true }) payerName: string | null;
  @Field(() => Int) totalUnits: number;
  @Field(() => Int, { description: 'Units of completed sessions.' }) usedUnits: number;
  @Field(() => Int, { description: 'Units held for live appointments.' }) reservedUnits: number;
  @Field(() => Int, { description: 'totalUnits - usedUnits - reservedUnits, never below zero.' })
  availableUnits: number;
  @Field(() => DateScalar, { description: 'The first local date that visits may start on.' }) startDate: string;
  @Field(() => DateScalar, { description: 'The last local date that visits may start on, inclusive.' }) endDate: string;
  @Field(() => Int, {
    description: 'Counts changes of the authorization itself, for expectedVersion; bookings leave it alone.',
  })
  version: number;
  @Field() createdAt: Date;
  @Field() updatedAt: Date;
}

@ObjectType('LedgerEntry', { description: 'One movement of units. Entries are only ever added.' })
export class LedgerEntryType {
  @Field(() => ID) id: string;
  @Field(() => LedgerEntryKind) kind: LedgerEntryKind;
  @Field(() => Int, { description: 'Units moved; negative only for an ADJUST that lowers totalUnits.' }) units: number;
  @Field(() => Int) totalAfter: number;
  @Field(() => Int) usedAfter: number;
  @Field(() => Int) reservedAfter: number;
  @Field(() => ID, { nullable: true }) appointmentId: string | null;
  @Field(() => ID, { nullable: true, description: 'The user who caused it.' }) actorId: string | null;
  @Field(() => String, { nullable: true }) reason: string | null;
  @Field() createdAt: Date;
}

@ObjectType()
export class AuthorizationConnection extends Connection(AuthorizationType, 'Authorization') {}

@ObjectType()
export class LedgerEntryConnection extends Connection(LedgerEntryType, 'LedgerEntry') {}
