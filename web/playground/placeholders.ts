/** What the answers have told so far: the value of each {{placeholder}}. */
export type Known = Readonly<Record<string, string>>;

const PLACEHOLDER = /\{\{\s*(\w+)\s*\}\}/g;
const DAY_MS = 24 * 60 * 60_000;

/** Where each placeholder's value comes from, for those who have not run that tab yet. */
const TOLD_BY: ReadonlyMap<string, string> = new Map([
  ['practitionerId', 'FindPeople, signed in as a practitioner'],
  ['patientId', 'FindPeople'],
  ['authorizationId', 'FindPeople'],
  ['appointmentId', 'BookVisit'],
  ['visitId', 'EnterPastVisit'],
]);

/** The parts of the examples' answers that later examples need. */
interface Answer {
  readonly me?: { readonly practitioner?: { readonly id?: string } | null };
  readonly patients?: { readonly nodes?: readonly Patient[] };
  readonly createAppointment?: { readonly id?: string };
  readonly visit?: { readonly id?: string };
}

interface Patient {
  readonly id?: string;
  readonly authorizations?: { readonly nodes?: readonly { readonly id?: string; readonly status?: string }[] };
}

/** What an answer adds to what is known. */
export function learn(known: Known, data: unknown): Known {
  if (typeof data !== 'object' || data === null) return known;
  const { me, patients, createAppointment, visit } = data as Answer;
  const patient = patients?.nodes?.[0];
  const found = {
    practitionerId: me?.practitioner?.id,
    patientId: patient?.id,
    authorizationId: patient?.authorizations?.nodes?.find(({ status }) => status === 'ACTIVE')?.id,
    appointmentId: createAppointment?.id,
    visitId: visit?.id,
  };
  const told = Object.entries(found).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return { ...known, ...Object.fromEntries(told) };
}

/**
 * Variables with their placeholders filled in.
 *
 * @throws Error no answer has told the value yet; the message says which tab to run
 */
export function fill(variables: unknown, known: Known, now: Date): unknown {
  const values = new Map(Object.entries({ ...days(now), ...known }));
  const valueOf = (_: string, name: string): string => {
    const value = values.get(name);
    if (value !== undefined) return value;
    const told = TOLD_BY.get(name);
    if (told) throw new Error(`{{${name}}} is not known yet: run the tab ${told}, or write the value here.`);
    const all = [...TOLD_BY.keys(), ...Object.keys(days(now))];
    throw new Error(`{{${name}}} is no placeholder. There are: ${all.join(', ')}.`);
  };
  const filled = (value: unknown): unknown => {
    if (typeof value === 'string') return value.replace(PLACEHOLDER, valueOf);
    if (Array.isArray(value)) return value.map(filled);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, filled(each)]));
  };
  return filled(variables);
}

/** Days around now, in UTC, as YYYY-MM-DD. */
function days(now: Date): Known {
  const day = (plus: number): string => new Date(now.getTime() + plus * DAY_MS).toISOString().slice(0, 10);
  return { yesterday: day(-1), today: day(0), tomorrow: day(1) };
}
