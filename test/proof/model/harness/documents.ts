import type { Operation } from '../model/calls.ts';

const APPOINTMENT =
  'id startTime endTime durationMinutes status unitsReserved location notes startedAt cancelledAt cancellationReason version';
const SESSION = 'id startTime endTime durationMinutes unitsUsed unitsUnauthorized status';
const AUTHORIZATION = 'id totalUnits usedUnits reservedUnits availableUnits startDate endDate status version';
const USER = 'id email role isSuperAdmin active';
const GRANT = 'id patient { id } grantedTo { id } expiresAt revokedAt active';
const SIGNED_IN = `accessToken refreshToken expiresIn user { ${USER} }`;
const SERVICE_CODE = 'id code timed unitMinutes roundUpAtMinutes zeroBelowMinutes';

/** A mutation whose only argument is its input. */
function change(name: Operation, selection: string): string {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  return `mutation($input: ${type}!) { ${name}(input: $input) { ${selection} } }`;
}

/** Those whose input is `$input`; of all others the variables are the input's fields. */
export const WITH_INPUT: ReadonlySet<Operation> = new Set<Operation>([
  'login',
  'createOrganization',
  'createUser',
  'updateUser',
  'createPatient',
  'updatePatient',
  'createPractitioner',
  'updatePractitioner',
  'createServiceCode',
  'updateServiceCode',
  'createAuthorization',
  'updateAuthorization',
  'createAppointment',
  'updateAppointment',
  'cancelAppointment',
  'completeAppointment',
  'grantEmergencyAccess',
]);

/** What is posted, with all that the model knows of the answer. */
export const DOCUMENTS: Readonly<Record<Operation, string>> = {
  login: change('login', SIGNED_IN),
  refreshToken: `mutation($refreshToken: String!) { refreshToken(refreshToken: $refreshToken) { ${SIGNED_IN} } }`,
  logout: 'mutation($refreshToken: String!) { logout(refreshToken: $refreshToken) }',
  createOrganization: change('createOrganization', 'id name timeZone createdAt'),
  createUser: change('createUser', USER),
  updateUser: change('updateUser', USER),
  createPatient: change('createPatient', 'id firstName phoneNumber'),
  updatePatient: change('updatePatient', 'id firstName phoneNumber'),
  createPractitioner: change('createPractitioner', 'id lastName'),
  updatePractitioner: change('updatePractitioner', 'id lastName'),
  createServiceCode: change('createServiceCode', SERVICE_CODE),
  updateServiceCode: change('updateServiceCode', SERVICE_CODE),
  createAuthorization: change('createAuthorization', AUTHORIZATION),
  updateAuthorization: change('updateAuthorization', AUTHORIZATION),
  cancelAuthorization: `mutation($id: ID!, $reason: String!) { cancelAuthorization(id: $id, reason: $reason) { ${AUTHORIZATION} } }`,
  createAppointment: change('createAppointment', APPOINTMENT),
  updateAppointment: change('updateAppointment', APPOINTMENT),
  cancelAppointment: change('cancelAppointment', APPOINTMENT),
  startAppointment: `mutation($id: ID!) { startAppointment(id: $id) { ${APPOINTMENT} } }`,
  markNoShow: `mutation($id: ID!) { markNoShow(id: $id) { ${APPOINTMENT} } }`,
  completeAppointment: change('completeAppointment', SESSION),
  grantEmergencyAccess: change('grantEmergencyAccess', GRANT),
  revokeEmergencyAccess: `mutation($id: ID!, $reason: String!) { revokeEmergencyAccess(id: $id, reason: $reason) { ${GRANT} } }`,
  me: `{ me { ${USER} } }`,
  authorization: `query($id: ID!) { authorization(id: $id) { ${AUTHORIZATION} patient { id } serviceCodes { code } } }`,
  appointment: `query($id: ID!) { appointment(id: $id) {
    ${APPOINTMENT} patient { id } practitioner { id } authorization { id } serviceCode { id } session { ${SESSION} } } }`,
  session: `query($id: ID!) { session(id: $id) { ${SESSION} } }`,
  appointments: `query($patientId: ID!) { appointments(filter: { patientId: $patientId }) { totalCount nodes { ${APPOINTMENT} } } }`,
  sessions: `query($patientId: ID!) { sessions(filter: { patientId: $patientId }) { totalCount nodes { ${SESSION} } } }`,
  emergencyAccessGrants: `query($active: Boolean) { emergencyAccessGrants(active: $active) { ${GRANT} } }`,
};
