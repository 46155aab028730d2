import { localDate, plusDays } from './local-time.ts';
import type { Rule } from './units.ts';
import type { Call } from './calls.ts';
import { decide } from './decide.ts';
import { get, put, type Name, type Role, type Table, type User, type World } from './world.ts';

export const PASSWORD = 'correct-horse-7';
export const NORTH: Name = '@North';
export const SOUTH: Name = '@South';
export const PLATFORM: Name = '@Platform';
/** No object ever has this name: its id is one that nobody knows. */
export const UNKNOWN: Name = '@unknown';

const RULES: Readonly<Record<string, Rule>> = {
  '97153': { timed: true, unitMinutes: 15, roundUpAtMinutes: 8, zeroBelowMinutes: 8 },
  '97155': { timed: true, unitMinutes: 30, roundUpAtMinutes: 16, zeroBelowMinutes: 16 },
  '90791': { timed: false, unitMinutes: 15, roundUpAtMinutes: 8, zeroBelowMinutes: 8 },
};

/** Where and when a sequence begins. */
export interface Setting {
  readonly now: number;
  readonly northZone: string;
  readonly southZone: string;
}

const EMPTY: Omit<World, 'now'> = {
  organizations: {},
  users: {},
  signIns: {},
  refreshTokens: {},
  patients: {},
  practitioners: {},
  serviceCodes: {},
  authorizations: {},
  appointments: {},
  sessions: {},
  grants: {},
  keys: {},
  failedLogins: {},
};

/**
 * What every sequence begins with: two practices, their people and what is approved for them, and the super admin's
 * organization. Everybody is signed in. Emails are unique across organizations: a sequence has its own word in them.
 */
export function beginning(setting: Setting, word: string): World {
  const world = peopled(setting, word);
  return approvals(world).reduce((before, call) => {
    const verdict = decide(before, call);
    if ('refused' in verdict) throw new Error('What is approved at the beginning can be.');
    return verdict.world;
  }, world);
}

function peopled({ now, northZone, southZone }: Setting, word: string): World {
  let world: World = { ...EMPTY, now };
  const add = <T extends Table>(table: T, row: World[T][Name]): void => {
    world = put(world, table, row as Parameters<typeof put<T>>[2]);
  };
  const person = (organization: Name, title: string, role: Role, more: Partial<User> = {}): void => {
    const name: Name = `@${title}`;
    const email = `${title}-${word}@model.example`;
    const links = { practitioner: null, patient: null };
    add('users', {
      ...{ name, organization, email, role, password: PASSWORD, isSuperAdmin: false, active: true },
      ...links,
      ...more,
    });
    const signIn: Name = `@${title}.in`;
    add('signIns', { name: signIn, user: name, ended: 'NO' });
    add('refreshTokens', { name: `@${title}.refresh`, signIn, spent: false });
  };
  add('organizations', { name: PLATFORM, timeZone: 'UTC' });
  add('organizations', { name: NORTH, timeZone: northZone });
  add('organizations', { name: SOUTH, timeZone: southZone });
  for (const [organization, ids] of PEOPLE)
    for (const id of ids) {
      const row = { name: `@${id}`, organization } as const;
      if (id.startsWith('D')) add('practitioners', { ...row, lastName: 'Practitioner' });
      else add('patients', { ...row, firstName: 'Ann', medicalRecordNumber: id, phoneNumber: null });
    }
  for (const [organization, codes] of CODES)
    for (const code of codes)
      add('serviceCodes', { name: `${organization}.${code}`, organization, code, rule: RULES[code]! });
  person(NORTH, 'north-admin', 'ADMIN');
  person(NORTH, 'd1', 'PRACTITIONER', { practitioner: '@D1' });
  person(NORTH, 'd2', 'PRACTITIONER', { practitioner: '@D2' });
  person(NORTH, 'p1', 'PATIENT', { patient: '@P1' });
  person(SOUTH, 'south-admin', 'ADMIN');
  person(SOUTH, 'd3', 'PRACTITIONER', { practitioner: '@D3' });
  person(PLATFORM, 'super', 'ADMIN', { isSuperAdmin: true });
  return world;
}

const PEOPLE: readonly (readonly [Name, readonly string[]])[] = [
  [NORTH, ['D1', 'D2', 'P1', 'P2']],
  [SOUTH, ['D3', 'P3']],
];
const CODES: readonly (readonly [Name, readonly string[]])[] = [
  [NORTH, ['97153', '97155', '90791']],
  [SOUTH, ['97153']],
];

/** Little, so that it runs out. A1 ends soon, A2 has just begun. */
function approvals(world: World): readonly Call[] {
  const approval = (by: Name, patientId: Name, serviceCodes: string[], totalUnits: number, days: number[]): Call => {
    const { organization } = get(world, 'patients', patientId);
    const today = localDate(world.now, get(world, 'organizations', organization).timeZone);
    const [startDate, endDate] = days.map((count) => plusDays(today, count)) as [string, string];
    return {
      by,
      operation: 'createAuthorization',
      input: { patientId, serviceCodes, totalUnits, startDate, endDate },
    };
  };
  return [
    approval('@north-admin.in', '@P1', ['97153'], 14, [-20, 3]),
    approval('@north-admin.in', '@P1', ['97153', '97155', '90791'], 9, [-2, 40]),
    approval('@north-admin.in', '@P2', ['97153'], 10, [-5, 30]),
    approval('@south-admin.in', '@P3', ['97153'], 8, [-5, 30]),
  ];
}
