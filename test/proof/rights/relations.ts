import { PASSWORD } from '../../support/world.ts';
import { told, type Heard } from './hearing.ts';
import { enrolledSignIn } from './signing-in.ts';
import type { Cell, Target } from './stage.ts';

const RELATIONS = {
  Appointment: ['patient', 'practitioner', 'authorization', 'serviceCode', 'session'],
  Authorization: ['patient', 'serviceCodes', 'ledgerEntries'],
  Patient: ['authorizations'],
  Session: ['appointment', 'patient', 'practitioner', 'authorization', 'serviceCode'],
} as const;
const IDS: Readonly<Record<keyof typeof RELATIONS, (target: Target) => string>> = {
  Appointment: ({ appointmentId }) => appointmentId,
  Authorization: ({ authorizationId }) => authorizationId,
  Patient: ({ patient }) => patient.id,
  Session: ({ sessionId }) => sessionId,
};

/** By the query of the object that it hangs on. */
function byId(type: keyof typeof RELATIONS, field: string): Heard {
  const root = type.toLowerCase();
  const below = /s$/.test(field) && field !== 'serviceCodes' ? '{ totalCount nodes { id } }' : '{ id }';
  return async ({ world }, { token, target }) => {
    const text = `query($id: ID!) { ${root}(id: $id) { ${field} ${below} } }`;
    const answer = await world.query(text, { id: IDS[type](target) }, token);
    return answer.code ?? told({ ...answer, data: (answer.data as Record<string, unknown>)[root] }, field);
  };
}

/** By the list that has it, or has it not. */
function inList(root: string, list: string, field: string, idOf: (cell: Cell) => string): Heard {
  return async ({ world }, cell) => {
    const answer = await world.query(`{ ${list.replace('$', `id ${field} { id }`)} }`, {}, cell.token);
    if (answer.code) return answer.code;
    const listed = (answer.data as Record<string, Found[] | { nodes: Found[] }>)[root]!;
    const found = [listed].flat().flatMap((each) => ('nodes' in each ? each.nodes : [each]));
    const object = found.find(({ id }) => id === idOf(cell));
    return object ? told({ ...answer, data: object }, field) : 'none';
  };
}

interface Found {
  readonly id: string;
}

const USERS = 'users(first: 200) { nodes { $ } }';
const patientsUser = ({ target }: Cell): string => target.patient.userId;
const practitionersUser = ({ target }: Cell): string => target.practitioner.userId;
/** Of their own user, whatever the relation: patients and practitioners list nobody else. */
const ownOr =
  (otherwise: (cell: Cell) => string) =>
  (cell: Cell): string => {
    if (cell.column.startsWith('PATIENT')) return patientsUser(cell);
    return cell.column.startsWith('PRACTITIONER') ? practitionersUser(cell) : otherwise(cell);
  };
const GRANTS = 'emergencyAccessGrants { $ }';
const grant = ({ target }: Cell): string => target.grantId;

/** Every field that leads to another object. */
export const RELATION: Readonly<Record<string, Heard>> = {
  ...Object.fromEntries(
    Object.entries(RELATIONS).flatMap(([type, fields]) =>
      fields.map((field) => [`${type}.${field}`, byId(type as keyof typeof RELATIONS, field)]),
    ),
  ),
  'User.organization': inList('users', USERS, 'organization', ownOr(practitionersUser)),
  'User.practitioner': inList('users', USERS, 'practitioner', ownOr(practitionersUser)),
  'User.patient': inList('users', USERS, 'patient', ownOr(patientsUser)),
  'EmergencyAccessGrant.patient': inList('emergencyAccessGrants', GRANTS, 'patient', grant),
  'EmergencyAccessGrant.grantedTo': inList('emergencyAccessGrants', GRANTS, 'grantedTo', grant),
  'EmergencyAccessGrant.grantedBy': inList('emergencyAccessGrants', GRANTS, 'grantedBy', grant),
  'AuthPayload.user': async (stage, { column }) => {
    const { email } = await stage.member(column);
    const answer = await stage.world.mutate('login', { email, password: PASSWORD }, '', 'user { id email }');
    return answer.code ?? told({ ...answer, data: (answer.data as { login: object }).login }, 'user');
  },
  'EnrolledAuthPayload.user': (stage, { column }) => enrolledSignIn(stage, column, 'user { id email }'),
};
