import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { hash } from '@node-rs/argon2';
import { AuditService, type AuditRecord } from '../../../../src/audit/audit.service.ts';
import { AccessTokens } from '../../../../src/auth/access-tokens.service.ts';
import { Transactions } from '../../../../src/database/transactions.ts';
import type { Tx } from '../../../../src/database/tx.ts';
import { RequestContext, Role } from '../../../../src/request-context/request-context.ts';
import type { TestApp } from '../../../support/test-app.ts';
import { PASSWORD, PLATFORM } from '../model/start.ts';
import { get, rows, type Name, type Owned, type World } from '../model/world.ts';
import type { Names } from './names.ts';

/** A hash that is quick to check, by its own parameters: argon2 is not what is proved here. */
const QUICK = { memoryCost: 8, timeCost: 1, parallelism: 1 };
let quickHash: Promise<string> | undefined;

type Rows = readonly Readonly<Record<string, unknown>>[];

/**
 * Writes the organizations of a world and their people, in a transaction each and a statement a table, and signs
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
      for (const [table, values] of tablesOf(world, name, names, passwordHash)) await insert(tx, table, values);
      await audit.recordAll(tx, eventsOf(world, name, names));
    });
  for (const { name } of rows(world, 'signIns')) await issue(test, world, name, names);
}

async function insert(tx: Tx, table: string, values: Rows): Promise<void> {
  if (!values[0]) return;
  const columns = Object.keys(values[0]).join(', ');
  await tx.sql(`INSERT INTO ${table} (${columns}) SELECT ${columns} FROM json_populate_recordset(NULL::${table}, $1)`, [
    JSON.stringify(values),
  ]);
}

function tablesOf(world: World, organization: Name, names: Names, passwordHash: string): (readonly [string, Rows])[] {
  const now = new Date(world.now).toISOString();
  const organization_id = names.real(organization);
  const times = { created_at: now, updated_at: now };
  const key = ({ name }: Owned): object => ({ organization_id, id: names.real(name) });
  const own = <R extends Owned>(all: readonly R[]): readonly R[] =>
    all.filter((row) => row.organization === organization);
  const idOf = (name: Name | null): string | null => (name === null ? null : names.real(name));
  const people = { first_name: 'Ann', first_name_key: 'ann' };
  const { timeZone } = get(world, 'organizations', organization);
  const users = own(rows(world, 'users'));
  return [
    [
      'organizations',
      organization === PLATFORM
        ? []
        : [{ id: organization_id, name: organization.slice(1), time_zone: timeZone, created_at: now }],
    ],
    [
      'practitioners',
      own(rows(world, 'practitioners')).map((row) => ({
        ...{ ...key(row), ...people, last_name: row.lastName, last_name_key: row.lastName.toLowerCase() },
        ...{ license_number: 'L-1', specialization: 'ABA', ...times },
      })),
    ],
    [
      'patients',
      own(rows(world, 'patients')).map((row) => ({
        ...{ ...key(row), ...people, last_name: 'Patient', last_name_key: 'patient', date_of_birth: '2015-05-05' },
        medical_record_number: row.medicalRecordNumber,
        medical_record_number_key: row.medicalRecordNumber.toLowerCase(),
        ...times,
      })),
    ],
    [
      'service_codes',
      own(rows(world, 'serviceCodes')).map((row) => ({
        ...{ ...key(row), code: row.code, description: 'Treatment', timed: row.rule.timed, ...times },
        unit_minutes: row.rule.unitMinutes,
        round_up_at_minutes: row.rule.roundUpAtMinutes,
        zero_below_minutes: row.rule.zeroBelowMinutes,
      })),
    ],
    [
      'users',
      users.map((row) => ({
        ...{ ...key(row), email: row.email, password_hash: passwordHash, role: row.role, active: row.active, ...times },
        is_super_admin: row.isSuperAdmin,
        practitioner_id: idOf(row.practitioner),
        patient_id: idOf(row.patient),
      })),
    ],
    [
      'sign_ins',
      signInsOf(world, organization).map(({ name, user }) => ({
        ...{ organization_id, id: names.real(rowOf(name)), user_id: names.real(user), created_at: now },
        second_factor: false,
      })),
    ],
    [
      'refresh_tokens',
      rows(world, 'refreshTokens')
        .filter(({ signIn }) => signInsOf(world, organization).some(({ name }) => name === signIn))
        .map(({ name, signIn, expiresAt }) => ({
          ...{ organization_id, id: randomUUID(), user_id: names.real(get(world, 'signIns', signIn).user) },
          ...{ sign_in_id: names.real(rowOf(signIn)), token_hash: tokenHash(name, names), created_at: now },
          expires_at: new Date(expiresAt).toISOString(),
        })),
    ],
  ];
}

function signInsOf(world: World, organization: Name): World['signIns'][Name][] {
  return rows(world, 'signIns').filter(({ user }) => get(world, 'users', user).organization === organization);
}

/** A sign-in's own name is its access token's, which is what calls bring along. */
function rowOf(signIn: Name): string {
  return `${signIn}.row`;
}

function tokenHash(name: Name, names: Names): string {
  const token = randomBytes(32).toString('base64url');
  names.bind(name, token);
  return `\\x${createHash('sha256').update(token).digest('hex')}`;
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
  ];
}
