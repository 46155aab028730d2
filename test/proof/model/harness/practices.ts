import { hash } from '@node-rs/argon2';
import { AuditService, type AuditRecord } from '../../../../src/rules/audit/audit.service.ts';
import { AccessTokens } from '../../../../src/people/auth/access-tokens.service.ts';
import { Transactions } from '../../../../src/platform/database/transactions/transactions.ts';
import type { Tx } from '../../../../src/platform/database/transactions/tx.ts';
import { RequestContext, Role } from '../../../../src/foundation/request-context/request-context.ts';
import type { TestApp } from '../../../support/test-app.ts';
import { PASSWORD, PLATFORM } from '../model/start.ts';
import { get, rows, type Name, type Owned, type World } from '../model/world.ts';
import type { Names } from './names.ts';
import { rowOf, tablesOf, type Rows } from './practice-rows.ts';

/** A hash that is quick to check, by its own parameters: argon2 is not what is proved here. */
const QUICK = { memoryCost: 8, timeCost: 1, parallelism: 1 };
let quickHash: Promise<string> | undefined;

/**
 * Writes the organizations of a new world, their people and what is approved for them, in a transaction each, and signs
 * everybody in: as the API would leave them, events too, without the time that thirty calls take. The organization
 * Platform is there already.
 */
export async function found(test: TestApp, world: World, names: Names): Promise<void> {
  quickHash ??= hash(PASSWORD, QUICK);
  const passwordHash = await quickHash;
  const transactions = test.app.get(Transactions, { strict: false });
  const audit = test.app.get(AuditService, { strict: false });
  const nobody = RequestContext.anonymous({ requestId: 'proof:model' }, () => new Date(world.now));
  for (const { name } of rows(world, 'organizations'))
    await transactions.run(nobody.within(names.real(name)), async (tx) => {
      await insertAll(tx, tablesOf(world, name, names, passwordHash));
      audit.recordAll(tx, eventsOf(world, name, names));
    });
  for (const { name } of rows(world, 'signIns')) await issue(test, world, name, names);
}

/** All tables in one statement: what refers to what is checked at its end. */
async function insertAll(tx: Tx, tables: readonly (readonly [string, Rows])[]): Promise<void> {
  const filled = tables.filter(([, values]) => values.length > 0);
  const inserts = filled.map(([table, values], index) => {
    const columns = Object.keys(values[0]!).join(', ');
    const rowsOf = `json_populate_recordset(NULL::${table}, $${index + 1})`;
    return `${table}_made AS (INSERT INTO ${table} (${columns}) SELECT ${columns} FROM ${rowsOf})`;
  });
  await tx.sql(
    `WITH ${inserts.join(', ')} SELECT`,
    filled.map(([, values]) => JSON.stringify(values)),
  );
}

async function issue(test: TestApp, world: World, signIn: Name, names: Names): Promise<void> {
  const user = get(world, 'users', get(world, 'signIns', signIn).user);
  const actor = {
    userId: names.real(user.name),
    organizationId: names.real(user.organization),
    role: Role[user.role],
    isSuperAdmin: user.isSuperAdmin,
    practitionerId: undefined,
    patientId: undefined,
  };
  const tokens = test.app.get(AccessTokens, { strict: false });
  names.bind(signIn, await tokens.issue(actor, names.real(rowOf(signIn))));
}

function eventsOf(world: World, organization: Name, names: Names): AuditRecord[] {
  const made = (action: string, resource: string, all: readonly Owned[]): AuditRecord[] =>
    all
      .filter((row) => row.organization === organization)
      .map(({ name }) => ({ action, resource, resourceId: names.real(name) }));
  const founded = { action: 'CREATE_ORGANIZATION', resource: 'organization', resourceId: names.real(organization) };
  return [
    ...(organization === PLATFORM ? [] : [founded]),
    ...made('CREATE_PATIENT', 'patient', rows(world, 'patients')),
    ...made('CREATE_PRACTITIONER', 'practitioner', rows(world, 'practitioners')),
    ...made('CREATE_SERVICE_CODE', 'serviceCode', rows(world, 'serviceCodes')),
    ...made('CREATE_USER', 'user', rows(world, 'users')),
    ...made('CREATE_AUTHORIZATION', 'authorization', rows(world, 'authorizations')),
  ];
}
