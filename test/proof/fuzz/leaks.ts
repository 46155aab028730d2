import type { Sent } from './input.ts';
import type { Place, Rig } from './rig.ts';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const BASE64 = /"([A-Za-z0-9_-]{20,})"/g;

/** Whose answers sign somebody in: what they tell is for whose credentials were sent, whoever sent them. */
const SIGNING_IN = /\b(login|refreshToken|confirmLoginEnrolment|beginLoginEnrolment)\b|\/auth\/(login|refresh)/i;

export interface Heard {
  readonly place: Place;
  readonly sent: Sent;
  readonly text: string;
}

/** Looks for what is another organization's, in all that callers are told. */
export class Leaks {
  /** Which organization has this id; looked up once. */
  private readonly owners = new Map<string, string | null>();
  /** Ids that somebody of the organization, or a super admin, has sent: the trail of what they did names them. */
  private readonly sentBy = new Map<string, Set<string>>();
  private tables: string[] = [];
  private platform = '';

  constructor(private readonly rig: Rig) {}

  /** What each of them tells that it must not; in the order given. */
  async of(heard: readonly Heard[]): Promise<(string | undefined)[]> {
    for (const { place, sent } of heard) this.remember(place, sent);
    const texts = heard.map(({ text }) => withCursors(text).toLowerCase());
    await this.lookUp(new Set(texts.flatMap((text) => text.match(UUID) ?? [])));
    return heard.map((each, index) => (each.place.caller.seesAll ? undefined : this.leakIn(each, texts[index]!)));
  }

  private leakIn({ place, sent }: Heard, text: string): string | undefined {
    const { tenant } = place.caller;
    const sentText = textOf(sent);
    const proven = SIGNING_IN.test(sentText) ? this.rig.tenants.filter((each) => each.isProvenBy(sentText)) : [];
    const allowed = [...(tenant ? [tenant] : []), ...proven];
    const marker = this.rig.tenants.find((each) => !allowed.includes(each) && text.includes(each.marker))?.marker;
    if (marker) return `text of another organization: ${around(text, marker)}`;
    const organizations = new Set(allowed.map(({ organizationId }) => organizationId));
    // whoever of the platform worked in it is named in the organization's own trail and grants
    if (tenant) organizations.add(this.platform);
    const own = new Set(sentText.toLowerCase().match(UUID) ?? []);
    if (tenant && /auditEvents/.test(sentText)) for (const id of this.sentIds(tenant.organizationId)) own.add(id);
    const id = (text.match(UUID) ?? []).find((each) => {
      const owner = this.owners.get(each);
      return owner != null && !organizations.has(owner) && !own.has(each);
    });
    return id && `id of another organization: ${around(text, id)}`;
  }

  private remember({ caller }: Place, sent: Sent): void {
    const ids = textOf(sent).toLowerCase().match(UUID) ?? [];
    const trails = caller.seesAll ? this.rig.tenants : caller.tenant ? [caller.tenant] : [];
    for (const { organizationId } of trails) for (const id of ids) this.sentIds(organizationId).add(id);
  }

  private sentIds(organizationId: string): Set<string> {
    const ids = this.sentBy.get(organizationId) ?? new Set();
    this.sentBy.set(organizationId, ids);
    return ids;
  }

  /** Once the batch is over: what was made meanwhile is known, too. */
  private async lookUp(ids: ReadonlySet<string>): Promise<void> {
    const unknown = [...ids].filter((id) => !this.owners.has(id));
    if (!unknown.length) return;
    if (!this.tables.length) await this.findTables();
    const each = this.tables.map((table) => `SELECT id, organization_id FROM ${table} WHERE id = ANY($1)`);
    const { rows } = await this.rig.db.query<{ id: string; organization_id: string | null }>(
      `${each.join(' UNION ')} UNION SELECT id, id FROM organizations WHERE id = ANY($1)`,
      [unknown],
    );
    for (const id of unknown) this.owners.set(id, null);
    for (const { id, organization_id: owner } of rows) this.owners.set(id, owner);
  }

  private async findTables(): Promise<void> {
    const { rows } = await this.rig.db.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.columns WHERE table_schema = 'public'
        AND column_name IN ('id', 'organization_id') GROUP BY table_name HAVING count(*) = 2 ORDER BY 1`,
    );
    this.tables = rows.map(({ name }) => name);
    const platform = await this.rig.db.query<{ id: string }>(
      'SELECT organization_id AS id FROM users WHERE is_super_admin LIMIT 1',
    );
    this.platform = platform.rows[0]!.id;
  }
}

function textOf({ url, body = '', headers, bytes }: Sent): string {
  return bytes ? bytes.toString('latin1') : `${decoded(url)} ${JSON.stringify(headers)} ${body}`;
}

function decoded(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}

/** Cursors are opaque, not secret: what they hold is read, too. */
function withCursors(text: string): string {
  const cursors = [...text.matchAll(BASE64)].map(([, coded]) => Buffer.from(coded!, 'base64url').toString());
  return cursors.length ? `${text} ${cursors.join(' ')}` : text;
}

function around(text: string, found: string): string {
  const at = text.indexOf(found);
  return text.slice(Math.max(0, at - 80), at + found.length + 20);
}
