import type pg from 'pg';
import { Clock } from '../../../../src/foundation/time/clock.ts';
import { FoundingService } from '../../../../src/people/users/founding.service.ts';
import { connect } from '../../../support/sql.ts';
import { createTestApp, type GraphQLAnswer, type TestApp } from '../../../support/test-app.ts';
import type { Call } from '../model/calls.ts';
import { PASSWORD } from '../model/start.ts';
import { DOCUMENTS, WITH_INPUT } from './documents.ts';
import type { Names } from './names.ts';

const MOST_ATTEMPTS = 20;

/** The real application, whose clock stands where it is told to, and a connection that sees all tables. */
export class RealApi {
  private constructor(
    readonly test: TestApp,
    readonly owner: pg.Client,
    private readonly clock: Clock,
    /** The super admins' organization. */
    readonly platformId: string,
  ) {}

  static async open(): Promise<RealApi> {
    const test = await createTestApp({ POINTS_PER_MINUTE: '0' });
    const founding = test.app.get(FoundingService, { strict: false });
    const { organizationId } = await founding.createSuperAdmin('first@platform.example', PASSWORD);
    const owner = await connect(test.database.ownerUrl);
    await owner.query(`SELECT set_config('app.reach', 'all', false)`);
    return new RealApi(test, owner, test.app.get(Clock, { strict: false }), organizationId);
  }

  standAt(instant: number): void {
    this.clock.now = () => new Date(instant);
  }

  /**
   * Posts a call with names turned into ids; again, where the answer is TRY_AGAIN: it says that nothing was changed, and
   * calls come one after the other, so what was too slow was the machine.
   */
  async post({ by, operation, input }: Call, names: Names): Promise<GraphQLAnswer> {
    const real = names.toReal(input) as Record<string, unknown>;
    const variables = WITH_INPUT.has(operation) ? { input: real } : real;
    for (let attempt = 1; ; attempt++) {
      const answer = await this.test.query(DOCUMENTS[operation], variables, by === null ? undefined : names.real(by));
      if (answer.code !== 'TRY_AGAIN' || attempt === MOST_ATTEMPTS) return answer;
    }
  }

  async close(): Promise<void> {
    await this.owner.end();
    await this.test.close();
  }
}
