import { organizationId } from '../ids.ts';
import { asClient } from '../stage/server.ts';
import { practiceOf } from './people.ts';
import { BOOKING, CALENDARS, HOT, PATIENTS_OF_PRACTITIONER, USERS, type Calendar } from './plan.ts';
import { visitsOf } from './visits.ts';

/** Half the cores of a small machine would wait otherwise. */
const FILLERS = 2;
const PLENTY = 1_000_000;

/**
 * Fills a migrated database, organization by organization and set by set, as the owner: past the services, yet not past any
 * constraint, trigger or policy.
 */
export async function fill(ownerUrl: string, calendar: Calendar): Promise<void> {
  const authorizations = calendar.practitioners * PATIENTS_OF_PRACTITIONER;
  const waiting: [organization: number, statements: string[]][] = [
    [BOOKING.organization, practiceOf({ ...BOOKING, units: PLENTY })],
    [HOT.organization, practiceOf({ ...HOT, units: PLENTY })],
  ];
  for (let organization = CALENDARS.first; organization < CALENDARS.first + CALENDARS.count; organization++) {
    const practice = {
      organization,
      practitioners: calendar.practitioners,
      authorizations,
      users: USERS,
      units: PLENTY,
    };
    waiting.push([organization, [...practiceOf(practice), ...visitsOf(organization, calendar)]]);
  }
  const work = async (): Promise<void> => {
    await asClient(ownerUrl, async (client) => {
      await client.query(`SET work_mem = '256MB'; SET synchronous_commit = off`);
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const [organization, statements] = next;
        await client.query(`BEGIN; SELECT set_config('app.organization_id', '${organizationId(organization)}', true)`);
        for (const statement of statements) await client.query(statement);
        await client.query('COMMIT');
      }
    });
  };
  await Promise.all(Array.from({ length: FILLERS }, work));
  await asClient(ownerUrl, (client) => client.query('VACUUM ANALYZE'));
}
