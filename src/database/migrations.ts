import { CreateTenantsAndPeople1767225600000 } from '../../migrations/1767225600000-CreateTenantsAndPeople.ts';
import { CreateAuthorizationsAndTheirLedger1767225660000 } from '../../migrations/1767225660000-CreateAuthorizationsAndTheirLedger.ts';
import { CreateAppointmentsThatCannotOverlap1767225720000 } from '../../migrations/1767225720000-CreateAppointmentsThatCannotOverlap.ts';
import { CreateAuditTrailAndIdempotencyKeys1767225780000 } from '../../migrations/1767225780000-CreateAuditTrailAndIdempotencyKeys.ts';
import { AnswerWhichMigrationsHaveRun1767226020000 } from '../../migrations/1767226020000-AnswerWhichMigrationsHaveRun.ts';

/** Oldest first. A new migration is a line here. */
export const migrations = [
  CreateTenantsAndPeople1767225600000,
  CreateAuthorizationsAndTheirLedger1767225660000,
  CreateAppointmentsThatCannotOverlap1767225720000,
  CreateAuditTrailAndIdempotencyKeys1767225780000,
  AnswerWhichMigrationsHaveRun1767226020000,
];
