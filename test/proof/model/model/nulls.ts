import type { Call, Operation } from './calls.ts';

/** Where null says more than leaving out: it clears. */
const CLEARED: Partial<Record<Operation, readonly string[]>> = { updateAppointment: ['location', 'notes'] };

/** The call as it is meant: a field that is null where it may be left out is the same as left out. */
export function meantBy(call: Call): Call {
  const means = ([field, value]: [string, unknown]): boolean =>
    value !== null || (CLEARED[call.operation]?.includes(field) ?? false);
  return { ...call, input: Object.fromEntries(Object.entries(call.input).filter(means)) } as Call;
}
