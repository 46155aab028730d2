/** Ids that are derived from numbers, so that neither the load nor pgbench has to look one up. They grow as UUIDs of version 7 do. */
export enum Kind {
  ORGANIZATION = '0',
  PRACTITIONER = '1',
  PATIENT = '2',
  AUTHORIZATION = '3',
  SERVICE_CODE = '4',
  USER = '5',
  SIGN_IN = '6',
  APPOINTMENT = '7',
  SESSION = '8',
}

/** All of an id but its last twelve digits. */
export function prefixOf(kind: Kind, organization: number): string {
  return `${kind}${String(organization).padStart(7, '0')}-0000-7000-8000-`;
}

/** @param n counts within the kind and the organization, from 1 */
export function idOf(kind: Kind, organization: number, n = 0): string {
  return prefixOf(kind, organization) + String(n).padStart(12, '0');
}

export function organizationId(organization: number): string {
  return idOf(Kind.ORGANIZATION, organization);
}

/** The same as SQL. */
export function idSql(kind: Kind, organization: number, n: string): string {
  return `('${prefixOf(kind, organization)}' || lpad((${n})::text, 12, '0'))::uuid`;
}
