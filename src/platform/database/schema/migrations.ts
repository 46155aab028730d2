import { CreateTenantsAndPeople1767225600000 } from '../../../../migrations/1767225600000-CreateTenantsAndPeople.ts';
import { CreateAuthorizationsAndTheirLedger1767225660000 } from '../../../../migrations/1767225660000-CreateAuthorizationsAndTheirLedger.ts';
import { CreateAppointmentsThatCannotOverlap1767225720000 } from '../../../../migrations/1767225720000-CreateAppointmentsThatCannotOverlap.ts';
import { CreateAuditTrailAndIdempotencyKeys1767225780000 } from '../../../../migrations/1767225780000-CreateAuditTrailAndIdempotencyKeys.ts';
import { CreateEmergencyAccessGrants1767225840000 } from '../../../../migrations/1767225840000-CreateEmergencyAccessGrants.ts';
import { PartitionAuditTrailByMonth1767225900000 } from '../../../../migrations/1767225900000-PartitionAuditTrailByMonth.ts';
import { SealAuditTrail1767225910000 } from '../../../../migrations/1767225910000-SealAuditTrail.ts';
import { EndSignInsAsFamilies1767225960000 } from '../../../../migrations/1767225960000-EndSignInsAsFamilies.ts';
import { CountLoginsAndCalls1767225965000 } from '../../../../migrations/1767225965000-CountLoginsAndCalls.ts';
import { AddSecondFactors1767225970000 } from '../../../../migrations/1767225970000-AddSecondFactors.ts';
import { AnswerWhichMigrationsHaveRun1767226020000 } from '../../../../migrations/1767226020000-AnswerWhichMigrationsHaveRun.ts';
import { SendWritesWithCommit1767226080000 } from '../../../../migrations/1767226080000-SendWritesWithCommit.ts';
import { TellMoreOfGrantersFromOutside1767226090000 } from '../../../../migrations/1767226090000-TellMoreOfGrantersFromOutside.ts';
import { MakeAuditMonthsAlikeForEverybody1767226100000 } from '../../../../migrations/1767226100000-MakeAuditMonthsAlikeForEverybody.ts';
import { KeepTimeZonesByTheirNames1767226110000 } from '../../../../migrations/1767226110000-KeepTimeZonesByTheirNames.ts';
import { NameTheUsersOfIdempotencyKeys1767226120000 } from '../../../../migrations/1767226120000-NameTheUsersOfIdempotencyKeys.ts';
import { IndexIdempotencyKeysByUser1767226120010 } from '../../../../migrations/1767226120010-IndexIdempotencyKeysByUser.ts';
import { GiveIdempotencyKeysToTheirUsers1767226120020 } from '../../../../migrations/1767226120020-GiveIdempotencyKeysToTheirUsers.ts';
import { TellWhatIsLeftOfALimit1767226130000 } from '../../../../migrations/1767226130000-TellWhatIsLeftOfALimit.ts';
import { LetTheApplicationChangeWhatItDoes1767226140000 } from '../../../../migrations/1767226140000-LetTheApplicationChangeWhatItDoes.ts';
import { GiveBackPoints1767226150000 } from '../../../../migrations/1767226150000-GiveBackPoints.ts';
import { RememberConfirmedIdentities1767226150010 } from '../../../../migrations/1767226150010-RememberConfirmedIdentities.ts';

/** Oldest first. A new migration is a line here. */
export const migrations = [
  CreateTenantsAndPeople1767225600000,
  CreateAuthorizationsAndTheirLedger1767225660000,
  CreateAppointmentsThatCannotOverlap1767225720000,
  CreateAuditTrailAndIdempotencyKeys1767225780000,
  CreateEmergencyAccessGrants1767225840000,
  PartitionAuditTrailByMonth1767225900000,
  SealAuditTrail1767225910000,
  EndSignInsAsFamilies1767225960000,
  CountLoginsAndCalls1767225965000,
  AddSecondFactors1767225970000,
  AnswerWhichMigrationsHaveRun1767226020000,
  SendWritesWithCommit1767226080000,
  TellMoreOfGrantersFromOutside1767226090000,
  MakeAuditMonthsAlikeForEverybody1767226100000,
  KeepTimeZonesByTheirNames1767226110000,
  NameTheUsersOfIdempotencyKeys1767226120000,
  IndexIdempotencyKeysByUser1767226120010,
  GiveIdempotencyKeysToTheirUsers1767226120020,
  TellWhatIsLeftOfALimit1767226130000,
  LetTheApplicationChangeWhatItDoes1767226140000,
  GiveBackPoints1767226150000,
  RememberConfirmedIdentities1767226150010,
];
