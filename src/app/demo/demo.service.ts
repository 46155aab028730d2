import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Environment } from '../../platform/config/environment.ts';
import { Transactions } from '../../platform/database/transactions/transactions.ts';
import type { Organization } from '../../people/organizations/organization.entity.ts';
import { OrganizationsService } from '../../people/organizations/organizations.service.ts';
import { RequestContext } from '../../foundation/request-context/request-context.ts';
import { localDate } from '../../foundation/time/local-date.ts';
import { AccountsService } from '../../people/users/accounts.service.ts';
import { FoundingService } from '../../people/users/founding.service.ts';
import { actorOf } from '../../people/users/links.ts';
import { DEMO_LOGINS, DEMO_PASSWORD, DEMO_SUPER_ADMIN, type DemoLogin } from './demo-data.ts';
import { DemoPeopleService } from './demo-people.service.ts';
import { DEMO_PRACTICES, type DemoPractice } from './demo-practices.ts';
import { DemoVisitsService } from './demo-visits.service.ts';
import { oneAtATime } from './one-at-a-time.ts';

/** Idempotency keys are kept longer than this, and an interrupted filling goes on by them. */
const RESUMABLE_MS = 24 * 60 * 60_000;

/**
 * Two sample practices, made through the same services as everything else. The super admin comes last: who can sign in
 * as that finds the rest complete. A filling that was interrupted goes on where it stopped at the next start.
 */
@Injectable()
export class DemoService {
  constructor(
    private readonly environment: Environment,
    private readonly dataSource: DataSource,
    private readonly transactions: Transactions,
    private readonly organizations: OrganizationsService,
    private readonly accounts: AccountsService,
    private readonly founding: FoundingService,
    private readonly people: DemoPeopleService,
    private readonly visits: DemoVisitsService,
  ) {}

  /**
   * Fills an empty database.
   *
   * @returns the logins of the demo; none when they were shut, or the database holds something else, which is left alone
   * @throws Error in production, or when an interrupted filling is too old to go on
   */
  async fill(): Promise<readonly DemoLogin[]> {
    if (this.environment.isProduction) throw new Error('The demo is not for production: its passwords are public.');
    const complete = await this.complete();
    if (complete) return complete;
    if (!(await this.isOurs())) return [];
    return oneAtATime(this.dataSource, () => this.fillAlone());
  }

  private async fillAlone(): Promise<readonly DemoLogin[]> {
    // another process may have been faster
    const complete = await this.complete();
    if (complete) return complete;
    if (!(await this.isOurs())) return [];
    for (const practice of DEMO_PRACTICES) await this.fillPractice(practice);
    await this.founding.createSuperAdmin(DEMO_SUPER_ADMIN, DEMO_PASSWORD);
    return DEMO_LOGINS;
  }

  private async fillPractice(practice: DemoPractice): Promise<void> {
    const admin = await this.adminOf(practice);
    const organization = await this.organizations.load(admin, admin.actor.organizationId);
    requireFresh(organization);
    const people = await this.people.fill(admin, practice);
    // the day of the founding, also when a filling goes on the next day: the same plan
    const today = localDate(organization.createdAt, practice.timeZone);
    await this.visits.fill(admin, { practice, people, today });
  }

  /** The practice's first admin, who is made together with it. */
  private async adminOf({ name, timeZone, domain }: DemoPractice): Promise<RequestContext> {
    const ctx = nobody();
    const adminEmail = adminEmailOf(domain);
    if (!(await this.accounts.byEmail(ctx, adminEmail)))
      await this.founding.createOrganization(ctx, { name, timeZone, adminEmail, adminPassword: DEMO_PASSWORD });
    const admin = await this.accounts.byEmail(ctx, adminEmail);
    if (!admin) throw new Error(`${name} has just been founded, and its admin is not there.`);
    return ctx.as(actorOf(admin));
  }

  /** The logins of a demo that is there, if they still let anybody in; undefined where there is none yet. */
  private async complete(): Promise<readonly DemoLogin[] | undefined> {
    const last = await this.accounts.byEmail(nobody(), DEMO_SUPER_ADMIN);
    if (!last) return undefined;
    return last.active ? DEMO_LOGINS : [];
  }

  /** Empty, or begun by an earlier filling. */
  private async isOurs(): Promise<boolean> {
    const ctx = nobody();
    const [found] = await this.transactions.run(ctx, (tx) =>
      tx.sql<{ empty: boolean }>('SELECT app.is_empty() AS empty'),
    );
    const [first] = DEMO_PRACTICES;
    return (
      found?.empty === true ||
      (first !== undefined && (await this.accounts.byEmail(ctx, adminEmailOf(first.domain))) !== null)
    );
  }
}

function nobody(): RequestContext {
  const now = new Date();
  return RequestContext.anonymous({ requestId: 'demo' }, () => now);
}

function adminEmailOf(domain: string): string {
  return `admin@${domain}`;
}

/** @throws Error the filling was interrupted so long ago that its keys may be forgotten */
function requireFresh({ createdAt }: Organization): void {
  if (Date.now() - createdAt.getTime() < RESUMABLE_MS) return;
  throw new Error(
    'The demo data is incomplete: the start that made it was interrupted. Delete the folder DATA_DIR (.data) and start ' +
      'again; with DATABASE_URL, use an empty database.',
  );
}
