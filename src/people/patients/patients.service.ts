import { Injectable } from '@nestjs/common';
import { Readable } from '../../rules/access/readable.ts';
import { Tenancy } from '../../rules/access/tenancy.ts';
import { AuditService } from '../../rules/audit/audit.service.ts';
import { newId } from '../../platform/database/rows/new-id.ts';
import { violates } from '../../platform/database/connection/sql-errors.ts';
import type { RowKey } from '../../platform/database/rows/tenant-repository.ts';
import { Transactions } from '../../platform/database/transactions/transactions.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { BadUserInput, NotFound } from '../../foundation/errors/domain-error.ts';
import { loadBatched } from '../../platform/graphql/lists/loaders.ts';
import type { PageArgs } from '../../platform/graphql/lists/page-args.ts';
import { Pages, type Page } from '../../platform/graphql/lists/page.ts';
import { changesOf } from '../organizations/changes.ts';
import { narrowBySearch } from '../organizations/name-search.ts';
import { OrganizationsService } from '../organizations/organizations.service.ts';
import { searchKey } from '../organizations/search-key.ts';
import type { RequestContext } from '../../foundation/request-context/request-context.ts';
import { localDate } from '../../foundation/time/local-date.ts';
import { Patient } from './patient.entity.ts';
import type { CreatePatientInput, PatientFilter, UpdatePatientInput } from './patient.inputs.ts';

const EARLIEST_BIRTH = '1900-01-01';

@Injectable()
export class PatientsService {
  /** The patients that the caller may read; for features that refer to one. Reading them leaves no event. */
  readonly readable = new Readable(Patient, 'patient');

  constructor(
    private readonly transactions: Transactions,
    private readonly tenancy: Tenancy,
    private readonly pages: Pages,
    private readonly audit: AuditService,
    private readonly organizations: OrganizationsService,
  ) {}

  /** @throws BadUserInput the medical record number is taken, or the birth not between 1900 and today */
  async create(ctx: RequestContext, { organizationId, ...input }: CreatePatientInput): Promise<Patient> {
    const scope = await this.tenancy.forNew(ctx, organizationId);
    return this.transactions.run(scope, async (tx) => {
      await this.requireBirth(tx, input.dateOfBirth);
      const patient = await this.insert(tx, input);
      this.audit.record(tx, {
        action: 'CREATE_PATIENT',
        resource: 'patient',
        resourceId: patient.id,
        patientId: patient.id,
      });
      return patient;
    });
  }

  /** Changes what is given; left out or null stays as it is. */
  async update(ctx: RequestContext, { id, ...input }: UpdatePatientInput): Promise<Patient> {
    const scope = await this.tenancy.of(ctx, Patient, 'patient', id);
    return this.transactions.run(scope, async (tx) => {
      const patient = await this.readable.rows.lock(tx, id);
      if (!patient) throw new NotFound('patient', id);
      const changes = changesOf(patient, input);
      const fields = Object.keys(changes);
      if (!fields.length) {
        this.audit.recordRead(tx, 'patient', [patient]);
        return patient;
      }
      if (changes.dateOfBirth) await this.requireBirth(tx, changes.dateOfBirth);
      const changed = await this.readable.rows.update(tx, patient, {
        ...changes,
        ...(changes.firstName && { firstNameKey: searchKey(changes.firstName) }),
        ...(changes.lastName && { lastNameKey: searchKey(changes.lastName) }),
        updatedAt: tx.ctx.now(),
      });
      this.audit.record(tx, {
        action: 'UPDATE_PATIENT',
        resource: 'patient',
        resourceId: id,
        patientId: id,
        details: { fields },
      });
      return changed;
    });
  }

  /** @throws NotFound, Forbidden */
  async one(ctx: RequestContext, id: string): Promise<Patient> {
    const scope = await this.tenancy.of(ctx, Patient, 'patient', id);
    return this.transactions.read(scope, async (tx) => {
      const patient = await this.readable.one(tx, id);
      this.audit.recordRead(tx, 'patient', [patient]);
      return patient;
    });
  }

  /** By last and first name. */
  async list(ctx: RequestContext, args: PageArgs, filter?: PatientFilter | null): Promise<Page<Patient>> {
    const scope = await this.tenancy.forList(ctx, filter?.organizationId);
    return this.pages.list(scope, {
      args,
      order: ['lastNameKey', 'firstNameKey', 'id'],
      query: (tx) => narrowBySearch(this.readable.query(tx), filter?.search, ['medicalRecordNumberKey']),
      read: (tx, patients) => this.audit.recordRead(tx, 'patient', patients, filter),
    });
  }

  /** For relation fields: one query for all that a request asks for at once; null where the caller may not read it. */
  load(ctx: RequestContext, key: RowKey): Promise<Patient | null> {
    return loadBatched(ctx, this.batch, key);
  }

  /** Those of these that the caller may read: of relation fields. */
  async many(tx: Tx, keys: readonly RowKey[]): Promise<Patient[]> {
    const patients = await this.readable.many(tx, keys);
    if (patients.length) this.audit.recordRead(tx, 'patient', patients);
    return patients;
  }

  private readonly batch = (ctx: RequestContext, keys: readonly RowKey[]): Promise<Patient[]> =>
    this.transactions.readTogether(ctx, (tx) => this.many(tx, keys));

  private async insert(tx: Tx, input: Omit<CreatePatientInput, 'organizationId'>): Promise<Patient> {
    const now = tx.ctx.now();
    try {
      return await this.readable.rows.insert(tx, {
        ...input,
        id: newId(),
        firstNameKey: searchKey(input.firstName),
        lastNameKey: searchKey(input.lastName),
        medicalRecordNumberKey: searchKey(input.medicalRecordNumber),
        phoneNumber: input.phoneNumber ?? null,
        createdAt: now,
        updatedAt: now,
      });
    } catch (error) {
      if (!violates(error, 'patients_medical_record_number')) throw error;
      throw new BadUserInput({ medicalRecordNumber: 'is taken by another patient of the organization' });
    }
  }

  private async requireBirth(tx: Tx, dateOfBirth: string): Promise<void> {
    const today = localDate(tx.ctx.now(), await this.organizations.timeZoneOf(tx));
    if (dateOfBirth < EARLIEST_BIRTH || dateOfBirth > today)
      throw new BadUserInput({ dateOfBirth: `must lie between ${EARLIEST_BIRTH} and today` });
  }
}
