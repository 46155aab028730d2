import { HISTORIES, races, type Edit, type Mutant } from './mutant.ts';

const APPOINTMENTS = 'src/care/appointments/appointments.service.ts';
const CALENDAR = 'src/care/appointments/calendar.ts';
const DECISION = 'src/care/appointments/booking-decision.ts';
const LEDGER = 'src/care/authorizations/authorization-ledger.service.ts';
const TABLES = 'migrations/1767225720000-CreateAppointmentsThatCannotOverlap.ts';

const noPeople: Edit = { file: CALENDAR, find: 'FOR NO KEY UPDATE OF practitioner, patient`', replace: '`' };
const noQuery: Edit = { file: DECISION, find: 'if (!all.length) return;', replace: 'if (all) return;' };
const noExclusion = ['practitioner', 'patient'].map((person): Edit => ({
  file: TABLES,
  find: `CONSTRAINT appointments_${person}_free EXCLUDE USING gist (
      organization_id WITH =, ${person}_id WITH =, tstzrange(start_time, end_time) WITH &&)
      WHERE (status IN ('SCHEDULED', 'IN_PROGRESS'))`,
  replace: `CONSTRAINT appointments_${person}_free CHECK (true)`,
}));
const noOrder: Edit = {
  file: LEDGER,
  find: 'const inOrder = [...new Set(ids)].sort();',
  replace: 'const inOrder = [...new Set(ids)];',
};

/** Who is booked when, and how a visit goes on. */
export const visitMutants: readonly Mutant[] = [
  {
    name: 'without the locks of practitioner and patient, and the look for overlaps',
    edits: [noPeople, noQuery],
    proofs: [HISTORIES],
    held: 'exclusion constraints: SCHEDULING_CONFLICT all the same',
  },
  {
    name: 'without the locks of practitioner and patient',
    edits: [noPeople],
    proofs: [races('the same hour is booked 20 times')],
  },
  {
    name: 'without the locks, and the exclusion constraints',
    edits: [noPeople, ...noExclusion],
    proofs: [HISTORIES],
  },
  {
    name: 'without the locks, the look and the exclusion constraints',
    edits: [noPeople, noQuery, ...noExclusion],
    proofs: [HISTORIES],
  },
  { name: 'a move locks in any order', edits: [noOrder], proofs: [races('locks in the order of ids')] },
  {
    name: 'a move locks in any order, without the locks of people',
    edits: [noOrder, noPeople],
    proofs: [HISTORIES],
    held: 'deadlocks are found by PostgreSQL and replayed',
  },
  {
    name: 'without the lock of the appointment',
    edits: [
      {
        file: APPOINTMENTS,
        find: 'this.rows.getLocked(tx, id), this.ledger.lockNamed',
        replace: 'this.rows.get(tx, id), this.ledger.lockNamed',
      },
    ],
    proofs: [races('one appointment is ended twice')],
  },
  {
    name: 'without the look at the status on cancel',
    edits: [
      {
        file: APPOINTMENTS,
        find: 'requireTransition(locked.appointment.status, AppointmentStatus.CANCELLED);',
        replace: '',
      },
    ],
    proofs: [HISTORIES],
  },
  {
    name: 'without the look at expectedVersion',
    edits: [
      {
        file: 'src/foundation/errors/domain-error.ts',
        find: 'if (expected != null && expected !== current)',
        replace: 'if (expected != null && expected < 0)',
      },
    ],
    proofs: [HISTORIES],
  },
];
