import { Field, ID, InputType, Int } from '@nestjs/graphql';
import { ArrayMaxSize, ArrayMinSize, Matches, Max, Min } from 'class-validator';
import { DateScalar } from '../../platform/graphql/inputs/scalars.ts';
import { AnyOf } from '../../platform/graphql/inputs/value-lists.ts';
import { IsId, IsLine, IsText, NoneTwice, Optional } from '../../platform/graphql/inputs/validation.ts';
import { AuthorizationStatus } from './authorization-status.ts';

export const MOST_UNITS = 1_000_000;
export const MOST_CODES = 50;

@InputType()
export class CreateAuthorizationInput {
  @Field(() => ID) @IsId() patientId: string;

  @Field(() => [String], { description: "Codes of the organization's service codes." })
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_CODES)
  @NoneTwice()
  @Matches(/^[A-Za-z0-9.-]{1,20}$/, { each: true, message: 'must be service codes' })
  serviceCodes: string[];

  @Field(() => Int) @Min(1) @Max(MOST_UNITS) totalUnits: number;
  @Field(() => DateScalar) startDate: string;
  @Field(() => DateScalar) endDate: string;
  @Field(() => String, { nullable: true }) @Optional() @IsLine({ max: 200 }) authorizationNumber?: string | null;
  @Field(() => String, { nullable: true }) @Optional() @IsLine({ max: 200 }) payerName?: string | null;
}

@InputType({
  description:
    'totalUnits may not fall below usedUnits + reservedUnits (INSUFFICIENT_UNITS); a change of it needs a reason and is an ADJUST in the ledger.',
})
export class UpdateAuthorizationInput {
  @Field(() => ID) @IsId() id: string;
  @Field(() => Int, { nullable: true }) @Optional() @Min(1) @Max(MOST_UNITS) totalUnits?: number | null;
  @Field(() => DateScalar, { nullable: true }) endDate?: string | null;
  @Field(() => String, { nullable: true }) @Optional() @IsText({ max: 1_000 }) reason?: string | null;
  @Field(() => Int, { nullable: true }) expectedVersion?: number | null;
}

@InputType()
export class AuthorizationFilter {
  @Field(() => ID, { nullable: true }) @Optional() @IsId() organizationId?: string | null;
  @Field(() => ID, { nullable: true }) @Optional() @IsId() patientId?: string | null;

  @Field(() => String, { nullable: true })
  @Optional()
  @Matches(/^[A-Za-z0-9.-]{1,20}$/, { message: 'must be a service code' })
  serviceCode?: string | null;

  @AnyOf()
  @Field(() => [AuthorizationStatus], { nullable: true, description: "Any of these, as of the organization's today." })
  status?: AuthorizationStatus[] | null;

  @Field(() => DateScalar, {
    nullable: true,
    description: 'Valid on this date: not before startDate, not after endDate, and not cancelled.',
  })
  on?: string | null;
}
