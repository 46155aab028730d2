import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isNonNullType,
  type GraphQLArgument,
  type GraphQLInputField,
} from 'graphql';
import { FIRST_WEEK } from '../../../../bench/data/plan.ts';
import { idOf, Kind, organizationId } from '../../../../bench/ids.ts';
import type { Random } from '../../faults/harness/random.ts';
import { ATTACKERS } from '../stage/practices.ts';

const { organization } = ATTACKERS;
/** By the field that asks for one by its id. */
const KINDS: Readonly<Record<string, Kind>> = {
  appointment: Kind.APPOINTMENT,
  authorization: Kind.AUTHORIZATION,
  patient: Kind.PATIENT,
  practitioner: Kind.PRACTITIONER,
  session: Kind.SESSION,
};
/** What a filter may name without finding nothing. */
const IDS: Readonly<Record<string, string>> = {
  organizationId: organizationId(organization),
  patientId: idOf(Kind.PATIENT, organization, 1),
  practitionerId: idOf(Kind.PRACTITIONER, organization, 1),
};
/** The larger the list, the dearer: most are left out. */
const FILTERED = 0.2;

/** The arguments of a field but for its page, as they are written: what has to be there, and now and then a filter. */
export function argumentsOf(owner: string, args: readonly GraphQLArgument[], random: Random): string[] {
  return args.flatMap((arg) => {
    if (arg.name === 'first' || arg.name === 'after') return [];
    if (!isNonNullType(arg.type) && !random.chance(FILTERED)) return [];
    const value = valueOf(owner, arg, random);
    return value === undefined ? [] : [`${arg.name}: ${value}`];
  });
}

function valueOf(
  owner: string,
  { name, type }: GraphQLArgument | GraphQLInputField,
  random: Random,
): string | undefined {
  const named = getNamedType(type);
  if (isInputObjectType(named)) {
    const fields = Object.values(named.getFields()).flatMap((field) => {
      const value = random.chance(FILTERED) ? valueOf(owner, field, random) : undefined;
      return value === undefined ? [] : [`${field.name}: ${value}`];
    });
    return `{ ${fields.join(', ')} }`;
  }
  if (isEnumType(named)) {
    const names = named.getValues().map((value) => value.name);
    return String(type).startsWith('[') ? `[${names.join(' ')}]` : random.pick(names);
  }
  switch (named.name) {
    case 'ID': {
      const kind = name === 'id' ? KINDS[owner] : undefined;
      const id = kind === undefined ? IDS[name] : idOf(kind, organization, random.between(1, 80));
      return id === undefined ? undefined : `"${id}"`;
    }
    case 'DateTime':
      return name === 'to' ? undefined : `"${FIRST_WEEK}T00:00:00Z"`;
    case 'Boolean':
      return String(random.chance(0.5));
    case 'String':
      return name === 'search' ? '"a"' : undefined;
    default:
      return undefined;
  }
}
