import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { applicationSettings, type Settings } from '../../src/platform/database/connection/settings.ts';
import { connected, read } from '../support/sql.ts';
import { World, type Person, type Practice } from '../support/world.ts';

interface Site {
  practice: Practice;
  practitioner: Person;
  patient: Person;
  grantId: string;
}

const INSUFFICIENT_PRIVILEGE = '42501';
const NEVER_CHANGED = '23000';
const REVOKE = `UPDATE emergency_access_grants SET revoked_at = created_at + interval '1 minute', revocation_reason = 'over'`;

describe('given emergency grants of two practices, and SQL that goes past the code', () => {
  let world: World;
  let a: Site;
  let b: Site;
  let superAdminId: string;
  let platformId: string;

  beforeAll(async () => {
    world = await World.create();
    [a, b] = [await site(), await site()];
    const { data } = await world.query('{ me { id organization { id } } }', {}, world.superAdmin);
    ({ id: superAdminId } = (data as { me: { id: string } }).me);
    ({ id: platformId } = (data as { me: { organization: { id: string } } }).me.organization);
  });
  afterAll(() => world.close());

  async function site(): Promise<Site> {
    const practice = await world.practice();
    const [practitioner, patient] = [await world.practitioner(practice), await world.patient(practice)];
    const { id: grantId } = await world.make(
      'grantEmergencyAccess',
      {
        patientId: patient.id,
        grantedToUserId: practitioner.userId,
        durationMinutes: 60,
        justification: 'long enough to be a reason',
      },
      practice.admin,
    );
    return { practice, practitioner, patient, grantId };
  }

  /** Statements of one transaction in A that is never committed; the last one's result. */
  function rolledBack(url: string, statements: [string, ...unknown[]][], settings?: Settings) {
    return connected(
      url,
      async (client) => {
        await client.query('BEGIN');
        await client.query(`SELECT set_config('app.organization_id', $1, true)`, [a.practice.id]);
        let result: pg.QueryResult | undefined;
        for (const [text, ...values] of statements) result = await client.query(text, values);
        return result!;
      },
      settings,
    );
  }
  const application = (...statements: [string, ...unknown[]][]) =>
    rolledBack(world.test.database.applicationUrl, statements, applicationSettings('session'));
  const owner = (...statements: [string, ...unknown[]][]) => rolledBack(world.test.database.ownerUrl, statements);
  const superuser = (...statements: [string, ...unknown[]][]) => rolledBack(world.test.database.adminUrl, statements);

  async function copied(changes: object): Promise<[string, ...unknown[]]> {
    const [found] = await read(
      world.test.database.ownerUrl,
      'SELECT to_jsonb(t) AS row FROM emergency_access_grants t WHERE id = $1',
      [a.grantId],
    );
    const row = { ...(found!.row as object), id: randomUUID(), ...changes };
    return [
      'INSERT INTO emergency_access_grants SELECT * FROM jsonb_populate_record(NULL::emergency_access_grants, $1::jsonb)',
      JSON.stringify(row),
    ];
  }

  it('when the application revokes a grant, then it may: the refusals below are for their reason', async () => {
    expect((await application([REVOKE])).rowCount).toBe(1);
    expect((await application(await copied({}))).rowCount).toBe(1);
  });

  it.each([
    ['is deleted', 'DELETE FROM emergency_access_grants'],
    ['is truncated', 'TRUNCATE emergency_access_grants'],
    ['is prolonged', `UPDATE emergency_access_grants SET expires_at = created_at + interval '480 minutes'`],
    ['gets another grantee', 'UPDATE emergency_access_grants SET granted_to_id = granted_by_id'],
    ['gets another patient', 'UPDATE emergency_access_grants SET patient_id = gen_random_uuid()'],
    ['gets another granter', 'UPDATE emergency_access_grants SET granted_by_id = granted_to_id'],
    ['gets another reason', `UPDATE emergency_access_grants SET justification = 'a better one, thought of afterwards'`],
  ])('when a grant %s, then the application has no right, and triggers refuse owner and superuser', async (_, text) => {
    await expect(application([text])).rejects.toMatchObject({ code: INSUFFICIENT_PRIVILEGE });
    await expect(owner([text])).rejects.toMatchObject({ code: NEVER_CHANGED });
    await expect(superuser([text])).rejects.toMatchObject({ code: NEVER_CHANGED });
  });

  it.each([
    ['taken back', 'UPDATE emergency_access_grants SET revoked_at = NULL, revocation_reason = NULL'],
    ['repeated', REVOKE],
    ['given another reason', `UPDATE emergency_access_grants SET revocation_reason = 'another'`],
  ])('when a revocation is %s, then the trigger refuses everybody', async (_, text) => {
    for (const who of [application, owner, superuser])
      await expect(who([REVOKE], [text])).rejects.toMatchObject({ code: NEVER_CHANGED });
  });

  it.each([
    ['of another practice’s patient', () => ({ patient_id: b.patient.id }), '23503', 'patient'],
    ['to another practice’s user', () => ({ granted_to_id: b.practitioner.userId }), '23503', 'granted_to'],
    ['by nobody', () => ({ granted_by_id: randomUUID() }), '23503', 'granted_by'],
    ['of 24 characters', () => ({ justification: 'x'.repeat(24) }), '23514', 'justification'],
    ['of 24 characters and blanks', () => ({ justification: `${'x'.repeat(24)} \n\t ` }), '23514', 'justification'],
    ['of 501 characters', () => ({ justification: 'x'.repeat(501) }), '23514', 'justification'],
    [
      'for 45 minutes',
      () => ({ created_at: '2026-01-01T10:00:00Z', expires_at: '2026-01-01T10:45:00Z' }),
      '23514',
      'duration',
    ],
    ['for ever', () => ({ expires_at: '2099-01-01T00:00:00Z' }), '23514', 'duration'],
    [
      'that ends before it begins',
      () => ({ created_at: '2026-01-01T10:00:00Z', expires_at: '2026-01-01T09:00:00Z' }),
      '23514',
      'duration',
    ],
    ['that is revoked without a reason', () => ({ revoked_at: '2026-01-01T10:00:00Z' }), '23514', 'revocation'],
  ])('when a grant %s is written, then a constraint refuses', async (_, changes, code, constraint) => {
    await expect(application(await copied(changes()))).rejects.toMatchObject({
      code,
      constraint: `emergency_access_grants_${constraint}`,
    });
  });

  describe('when the application asks who granted from outside', () => {
    const ask = (...ids: string[]): [string, ...unknown[]] => [
      'SELECT id, organization_id FROM app.granters_and_their_organizations($1)',
      ids,
    ];
    const bySuperAdmin = () => copied({ granted_by_organization_id: platformId, granted_by_id: superAdminId });

    it('then it hears of super admins who granted here, and of nobody else', async () => {
      expect((await application(ask(superAdminId))).rows).toEqual([]);
      expect((await application(await bySuperAdmin(), ask(superAdminId))).rows).toEqual([
        { id: superAdminId, organization_id: platformId },
      ]);
      const all = ask(superAdminId, a.practitioner.userId, b.practitioner.userId);
      expect((await application(await bySuperAdmin(), all)).rows).toHaveLength(1);
    });

    it('then a grant forged in the name of another practice’s user shows nothing of them', async () => {
      const forged = { granted_by_organization_id: b.practice.id, granted_by_id: b.practitioner.userId };
      expect((await application(await copied(forged), ask(b.practitioner.userId))).rows).toEqual([]);
    });

    it('then its reach is what it was before', async () => {
      const reach: [string] = [
        `SELECT coalesce(current_setting('app.reach', true), '') AS reach, count(*)::int FROM users`,
      ];
      const { rows: before } = await application(reach);
      expect((await application(ask(superAdminId), reach)).rows).toEqual(before);
    });
  });
});
