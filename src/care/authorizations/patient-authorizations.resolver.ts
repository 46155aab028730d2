import { Args, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Permission } from '../../rules/access/permission.ts';
import { Requires } from '../../rules/access/requires.decorator.ts';
import { PageArgs } from '../../platform/graphql/lists/page-args.ts';
import type { Page } from '../../platform/graphql/lists/page.ts';
import type { Patient } from '../../people/patients/patient.entity.ts';
import { PatientType } from '../../people/patients/patient.type.ts';
import { Ctx } from '../../foundation/request-context/ctx.decorator.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import { AuthorizationQueries } from './authorization-queries.ts';
import type { Authorization } from './authorization.entity.ts';
import { AuthorizationConnection } from './authorization.type.ts';

/** Patient.authorizations, added from here: patients/ knows nothing of authorizations. */
@Resolver(() => PatientType)
@Requires(Permission.READ_AUTHORIZATION)
export class PatientAuthorizationsResolver {
  constructor(private readonly queries: AuthorizationQueries) {}

  @ResolveField(() => AuthorizationConnection)
  authorizations(
    @Ctx() ctx: RequestContext,
    @Parent() patient: Patient,
    @Args() page: PageArgs,
  ): Promise<Page<Authorization>> {
    return this.queries.ofPatient(ctx, patient, page);
  }
}
