import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { PLATFORM } from '../model/start.ts';
import { get, rows, type Authorization, type Name, type Owned, type World } from '../model/world.ts';
import type { Names } from './names.ts';

export type Rows = readonly Readonly<Record<string, unknown>>[];

/** The rows of one organization in a new world, by table. */
export function tablesOf(
  world: World,
  organization: Name,
  names: Names,
  passwordHash: string,
): (readonly [string, Rows])[] {
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
        ...{ organization_id, id: names.real(rowOf(name)), user_id: names.real(user), created_at: 'now' },
        second_factor: false,
      })),
    ],
    [
      'refresh_tokens',
      rows(world, 'refreshTokens')
        .filter(({ signIn }) => signInsOf(world, organization).some(({ name }) => name === signIn))
        .map(({ name, signIn }) => ({
          ...{ organization_id, id: randomUUID(), user_id: names.real(get(world, 'signIns', signIn).user) },
          ...{ sign_in_id: names.real(rowOf(signIn)), token_hash: tokenHash(name, names) },
          // by the database's clock, which the model's does not move
          ...{ created_at: 'now', expires_at: 'tomorrow' },
        })),
    ],
    ...approvalsOf(own(rows(world, 'authorizations')), organization_id, names),
  ];
}

function signInsOf(world: World, organization: Name): World['signIns'][Name][] {
  return rows(world, 'signIns').filter(({ user }) => get(world, 'users', user).organization === organization);
}

/** A sign-in's own name is its access token's, which is what calls bring along. */
export function rowOf(signIn: Name): string {
  return `${signIn}.row`;
}

function tokenHash(name: Name, names: Names): string {
  const token = randomBytes(32).toString('base64url');
  names.bind(name, token);
  return `\\x${createHash('sha256').update(token).digest('hex')}`;
}

/** Authorizations as they are approved: their units are granted, and no more has happened. */
function approvalsOf(
  approved: readonly Authorization[],
  organization_id: string,
  names: Names,
): (readonly [string, Rows])[] {
  const now = new Date().toISOString();
  const key = { organization_id };
  const granted = (total: number): object => ({
    ...{ kind: 'GRANT', units: total, total_delta: total, reserved_delta: 0, used_delta: 0 },
    ...{ total_after: total, reserved_after: 0, used_after: 0 },
  });
  return [
    [
      'authorizations',
      approved.map(({ name, patient, total, startDate, endDate, version }) => ({
        ...{ ...key, id: names.real(name), patient_id: names.real(patient), total_units: total, version },
        ...{ reserved_units: 0, used_units: 0, start_date: startDate, end_date: endDate },
        ...{ entry_seq: 1, last_entry_at: now, created_at: now, updated_at: now },
      })),
    ],
    [
      'authorization_service_codes',
      approved.flatMap(({ name, codes }) =>
        codes.map((code) => ({ ...key, authorization_id: names.real(name), service_code_id: names.real(code) })),
      ),
    ],
    [
      'ledger_entries',
      approved.map(({ name, total }) => ({
        ...{ ...key, id: randomUUID(), authorization_id: names.real(name), seq: 1, created_at: now },
        ...granted(total),
      })),
    ],
  ];
}
