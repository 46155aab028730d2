import { Module } from '@nestjs/common';
import { OrganizationsModule } from '../../people/organizations/organizations.module.ts';
import { PatientsModule } from '../../people/patients/patients.module.ts';
import { ServiceCodesModule } from '../service-codes/service-codes.module.ts';
import { patientOf } from '../../people/patients/patient.relation.ts';
import { Authorization } from './authorization.entity.ts';
import { AuthorizationType } from './authorization.type.ts';
import { AuthorizationLedger } from './authorization-ledger.service.ts';
import { AuthorizationQueries } from './authorization-queries.ts';
import { AuthorizationsResolver } from './authorizations.resolver.ts';
import { AuthorizationsService } from './authorizations.service.ts';
import { PatientAuthorizationsResolver } from './patient-authorizations.resolver.ts';

/** Units that payers approved. Others get the ledger, the service, and the queries for their relation fields. */
@Module({
  imports: [OrganizationsModule, PatientsModule, ServiceCodesModule],
  providers: [
    AuthorizationLedger,
    AuthorizationQueries,
    AuthorizationsResolver,
    AuthorizationsService,
    PatientAuthorizationsResolver,
    patientOf(AuthorizationType, Authorization),
  ],
  exports: [AuthorizationLedger, AuthorizationQueries, AuthorizationsService],
})
export class AuthorizationsModule {}
