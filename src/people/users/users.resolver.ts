import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { ErrorCode } from '../../foundation/errors/error-code.ts';
import { Refuses } from '../../platform/graphql/edge/refuses.decorator.ts';
import { AsksIdentity } from '../../rules/access/asks-identity.decorator.ts';
import { Permission } from '../../rules/access/permission.ts';
import { Requires } from '../../rules/access/requires.decorator.ts';
import type { Page } from '../../platform/graphql/lists/page.ts';
import type { Organization } from '../organizations/organization.entity.ts';
import { OrganizationsService } from '../organizations/organizations.service.ts';
import { OrganizationType } from '../organizations/organization.type.ts';
import type { Patient } from '../patients/patient.entity.ts';
import { PatientType } from '../patients/patient.type.ts';
import { PatientsService } from '../patients/patients.service.ts';
import type { Practitioner } from '../practitioners/practitioner.entity.ts';
import { PractitionerType } from '../practitioners/practitioner.type.ts';
import { PractitionersService } from '../practitioners/practitioners.service.ts';
import { Ctx } from '../../foundation/request-context/ctx.decorator.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import { patientIdOf, practitionerIdOf } from './links.ts';
import type { User } from './user.entity.ts';
import { CreateUserInput, UpdateUserInput, UsersArgs } from './user.inputs.ts';
import { UserConnection, UserType } from './user.type.ts';
import { UsersService } from './users.service.ts';

@Resolver(() => UserType)
@Requires(Permission.READ_USER)
export class UsersResolver {
  constructor(
    private readonly users: UsersService,
    private readonly organizations: OrganizationsService,
    private readonly practitioners: PractitionersService,
    private readonly patients: PatientsService,
  ) {}

  @Query(() => UserType)
  me(@Ctx() ctx: RequestContext): Promise<User> {
    return this.users.me(ctx);
  }

  @Query(() => UserConnection, { name: 'users', description: 'By email.' })
  list(@Ctx() ctx: RequestContext, @Args() args: UsersArgs): Promise<Page<User>> {
    return this.users.list(ctx, args);
  }

  @Mutation(() => UserType)
  @Refuses(ErrorCode.NOT_FOUND, ErrorCode.IDENTITY_UNCONFIRMED)
  @Requires(Permission.MANAGE_PEOPLE)
  @AsksIdentity()
  createUser(@Ctx() ctx: RequestContext, @Args('input') input: CreateUserInput): Promise<User> {
    return this.users.create(ctx, input);
  }

  @Mutation(() => UserType)
  @Refuses(ErrorCode.NOT_FOUND, ErrorCode.IDENTITY_UNCONFIRMED)
  @Requires(Permission.MANAGE_PEOPLE)
  @AsksIdentity()
  updateUser(@Ctx() ctx: RequestContext, @Args('input') input: UpdateUserInput): Promise<User> {
    return this.users.update(ctx, input);
  }

  @ResolveField(() => OrganizationType)
  organization(@Ctx() ctx: RequestContext, @Parent() user: User): Organization | Promise<Organization> {
    // a super admin who granted emergency access comes with theirs, which the caller could not read
    return user.organization ?? this.organizations.load(ctx, user.organizationId);
  }

  @ResolveField(() => PractitionerType, { nullable: true, description: 'Set for role PRACTITIONER.' })
  @Requires(Permission.READ_PRACTITIONER)
  practitioner(@Ctx() ctx: RequestContext, @Parent() user: User): Promise<Practitioner | null> | null {
    const id = practitionerIdOf(user);
    return id ? this.practitioners.load(ctx, { organizationId: user.organizationId, id }) : null;
  }

  @ResolveField(() => PatientType, { nullable: true, description: 'Set for role PATIENT.' })
  @Requires(Permission.READ_PATIENT)
  patient(@Ctx() ctx: RequestContext, @Parent() user: User): Promise<Patient | null> | null {
    const id = patientIdOf(user);
    return id ? this.patients.load(ctx, { organizationId: user.organizationId, id }) : null;
  }
}
