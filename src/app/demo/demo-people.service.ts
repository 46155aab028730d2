import { Injectable } from '@nestjs/common';
import { PatientsService } from '../../people/patients/patients.service.ts';
import { PractitionersService } from '../../people/practitioners/practitioners.service.ts';
import { Role, type RequestContext } from '../../foundation/request-context/request-context.ts';
import { ServiceCodesService } from '../../care/service-codes/service-codes.service.ts';
import { AccountsService } from '../../people/users/accounts.service.ts';
import { UsersService } from '../../people/users/users.service.ts';
import { DEMO_PASSWORD } from './demo-data.ts';
import { DEMO_SERVICE_CODES, type DemoPractice } from './demo-practices.ts';

/** Ids, in the order of DemoPractice. */
export interface DemoPeople {
  readonly practitioners: readonly string[];
  readonly patients: readonly string[];
}

const EVERYONE = { first: 200 };

/** The people, logins and services of a sample practice. What is there already is left as it is. */
@Injectable()
export class DemoPeopleService {
  constructor(
    private readonly practitioners: PractitionersService,
    private readonly patients: PatientsService,
    private readonly serviceCodes: ServiceCodesService,
    private readonly users: UsersService,
    private readonly accounts: AccountsService,
  ) {}

  async fill(ctx: RequestContext, practice: DemoPractice): Promise<DemoPeople> {
    await this.addServiceCodes(ctx);
    const practitioners = await this.addPractitioners(ctx, practice);
    const patients = await this.addPatients(ctx, practice);
    const { domain } = practice;
    const [practitionerId, patientId] = [practitioners[0], patients[0]];
    await this.addLogin(ctx, { email: `practitioner@${domain}`, role: Role.PRACTITIONER, practitionerId });
    await this.addLogin(ctx, { email: `patient@${domain}`, role: Role.PATIENT, patientId });
    return { practitioners, patients };
  }

  private async addServiceCodes(ctx: RequestContext): Promise<void> {
    const known = new Set((await this.serviceCodes.newest(ctx)).map(({ code }) => code));
    for (const service of DEMO_SERVICE_CODES)
      if (!known.has(service.code)) await this.serviceCodes.create(ctx, { ...service });
  }

  private async addPractitioners(ctx: RequestContext, { practitioners, prefix }: DemoPractice): Promise<string[]> {
    const known = (await this.practitioners.list(ctx, EVERYONE)).nodes;
    const ids: string[] = [];
    for (const [index, person] of practitioners.entries()) {
      const licenseNumber = `${prefix}-L${index + 1}`;
      const there = known.find((each) => each.licenseNumber === licenseNumber);
      ids.push((there ?? (await this.practitioners.create(ctx, { ...person, licenseNumber }))).id);
    }
    return ids;
  }

  private async addPatients(ctx: RequestContext, { patients, prefix }: DemoPractice): Promise<string[]> {
    const known = (await this.patients.list(ctx, EVERYONE)).nodes;
    const ids: string[] = [];
    for (const [index, person] of patients.entries()) {
      const medicalRecordNumber = `${prefix}-${1001 + index}`;
      const there = known.find((each) => each.medicalRecordNumber === medicalRecordNumber);
      ids.push((there ?? (await this.patients.create(ctx, { ...person, medicalRecordNumber }))).id);
    }
    return ids;
  }

  private async addLogin(
    ctx: RequestContext,
    user: { email: string; role: Role; practitionerId?: string; patientId?: string },
  ): Promise<void> {
    if (await this.accounts.byEmail(ctx, user.email)) return;
    await this.users.create(ctx, { ...user, password: DEMO_PASSWORD });
  }
}
