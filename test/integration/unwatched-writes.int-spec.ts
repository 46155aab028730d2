import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DataSource } from 'typeorm';
import { Appointment } from '../../src/care/appointments/appointment.entity.ts';
import { AuthorizationLedger } from '../../src/care/authorizations/authorization-ledger.service.ts';
import { TenantRepository } from '../../src/platform/database/rows/tenant-repository.ts';
import { Transactions } from '../../src/platform/database/transactions/transactions.ts';
import type { Tx } from '../../src/platform/database/transactions/tx.ts';
import { OutcomeUnknown } from '../../src/foundation/errors/domain-error.ts';
import { RequestContext } from '../../src/foundation/request-context/request-context.ts';
import { at, World, type Practice } from '../support/world.ts';

describe('given writes that travel with the COMMIT, so that nobody looks at what they did', () => {
  let world: World;
  let transactions: Transactions;
  let practice: Practice;
  let ctx: RequestContext;
  let authorizationId: string;
  let appointmentId: string;

  beforeAll(async () => {
    world = await World.create();
    transactions = world.test.app.get(Transactions, { strict: false });
    practice = await world.practice();
    ctx = RequestContext.anonymous({ requestId: 'unwatched' }, () => new Date()).within(practice.id);
    const [practitioner, patient] = [await world.practitioner(practice), await world.patient(practice)];
    authorizationId = await world.authorization(practice, patient.id);
    appointmentId = await world.booked(practice.admin, {
      patientId: patient.id,
      practitionerId: practitioner.id,
      authorizationId,
      ...at('2031-03-03', '10:00'),
    });
  });
  afterAll(() => world.close());

  const reserved = async () => (await world.balance(practice.admin, authorizationId)).reservedUnits;

  it('when units move twice by one reading of the authorization, then the second entry has no balance and all fails', async () => {
    const ledger = world.test.app.get(AuthorizationLedger, { strict: false });
    const twice = transactions.run(ctx, async (tx) => {
      const authorization = await ledger.lock(tx, authorizationId);
      ledger.reserve(tx, authorization, appointmentId, 1);
      ledger.reserve(tx, authorization, appointmentId, 1);
    });
    await expect(twice).rejects.toMatchObject({ code: '23502', table: 'ledger_entries', column: 'created_at' });
    expect(await reserved()).toBe(4);
  });

  it('when a row to change is not there, then rows_required refuses', async () => {
    const rows = new TenantRepository(Appointment);
    const vanished = transactions.run(ctx, async (tx) => {
      const row = await rows.get(tx, appointmentId);
      rows.change(tx, Object.assign(new Appointment(), row, { id: randomUUID() }), { notes: 'lost' });
    });
    await expect(vanished).rejects.toMatchObject({ code: '23000', constraint: 'rows_required' });
  });

  it('when units are reserved for an appointment that never follows, then the COMMIT fails', async () => {
    const ledger = world.test.app.get(AuthorizationLedger, { strict: false });
    const orphan = transactions.run(ctx, async (tx) => {
      ledger.reserve(tx, await ledger.lock(tx, authorizationId), randomUUID(), 1);
    });
    await expect(orphan).rejects.toMatchObject({ code: '23503', constraint: 'ledger_entries_appointment' });
    expect(await reserved()).toBe(4);
  });

  it('when the first of two fails, then its error is told, and neither is saved', async () => {
    const note = 'UPDATE patients SET phone_number = $1 WHERE organization_id = $2';
    const two = transactions.run(ctx, (tx) => {
      tx.send('SELECT 1 / $1::int', [0]);
      tx.send(note, ['saved', practice.id]);
    });
    await expect(two).rejects.toMatchObject({ code: '22012' });
    const phones = await transactions.read(ctx, (tx) => tx.sql('SELECT phone_number FROM patients'));
    expect(phones).toEqual([{ phone_number: null }]);
  });

  it('when BEGIN and what was sent fail together, then one is told and neither is left for the process to die of', async () => {
    const broken = Object.assign<Transactions, object>(new Transactions(world.test.app.get(DataSource)), {
      settings: 'SELECT 1 / (length($1) * 0), $2::text',
    });
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    try {
      const both = broken.run(ctx, (tx) => tx.send('SELECT $1::int', [1]));
      await expect(both).rejects.toMatchObject({ code: '22012' });
      await new Promise(setImmediate);
      expect(unhandled).not.toHaveBeenCalled();
    } finally {
      process.off('unhandledRejection', unhandled);
    }
  });

  it.each([
    ['may be repeated, such as the trail of a refusal, then it is replayed', 'read', 2, undefined],
    ['may not, then the outcome is unknown: the COMMIT was on its way', 'run', 1, OutcomeUnknown],
  ] as const)('when the connection is lost under what %s', async (_, how, attempts, error) => {
    let attempt = 0;
    const lost = transactions[how](ctx, (tx) => {
      tx.send('SELECT pg_sleep(0.1), $1::int', [1]);
      const { client } = tx as unknown as { client: { connection: { stream: Socket } } };
      if (++attempt === 1) setImmediate(() => client.connection.stream.destroy());
    });
    if (error) await expect(lost).rejects.toThrow(error);
    else await lost;
    expect(attempt).toBe(attempts);
  });

  it('when something goes on after its transaction is over, then it is refused, whoever has the connection by then', async () => {
    let late: Tx | undefined;
    await transactions.run(ctx, (tx) => {
      late = tx;
    });
    expect(() => late!.sql('SELECT 1')).toThrow('This transaction is over');
  });
});
