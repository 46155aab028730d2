import fc, { type Arbitrary } from 'fast-check';

const EVERYBODY = [
  ...['nobody', 'broken token', 'super admin'],
  ...['admin 1', 'practitioner 1', 'patient 1', 'admin 2', 'practitioner 2', 'patient 2'],
];

/** Who alone gets through, since they have begun what the call goes on with. */
const ENTITLED: Readonly<Record<string, readonly string[]>> = {
  confirmTotpEnrolment: ['enrolling 1', 'enrolling 2'],
  disableTotp: ['enrolled 1', 'enrolled 2'],
  createOrganization: ['super admin'],
};

/** Anybody; super admins and nobody a little less often. */
export function callersOf(call: string): Arbitrary<string> {
  const entitled = ENTITLED[call];
  const anybody = fc.constantFrom(...EVERYBODY, ...EVERYBODY.slice(3));
  return entitled ? fc.oneof(anybody, fc.constantFrom(...entitled)) : anybody;
}
