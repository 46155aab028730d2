import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { ErrorCode } from '../../foundation/errors/error-code.ts';
import { Refuses } from '../../platform/graphql/edge/refuses.decorator.ts';
import { AsksIdentity } from '../../rules/access/asks-identity.decorator.ts';
import { Permission } from '../../rules/access/permission.ts';
import { Requires } from '../../rules/access/requires.decorator.ts';
import { PageArgs } from '../../platform/graphql/lists/page-args.ts';
import type { Page } from '../../platform/graphql/lists/page.ts';
import { MOST_OF_A_PLAIN_LIST } from '../../platform/graphql/lists/plain-lists.ts';
import { required } from '../../platform/graphql/lists/loaders.ts';
import { TextPipe } from '../../platform/graphql/inputs/text.pipe.ts';
import { UuidPipe } from '../../platform/graphql/inputs/uuid.pipe.ts';
import type { Patient } from '../patients/patient.entity.ts';
import { PatientType } from '../patients/patient.type.ts';
import { PatientsService } from '../patients/patients.service.ts';
import { Ctx } from '../../foundation/request-context/ctx.decorator.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import type { User } from '../users/user.entity.ts';
import { UserType } from '../users/user.type.ts';
import { UsersService } from '../users/users.service.ts';
import type { EmergencyAccessGrant } from './emergency-access-grant.entity.ts';
import { EmergencyAccessGrantConnection, EmergencyAccessGrantType } from './emergency-access-grant.type.ts';
import { GrantEmergencyAccessInput } from './emergency-access.inputs.ts';
import { EmergencyAccessService } from './emergency-access.service.ts';
import { GrantStatus, statusAt } from './grant-status.ts';
import { Granters } from './granters.service.ts';

@Resolver(() => EmergencyAccessGrantType)
@Requires(Permission.MANAGE_EMERGENCY_ACCESS)
export class EmergencyAccessResolver {
  constructor(
    private readonly emergencyAccess: EmergencyAccessService,
    private readonly granters: Granters,
    private readonly patients: PatientsService,
    private readonly users: UsersService,
  ) {}

  @Query(() => [EmergencyAccessGrantType], {
    description: `The newest ${MOST_OF_A_PLAIN_LIST}, newest first; allEmergencyAccessGrants has all. active: true for those that are live now, false for those that have ended.`,
  })
  async emergencyAccessGrants(
    @Ctx() ctx: RequestContext,
    @Args('active', { type: () => Boolean, nullable: true }) active?: boolean | null,
  ): Promise<EmergencyAccessGrant[]> {
    const { nodes } = await this.emergencyAccess.list(ctx, { first: MOST_OF_A_PLAIN_LIST }, active);
    return nodes;
  }

  @Query(() => EmergencyAccessGrantConnection, {
    description: 'Newest first. active: true for those that are live now, false for those that have ended.',
  })
  allEmergencyAccessGrants(
    @Ctx() ctx: RequestContext,
    @Args() args: PageArgs,
    @Args('active', { type: () => Boolean, nullable: true }) active?: boolean | null,
  ): Promise<Page<EmergencyAccessGrant>> {
    return this.emergencyAccess.list(ctx, args, active);
  }

  @Mutation(() => EmergencyAccessGrantType, {
    description:
      "Opens a patient's sessions to a user for a while, for reading alone. Every such read is audited. At most 20 grants of a patient, and 200 of an organization, are live at a time.",
  })
  @Refuses(ErrorCode.NOT_FOUND, ErrorCode.IDENTITY_UNCONFIRMED)
  @AsksIdentity()
  grantEmergencyAccess(
    @Ctx() ctx: RequestContext,
    @Args('input') input: GrantEmergencyAccessInput,
  ): Promise<EmergencyAccessGrant> {
    return this.emergencyAccess.grant(ctx, input);
  }

  @Mutation(() => EmergencyAccessGrantType, { description: 'Ends a live grant at once.' })
  @Refuses(ErrorCode.NOT_FOUND, ErrorCode.INVALID_STATUS_TRANSITION)
  revokeEmergencyAccess(
    @Ctx() ctx: RequestContext,
    @Args('id', { type: () => ID }, UuidPipe) id: string,
    @Args('reason', new TextPipe(1_000)) reason: string,
  ): Promise<EmergencyAccessGrant> {
    return this.emergencyAccess.revoke(ctx, id, reason);
  }

  @ResolveField(() => Boolean, { description: 'Whether it is live now: neither expired nor revoked.' })
  active(@Ctx() ctx: RequestContext, @Parent() grant: EmergencyAccessGrant): boolean {
    return statusAt(ctx.now(), grant) === GrantStatus.ACTIVE;
  }

  @ResolveField(() => PatientType)
  @Requires(Permission.READ_PATIENT)
  patient(
    @Ctx() ctx: RequestContext,
    @Parent() { organizationId, patientId: id }: EmergencyAccessGrant,
  ): Promise<Patient> {
    return required('patient', id, this.patients.load(ctx, { organizationId, id }));
  }

  @ResolveField(() => UserType)
  @Requires(Permission.READ_USER)
  grantedTo(
    @Ctx() ctx: RequestContext,
    @Parent() { organizationId, grantedToId: id }: EmergencyAccessGrant,
  ): Promise<User> {
    return required('user', id, this.users.load(ctx, { organizationId, id }));
  }

  @ResolveField(() => UserType)
  @Requires(Permission.READ_USER)
  grantedBy(@Ctx() ctx: RequestContext, @Parent() grant: EmergencyAccessGrant): Promise<User> {
    return required('user', grant.grantedById, this.granters.load(ctx, grant));
  }
}
