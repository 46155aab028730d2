import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { ErrorCode } from '../../foundation/errors/error-code.ts';
import { Refuses } from '../../platform/graphql/edge/refuses.decorator.ts';
import { Permission } from '../../rules/access/permission.ts';
import { Requires } from '../../rules/access/requires.decorator.ts';
import { PageArgs } from '../../platform/graphql/lists/page-args.ts';
import type { Page } from '../../platform/graphql/lists/page.ts';
import { UuidPipe } from '../../platform/graphql/inputs/uuid.pipe.ts';
import { Ctx } from '../../foundation/request-context/ctx.decorator.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import type { Patient } from './patient.entity.ts';
import { CreatePatientInput, PatientFilter, UpdatePatientInput } from './patient.inputs.ts';
import { PatientConnection, PatientType } from './patient.type.ts';
import { PatientsService } from './patients.service.ts';

@Resolver(() => PatientType)
@Requires(Permission.READ_PATIENT)
export class PatientsResolver {
  constructor(private readonly patients: PatientsService) {}

  @Query(() => PatientType, { name: 'patient' })
  one(@Ctx() ctx: RequestContext, @Args('id', { type: () => ID }, UuidPipe) id: string): Promise<Patient> {
    return this.patients.one(ctx, id);
  }

  @Query(() => PatientConnection, { name: 'patients', description: 'By last name, first name and id.' })
  list(
    @Ctx() ctx: RequestContext,
    @Args() args: PageArgs,
    @Args('filter', { type: () => PatientFilter, nullable: true }) filter?: PatientFilter,
  ): Promise<Page<Patient>> {
    return this.patients.list(ctx, args, filter);
  }

  @Mutation(() => PatientType)
  @Refuses(ErrorCode.NOT_FOUND)
  @Requires(Permission.MANAGE_PEOPLE)
  createPatient(@Ctx() ctx: RequestContext, @Args('input') input: CreatePatientInput): Promise<Patient> {
    return this.patients.create(ctx, input);
  }

  @Mutation(() => PatientType)
  @Refuses(ErrorCode.NOT_FOUND)
  @Requires(Permission.MANAGE_PEOPLE)
  updatePatient(@Ctx() ctx: RequestContext, @Args('input') input: UpdatePatientInput): Promise<Patient> {
    return this.patients.update(ctx, input);
  }
}
