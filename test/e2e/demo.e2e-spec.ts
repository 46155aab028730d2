import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppointmentStatus } from '../../src/care/appointments/appointment-status.ts';
import { BookingService } from '../../src/care/appointments/booking.service.ts';
import { AuthorizationStatus } from '../../src/care/authorizations/authorization-status.ts';
import { SessionStatus } from '../../src/care/sessions/session.entity.ts';
import { DEMO_LOGINS, type DemoLogin } from '../../src/app/demo/demo-data.ts';
import { DemoService } from '../../src/app/demo/demo.service.ts';
import { FoundingService } from '../../src/people/users/founding.service.ts';
import { createTestApp, type TestApp } from '../support/test-app.ts';

const LOGIN = 'mutation($input: LoginInput!) { login(input: $input) { accessToken } }';
const BALANCES = `{ authorizations(first: 200) { nodes {
  id status totalUnits usedUnits reservedUnits
  ledgerEntries(first: 200) { nodes { kind units totalAfter usedAfter reservedAfter } } } } }`;

interface Entry {
  kind: 'GRANT' | 'RESERVE' | 'RELEASE' | 'CONSUME' | 'ADJUST';
  units: number;
  totalAfter: number;
  usedAfter: number;
  reservedAfter: number;
}

interface Balance {
  id: string;
  status: string;
  totalUnits: number;
  usedUnits: number;
  reservedUnits: number;
  ledgerEntries: { nodes: Entry[] };
}

const fill = (test: TestApp): Promise<readonly DemoLogin[]> => test.app.get(DemoService, { strict: false }).fill();

describe('given an empty database', () => {
  let test: TestApp;

  beforeAll(async () => {
    test = await createTestApp();
  });
  afterAll(() => test.close());

  async function signIn({ email, password }: DemoLogin): Promise<string> {
    const { data, errors } = await test.query(LOGIN, { input: { email, password } });
    expect(errors).toBeUndefined();
    return (data as { login: { accessToken: string } }).login.accessToken;
  }

  async function balances(): Promise<Balance[]> {
    const { data, errors } = await test.query(BALANCES, {}, await signIn(DEMO_LOGINS[0]!));
    expect(errors).toBeUndefined();
    return (data as { authorizations: { nodes: Balance[] } }).authorizations.nodes;
  }

  it('when two processes fill it at once, then both tell of one demo', async () => {
    expect(await Promise.all([fill(test), fill(test)])).toEqual([DEMO_LOGINS, DEMO_LOGINS]);
    const { data } = await test.query('{ organizations { name } }', {}, await signIn(DEMO_LOGINS[0]!));
    expect(data.organizations).toEqual([{ name: 'Harbor Therapy' }, { name: 'Platform' }, { name: 'Sunrise Therapy' }]);
  });

  it.each(DEMO_LOGINS)('then $email signs in and sees appointments before and after now', async (login) => {
    const token = await signIn(login);
    const count = (filter: object) =>
      test.query(
        'query($filter: AppointmentFilter) { appointments(filter: $filter) { totalCount } }',
        { filter },
        token,
      );
    const now = new Date().toISOString();
    for (const filter of [{ to: now }, { from: now }]) {
      const { data, errors } = await count(filter);
      expect(errors).toBeUndefined();
      expect(data.appointments.totalCount).toBeGreaterThan(3);
    }
  });

  it('then it shows every status of appointments, sessions and authorizations', async () => {
    const token = await signIn(DEMO_LOGINS[1]!);
    const statuses = async (list: string): Promise<string[]> => {
      const { data, errors } = await test.query(`{ ${list}(first: 200) { nodes { status } } }`, {}, token);
      expect(errors).toBeUndefined();
      const { nodes } = (data as Record<string, { nodes: { status: string }[] }>)[list]!;
      return [...new Set(nodes.map(({ status }) => status))].sort();
    };
    expect(await statuses('appointments')).toEqual(Object.values(AppointmentStatus).sort());
    // a session is written when the visit is completed: none is in progress
    expect(await statuses('sessions')).toEqual([SessionStatus.COMPLETED, SessionStatus.REQUIRES_REVIEW]);
    expect(await statuses('authorizations')).toEqual(Object.values(AuthorizationStatus).sort());
  });

  it('then the balances replay from the ledger', async () => {
    const found = await balances();
    expect(found).toHaveLength(22);
    for (const { totalUnits, usedUnits, reservedUnits, ledgerEntries } of found) {
      const replayed = { total: 0, used: 0, reserved: 0 };
      for (const { kind, units, totalAfter, usedAfter, reservedAfter } of ledgerEntries.nodes.reverse()) {
        if (kind === 'GRANT' || kind === 'ADJUST') replayed.total += units;
        if (kind === 'RESERVE') replayed.reserved += units;
        if (kind === 'RELEASE' || kind === 'CONSUME') replayed.reserved -= units;
        if (kind === 'CONSUME') replayed.used += units;
        expect(replayed).toEqual({ total: totalAfter, used: usedAfter, reserved: reservedAfter });
      }
      expect(replayed).toEqual({ total: totalUnits, used: usedUnits, reserved: reservedUnits });
      expect(usedUnits + reservedUnits).toBeLessThanOrEqual(totalUnits);
    }
  });

  it('when it is filled again, then nothing changes', async () => {
    const before = await balances();
    expect(await fill(test)).toEqual(DEMO_LOGINS);
    expect(await balances()).toEqual(before);
  });
});

describe('given a filling that was interrupted', () => {
  it('when it is filled again, then it goes on where it stopped', async () => {
    const interrupted = await counted(async (test) => {
      const booking = test.app.get(BookingService, { strict: false });
      const book = booking.book.bind(booking);
      let calls = 0;
      booking.book = (...call) => (++calls > 30 ? Promise.reject(new Error('the process died')) : book(...call));
      await expect(fill(test)).rejects.toThrow('the process died');
      booking.book = book;
    });
    expect(interrupted).toEqual(await counted(() => Promise.resolve()));
  });

  /** How many rows a demo has after something has happened to its database. */
  async function counted(before: (test: TestApp) => Promise<void>): Promise<unknown> {
    const test = await createTestApp();
    try {
      await before(test);
      expect(await fill(test)).toEqual(DEMO_LOGINS);
      return await counts(test);
    } finally {
      await test.close();
    }
  }

  async function counts(test: TestApp): Promise<unknown> {
    const [{ email, password }] = DEMO_LOGINS as [DemoLogin];
    const { data } = await test.query(LOGIN, { input: { email, password } });
    const all = ['patients', 'practitioners', 'users', 'authorizations', 'appointments', 'sessions'];
    const query = `{ ${all.map((list) => `${list} { totalCount }`).join(' ')} }`;
    const answer = await test.query(query, {}, data.login.accessToken as string);
    expect(answer.errors).toBeUndefined();
    return answer.data;
  }
});

describe('given a database with an organization of its own', () => {
  it('when it is filled, then it is left alone', async () => {
    const test = await createTestApp();
    try {
      await test.app
        .get(FoundingService, { strict: false })
        .createSuperAdmin('root@platform.example', 'correct-horse-7');
      expect(await fill(test)).toEqual([]);
    } finally {
      await test.close();
    }
  });
});

describe('given production', () => {
  it('when it is filled, then it refuses', async () => {
    const test = await createTestApp({ NODE_ENV: 'production' });
    try {
      await expect(fill(test)).rejects.toThrow('not for production');
    } finally {
      await test.close();
    }
  });
});
