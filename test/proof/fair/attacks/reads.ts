import { idOf, Kind } from '../../../../bench/ids.ts';
import { TOO_MUCH, type Attack } from '../attack.ts';
import { ATTACKERS } from '../stage/practices.ts';

const REFUSED = ['BAD_USER_INPUT', ...TOO_MUCH] as const;
const THE_PATIENT = idOf(Kind.PATIENT, ATTACKERS.organization, 1);

/** The same field again and again in one document. */
const aliased = (times: number, field: string): string =>
  `{ ${Array.from({ length: times }, (_, nth) => `a${nth}: ${field}`).join(' ')} }`;

const valuesUnder = (aliases: number): string =>
  `query($s: [AppointmentStatus!]) ${aliased(aliases, 'appointments(first: 1, filter: { status: $s }) { nodes { id } }')}`;
const MANY_VALUES = { s: Array<string>(70_000).fill('NO_SHOW') };
const COUNTS = aliased(20, 'appointments(first: 1) { totalCount }');
/** Nobody is told of more than 5 MB: 4 x 200 notes of 5 KB are about as much as that. */
const NOTES = aliased(4, `sessions(first: 200, filter: { patientId: "${THE_PATIENT}" }) { nodes { narrativeNotes } }`);
const NOTES_OF_FEW = aliased(19, 'sessions(first: 50) { nodes { id narrativeNotes } }');
const A_USER = '{ id email organization { id name } practitioner { id firstName } patient { id } }';
/** All grants may be of one organization, one patient, one user: few rows, and many objects. */
const NESTED_GRANTS = `{ emergencyAccessGrants { id justification grantedBy ${A_USER} grantedTo ${A_USER}
  patient { id lastName authorizations(first: 100) { nodes { id status availableUnits } } } } }`;
const MANY_GRANTS = aliased(
  18,
  'emergencyAccessGrants { id grantedBy { id email organization { id name } } grantedTo { id organization { id } } patient { id } }',
);
const WEEKS = aliased(
  3,
  `appointments(first: 200) { nodes { id startTime endTime status notes patient { firstName lastName } practitioner { lastName }
    serviceCode { code } authorization { status availableUnits serviceCodes { code } } session { id unitsUsed status } } }`,
);

/** What signed-in users ask for, and more of it than anybody needs. */
export const READS: readonly Attack[] = [
  {
    name: 'values-20',
    title: '70,000 values of an enum under 20 aliases',
    who: 'admin',
    connections: 2,
    answers: REFUSED,
    turn: (attacker) => attacker.ask(valuesUnder(20), MANY_VALUES),
  },
  {
    name: 'values-70',
    title: '70,000 values of an enum under 70 aliases',
    who: 'admin',
    connections: 2,
    answers: REFUSED,
    turn: (attacker) => attacker.ask(valuesUnder(70), MANY_VALUES),
  },
  {
    name: 'me-100',
    title: '100 x me in one request',
    who: 'patient',
    connections: 4,
    answers: REFUSED,
    turn: (attacker) => attacker.ask(aliased(100, 'me { id email organization { name } patient { id } }')),
  },
  {
    name: 'me-20',
    title: '20 x me in one request',
    who: 'patient',
    connections: 8,
    answers: REFUSED,
    turn: (attacker) => attacker.ask(aliased(20, 'me { id email organization { name } patient { id } }')),
  },
  {
    name: 'counts',
    title: '20 x the number of all appointments',
    who: 'admin',
    connections: 4,
    answers: REFUSED,
    turn: (attacker) => attacker.ask(COUNTS),
  },
  {
    name: 'hang-ups',
    title: '20 x the number of all appointments, and hangs up within a second',
    who: 'admin',
    connections: 8,
    answers: [...REFUSED, 'HUNG_UP'],
    turn: (attacker) => attacker.ask(COUNTS, {}, attacker.random.between(5, 1_000)),
  },
  {
    name: 'notes',
    title: '4 x 200 clinical notes, 12 at once',
    who: 'patient',
    connections: 12,
    answers: REFUSED,
    turn: (attacker) => attacker.ask(NOTES),
  },
  {
    name: 'notes-of-few',
    title: '19 x 50 clinical notes, 12 at once',
    who: 'practitioner',
    connections: 12,
    answers: REFUSED,
    turn: (attacker) => attacker.ask(NOTES_OF_FEW),
  },
  {
    name: 'grants',
    title: 'emergency grants with all that they lead to',
    who: 'admin',
    connections: 6,
    answers: REFUSED,
    turn: (attacker) => attacker.ask(NESTED_GRANTS),
  },
  {
    name: 'grants-18',
    title: '18 x 200 emergency grants with whose they are',
    who: 'admin',
    connections: 6,
    answers: REFUSED,
    turn: (attacker) => attacker.ask(MANY_GRANTS),
  },
  {
    name: 'plain-lists',
    title: '10 x all service codes, 10 x organizations',
    who: 'patient',
    connections: 6,
    answers: REFUSED,
    turn: (attacker) =>
      attacker.ask(
        `{ ${Array.from({ length: 10 }, (_, nth) => `s${nth}: serviceCodes { id code description unitMinutes } o${nth}: organizations { id name timeZone }`).join(' ')} }`,
      ),
  },
  {
    name: 'crowd',
    title: '40 users of one practice, each 3 x 200 visits with all that belongs to them',
    who: 'admin',
    isCrowd: true,
    connections: 40,
    answers: REFUSED,
    turn: (attacker) => attacker.ask(WEEKS),
  },
  {
    name: 'crowd-counts',
    title: '40 users of one practice, each 20 x the number of all appointments',
    who: 'practitioner',
    isCrowd: true,
    connections: 40,
    answers: REFUSED,
    turn: (attacker) => attacker.ask(COUNTS),
  },
];
