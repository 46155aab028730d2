import type { ErrorCode } from '../../foundation/errors/error-code.ts';
import type { Forbidden, IdentityUnconfirmed, NotFound } from '../../foundation/errors/domain-error.ts';

/** A refusal that belongs into the trail. */
export type RecordedRefusal = Forbidden | IdentityUnconfirmed | NotFound;

/** Objects whose denials are told one by one, of a request; the rest is counted. */
const MOST_OBJECTS = 200;
/** Events of a request, at most: one for each code, kind and patient, and one more for what goes beyond. */
export const MOST_EVENTS = 20;
/** Ids that an event names. */
const MOST_IDS = 20;

interface Kind {
  readonly code: ErrorCode;
  /** Such as appointment; api where nothing is named. */
  readonly resource: string;
}

/** Denials of one object, or of none. */
interface Entry extends Kind {
  readonly resourceId: string | null;
  count: number;
}

/** An event of denials, as the trail has it. */
export interface DenialEvent {
  readonly resource: string;
  readonly resourceId: string | null;
  readonly patientId: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

/** All that one user was denied in one request, in bounded memory. */
export class Denials {
  private readonly entries = new Map<string, Entry>();
  private readonly beyond = new Map<string, number>();

  add(denial: RecordedRefusal): void {
    const { resource = 'api', resourceId } = namedBy(denial);
    const id = isUuid(resourceId) ? resourceId.toLowerCase() : null;
    const key = `${denial.code} ${resource} ${id ?? ''}`;
    const known = this.entries.get(key);
    if (known) known.count += 1;
    else if (this.entries.size < MOST_OBJECTS)
      this.entries.set(key, { code: denial.code, resource, resourceId: id, count: 1 });
    else count(this.beyond, `${denial.code} ${resource}`, 1);
  }

  /** The kinds, with how many there were. */
  get kinds(): ReadonlyMap<string, number> {
    const kinds = new Map(this.beyond);
    for (const entry of this.entries.values()) count(kinds, `${entry.code} ${entry.resource}`, entry.count);
    return kinds;
  }

  get ids(): readonly string[] {
    return [...this.entries.values()].flatMap(({ resourceId }) => resourceId ?? []);
  }

  /** Ids of each kind of object: whose patients the events tell. */
  get objects(): ReadonlyMap<string, readonly string[]> {
    const objects = new Map<string, string[]>();
    for (const { resource, resourceId } of this.entries.values())
      if (resourceId) objects.set(resource, [...(objects.get(resource) ?? []), resourceId]);
    return objects;
  }

  /** @param patientOf whose an object is, by `resource id`: each patient's trail has what was tried on their record */
  events(patientOf: ReadonlyMap<string, string>): DenialEvent[] {
    const groups = new Map<string, { patientId: string | null; of: Entry[] }>();
    for (const entry of this.entries.values()) {
      const patientId = patientOf.get(`${entry.resource} ${entry.resourceId}`) ?? null;
      const key = `${entry.code} ${entry.resource} ${patientId}`;
      const group = groups.get(key);
      if (group) group.of.push(entry);
      else groups.set(key, { patientId, of: [entry] });
    }
    const all = [...groups.values()];
    const told = all.slice(0, MOST_EVENTS).map(({ patientId, of }) => eventOf(patientId, of));
    const beyond = new Map(this.beyond);
    for (const { of } of all.slice(MOST_EVENTS))
      for (const entry of of) count(beyond, `${entry.code} ${entry.resource}`, entry.count);
    return beyond.size ? [...told, countingEvent({ kinds: beyond })] : told;
  }
}

/** What goes beyond a bound: how many of which, and of which objects as far as that is told. */
export function countingEvent(of: {
  readonly kinds: ReadonlyMap<string, number>;
  readonly lastIds?: readonly string[];
  readonly seconds?: number;
}): DenialEvent {
  const { kinds, ...more } = of;
  const count = [...kinds.values()].reduce((sum, each) => sum + each, 0);
  return {
    resource: 'api',
    resourceId: null,
    patientId: null,
    details: { beyond: true, count, kinds: Object.fromEntries(kinds), ...more },
  };
}

export function count(kinds: Map<string, number>, kind: string, more: number): void {
  kinds.set(kind, (kinds.get(kind) ?? 0) + more);
}

/** One denial of one object is told as it always was; of several how many, and which. */
function eventOf(patientId: string | null, of: readonly Entry[]): DenialEvent {
  const [{ code, resource, resourceId }] = of as [Entry];
  const count = of.reduce((sum, entry) => sum + entry.count, 0);
  const ids = of.flatMap((entry) => entry.resourceId ?? []);
  return {
    resource,
    resourceId: of.length === 1 ? resourceId : null,
    patientId,
    details: {
      code,
      ...(count > 1 && { count }),
      ...(of.length > 1 && { ids: ids.slice(0, MOST_IDS) }),
    },
  };
}

/** The object that was denied, or asked for by somebody who may not ask at all. */
function namedBy(denial: RecordedRefusal): { readonly resource?: string; readonly resourceId?: string } {
  if ('resource' in denial.details) return denial.details;
  return 'asked' in denial ? denial.asked : {};
}

function isUuid(value: string | undefined): value is string {
  return value !== undefined && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value);
}
