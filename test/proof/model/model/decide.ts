import { cancelAuthorization, createAuthorization, updateAuthorization } from './authorizations.ts';
import { createAppointment, updateAppointment } from './booking.ts';
import type { Call, CallOf, Operation } from './calls.ts';
import { emergencyAccessGrants, grantEmergencyAccess, revokeEmergencyAccess } from './emergency.ts';
import { meantBy } from './nulls.ts';
import { createPatient, createPractitioner, updatePatient, updatePractitioner } from './people.ts';
import { appointment, appointments, authorization, me, session, sessions } from './reads.ts';
import { createServiceCode, updateServiceCode } from './service-codes.ts';
import { login, logout, refreshToken } from './signing-in.ts';
import { createOrganization, createUser, updateUser } from './users.ts';
import type { Verdict } from './verdict.ts';
import { cancelAppointment, completeAppointment, markNoShow, startAppointment } from './visits.ts';
import type { World } from './world.ts';

const RULES: { readonly [O in Operation]: (world: World, call: CallOf<O>) => Verdict } = {
  login,
  refreshToken,
  logout,
  createOrganization,
  createUser,
  updateUser,
  createPatient,
  updatePatient,
  createPractitioner,
  updatePractitioner,
  createServiceCode,
  updateServiceCode,
  createAuthorization,
  updateAuthorization,
  cancelAuthorization,
  createAppointment,
  updateAppointment,
  cancelAppointment,
  startAppointment,
  markNoShow,
  completeAppointment,
  grantEmergencyAccess,
  revokeEmergencyAccess,
  me,
  authorization,
  appointment,
  session,
  appointments,
  sessions,
  emergencyAccessGrants,
};

/** What the API must answer to this call in this world, and the world after it. */
export function decide(world: World, call: Call): Verdict {
  // of each operation the rule takes the calls: the compiler cannot tie the two looked up by one name together
  return (RULES[call.operation] as (world: World, call: Call) => Verdict)(world, meantBy(call));
}
