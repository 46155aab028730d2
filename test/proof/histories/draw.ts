import type { Random } from './random.ts';
import type { Name, Request } from './requests.ts';
import type { Site } from './site.ts';

/** What clients know of each other's calls. */
export interface Known {
  readonly visits: readonly Name[];
  /** Those of them of which nobody has heard that they are over. */
  readonly live: readonly Name[];
  /** Calls with a key that were made, answered or not. */
  readonly keyed: readonly Request[];
}

const STARTS = [0, 30, 60, 90, 120, 150, 180, 240, 300, 360];
const LENGTHS = [15, 30, 60, 60, 90];
const TOTALS = [4, 6, 8, 10, 12, 14, 18];
const VERSIONS = [1, 1, 1, 2, 2, 3];
/** Calls are repeated that were made last, and visits are preferred that are live. */
const RECENT = 6;
const LIVE = 0.75;

const OFTEN: Readonly<Record<Request['do'] | 'again', number>> = {
  book: 34,
  change: 18,
  cancel: 10,
  start: 5,
  miss: 5,
  complete: 10,
  adjust: 7,
  balance: 11,
  look: 4,
  again: 10,
};

/** The next call of a client; now and then somebody's of another practice. */
export function drawn(random: Random, site: Site, known: Known): Request {
  const what = random.weighed(OFTEN);
  if (what === 'again' && known.keyed.length) return repeated(random, random.one(known.keyed.slice(-RECENT)));
  const request = fresh(random, site, what, known);
  return random.chance(0.03) ? { by: 'stranger', ...request } : request;
}

/** The same call with the same key; now and then another one with it, or by another user, to whom it is their own. */
function repeated(random: Random, request: Request): Request {
  if (request.do === 'book' && random.chance(0.15)) return { ...request, start: random.one(STARTS) };
  if (!request.by && random.chance(0.15)) return { ...request, by: 'colleague' };
  return { ...request, nulls: random.chance(0.5) || undefined } as Request;
}

function fresh(random: Random, site: Site, what: keyof typeof OFTEN, { visits, live }: Known): Request {
  if (what === 'adjust' || what === 'balance') return ofUnits(random, site, what);
  if (what === 'book' || what === 'again' || !visits.length) return booking(random, site);
  return ofVisit(random, site, what, random.one(live.length && random.chance(LIVE) ? live : visits));
}

function ofUnits(random: Random, site: Site, what: 'adjust' | 'balance'): Request {
  const authorization = random.one(authorizationsOf(site));
  if (what === 'balance') return { do: what, authorization };
  return { do: what, authorization, total: random.one(TOTALS), ...version(random) };
}

function booking(random: Random, site: Site): Request {
  const authorization = random.one(authorizationsOf(site));
  const patients = Object.values(site.initial.accounts).map(({ patient }) => patient);
  const patient = random.chance(0.95) ? site.initial.accounts[authorization]!.patient : random.one(patients);
  return {
    do: 'book',
    authorization,
    patient,
    practitioner: random.one(site.practitioners),
    ...slot(random),
    ...key(random),
  };
}

type OfVisit = Exclude<keyof typeof OFTEN, 'adjust' | 'balance' | 'book' | 'again'>;

function ofVisit(random: Random, site: Site, what: OfVisit, visit: Name): Request {
  switch (what) {
    case 'change': {
      const authorization = random.one(authorizationsOf(site));
      const practitioner = random.one(site.practitioners);
      const time = slot(random);
      const to = random.one([
        time,
        time,
        { authorization },
        { authorization },
        { practitioner },
        { authorization, ...time },
      ]);
      return { do: what, visit, to, ...key(random), ...version(random) };
    }
    case 'cancel':
      return { do: what, visit, ...key(random), ...version(random) };
    case 'complete':
      return { do: what, visit, ...(random.chance(0.6) && { delivered: random.one(LENGTHS) }), ...key(random) };
    case 'start':
    case 'miss':
    case 'look':
      return { do: what, visit };
  }
}

function authorizationsOf({ initial }: Site): Name[] {
  return Object.keys(initial.accounts);
}

function slot(random: Random): { start: number; minutes: number } {
  return { start: random.one(STARTS), minutes: random.one(LENGTHS) };
}

function key(random: Random): { key?: string; nulls?: true } {
  if (!random.chance(0.4)) return {};
  return { key: `k${Math.floor(random.next() * 1e9)}`, ...(random.chance(0.3) && { nulls: true }) };
}

function version(random: Random): { expectedVersion?: number } {
  return random.chance(0.25) ? { expectedVersion: random.one(VERSIONS) } : {};
}
