import { randomUUID } from 'node:crypto';
import { at, type Practice, type World } from './world.ts';

/** Posts a query as a user and gives its data, or throws what was answered instead. */
export type Asks = (
  text: string,
  variables: Record<string, unknown>,
  token: string,
) => Promise<Record<string, unknown>>;

/** Texts, numbers, dates and instants that do not survive every reader and writer. */
const METRICS = { 'a b': [0.1, 1e-7, 123456789.123456, -0.5], NULL: null, note: 'C:\\temp \u0141\u00f3d\u017a' };
const NAMES = [
  ['\u0141ukasz', '\u017b\u00f3\u0142\u0107'],
  ['NULL', "O'Neil \\ Sons"],
  ['\u00c4nne', 'zebra'],
] as const;
const LONG_AGO = at('1960-03-04', '10:00');

/**
 * What a practice does in a day, and all that it is told, without ids and instants of the making: the same whatever the
 * settings of server and process.
 */
export async function workday(world: World, practice: Practice, ask: Asks): Promise<unknown> {
  const token = practice.admin;
  const make = async (name: string, input: object, selection: string): Promise<{ id: string }> => {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    const data = await ask(
      `mutation($input: ${type}!) { ${name}(input: $input) { id ${selection} } }`,
      { input },
      token,
    );
    return data[name] as { id: string };
  };
  const told: unknown[] = [];
  const tell = (made: { id: string }): string => {
    const { id, ...rest } = made;
    told.push(rest);
    return id;
  };

  const patients: string[] = [];
  for (const [index, [firstName, lastName]] of NAMES.entries())
    patients.push(
      tell(
        await make(
          'createPatient',
          { firstName, lastName, dateOfBirth: `2016-02-0${index + 3}`, medicalRecordNumber: `M\\${index}` },
          'firstName lastName dateOfBirth medicalRecordNumber',
        ),
      ),
    );
  const patientId = patients[0]!;
  tell(await make('updatePatient', { id: patientId, phoneNumber: '+48 5' }, 'dateOfBirth phoneNumber'));

  const { id: practitionerId } = await world.practitioner(practice);
  const authorizationId = tell(
    await make(
      'createAuthorization',
      { patientId, serviceCodes: ['97153'], totalUnits: 100, startDate: '1950-02-03', endDate: '2031-11-10' },
      'startDate endDate status totalUnits serviceCodes { code unitMinutes }',
    ),
  );
  const booked = 'startTime endTime status unitsReserved notes recurrenceRule';
  const booking = { patientId, practitionerId, authorizationId, notes: 'C:\\notes\\x' };
  const key = { idempotencyKey: randomUUID() };
  const ahead = tell(await make('createAppointment', { ...booking, ...at('2030-12-05', '10:00'), ...key }, booked));
  const again = await make('createAppointment', { ...booking, ...at('2030-12-05', '10:00'), ...key }, booked);
  told.push({ again: again.id === ahead });
  tell(await make('updateAppointment', { id: ahead, ...at('2030-12-06', '11:00'), expectedVersion: 1 }, booked));
  const past = tell(await make('createAppointment', { ...booking, ...LONG_AGO }, booked));
  const completion = { appointmentId: past, narrativeNotes: 'a\\b', metrics: METRICS };
  tell(
    await make('completeAppointment', completion, 'startTime endTime durationMinutes unitsUsed metrics narrativeNotes'),
  );
  const dropped = tell(await make('createAppointment', { ...booking, ...at('2031-03-05', '10:00') }, booked));
  tell(await make('cancelAppointment', { id: dropped, reason: 'R\\1' }, 'status startTime unitsReserved'));

  for (const list of LISTS) told.push(await ask(list, { patientId }, token));
  const first = await ask(PAGE, { after: null }, token);
  const { endCursor } = (first as { appointments: { pageInfo: { endCursor: string } } }).appointments.pageInfo;
  told.push(nodesOf(first), nodesOf(await ask(PAGE, { after: endCursor }, token)));
  return told;
}

const nodesOf = (page: object): unknown => (page as { appointments: { nodes: unknown } }).appointments.nodes;

const PAGE = `query($after: String) { appointments(first: 1, after: $after) {
  nodes { startTime endTime status } pageInfo { endCursor } } }`;

const LISTS = [
  `{ patients { nodes { firstName lastName dateOfBirth medicalRecordNumber phoneNumber } totalCount } }`,
  `{ patients(filter: { search: "\u0142ukasz z" }) { nodes { firstName } } }`,
  `query($patientId: ID!) { patient(id: $patientId) { dateOfBirth authorizations { nodes {
     startDate endDate status usedUnits reservedUnits serviceCodes { code }
     ledgerEntries { nodes { kind units totalAfter } } } } } }`,
  `{ appointments(filter: { from: "2030-12-01T00:00:00Z", to: "2031-01-01T00:00:00Z" }) { nodes {
     startTime endTime notes patient { lastName dateOfBirth } session { startTime } } } }`,
  `{ sessions { nodes { startTime endTime metrics unitsUsed narrativeNotes appointment { startTime } } } }`,
  `{ auditEvents(first: 100) { nodes { action resource outcome actorRole } } }`,
];
