import { Injectable } from '@nestjs/common';
import { inOrder } from '../../platform/database/transactions/in-order.ts';
import type { Tx } from '../../platform/database/transactions/tx.ts';
import { AuthorizationLedger, type LockedAuthorization } from '../authorizations/authorization-ledger.service.ts';
import { AuthorizationsService } from '../authorizations/authorizations.service.ts';
import type { BillableCode } from '../authorizations/billed-code.ts';
import type { BookingFacts, WantedVisit } from './booking-decision.ts';
import { Calendar } from './calendar.ts';

/** Facts that stay true until the transaction ends: every row that they depend on is locked. */
export type LockedFacts = BookingFacts<LockedAuthorization>;

/** Reads what a decision on visits needs, one or many of the same two people. */
@Injectable()
export class BookingFactsService {
  constructor(
    private readonly calendar: Calendar,
    private readonly authorizations: AuthorizationsService,
    private readonly ledger: AuthorizationLedger,
  ) {}

  /**
   * All that is asked, in one round trip and under the locks: each statement sees what the locks before it waited for. The
   * authorizations are what many bookings want at once, so they come last, in the order of their ids.
   *
   * @param wanted all of one practitioner and one patient
   * @throws NotFound a person or an authorization is not in the organization
   */
  async read(tx: Tx, wanted: readonly [WantedVisit, ...WantedVisit[]]): Promise<LockedFacts> {
    const [meeting] = wanted;
    const wants = wanted.map(({ authorizationId }) => authorizationId);
    const leaves = wanted.flatMap(({ before }) => (before ? [before.authorizationId] : []));
    const windows = wanted.map(({ window }) => window);
    const [{ timeZone }, busy, codes, authorizations] = await inOrder([
      this.calendar.lockPeople(tx, meeting),
      this.calendar.busyTimes(tx, meeting, windows),
      this.codesOf(tx, wants),
      this.ledger.lockEach(tx, [...wants, ...leaves]),
    ]);
    return { now: tx.ctx.now(), timeZone, busy, authorizations, codes: new Map(codes) };
  }

  private codesOf(tx: Tx, authorizationIds: readonly string[]): Promise<(readonly [string, BillableCode[]])[]> {
    const ids = [...new Set(authorizationIds)];
    return Promise.all(ids.map(async (id) => [id, await this.authorizations.coveredCodes(tx, id)] as const));
  }
}
