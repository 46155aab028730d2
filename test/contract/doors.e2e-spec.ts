import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ExecutionContext } from '@nestjs/common';
import { ModulesContainer, Reflector } from '@nestjs/core';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { GraphQLString, isObjectType, type GraphQLSchema } from 'graphql';
import { OrganizationGuard } from '../../src/rules/access/organization.guard.ts';
import { rolesWith, Permission } from '../../src/rules/access/permission.ts';
import { PUBLIC, Public, REQUIRED, Requires } from '../../src/rules/access/requires.decorator.ts';
import { RoleGuard } from '../../src/rules/access/role.guard.ts';
import { RequestContext, Role, type Actor } from '../../src/foundation/request-context/request-context.ts';
import { World, type Person, type Practice } from '../support/world.ts';

// What @nestjs/graphql writes on resolvers; it exports no names for them.
const TYPE = 'graphql:resolver_type';
const NAME = 'graphql:resolver_name';
const PROPERTY = 'graphql:resolve_property';
const ROOTS = ['Query', 'Mutation', 'Subscription'];

interface Door {
  /** Such as `Query.appointment`. */
  readonly name: string;
  readonly required: Permission | typeof PUBLIC | undefined;
}

/** Every method that GraphQL can call, with what is declared on it or on its class. */
function doorsOf(modules: ModulesContainer): Door[] {
  const reflector = new Reflector();
  const classes = new Set(
    [...modules.values()]
      .flatMap((module) => [...module.providers.values()])
      .map((provider) => provider.metatype)
      .filter((type): type is new () => object => typeof type === 'function'),
  );
  return [...classes].flatMap((type) =>
    methodsOf(type).flatMap(([key, handler]) => {
      const root: unknown = Reflect.getMetadata(TYPE, handler);
      const isProperty: unknown = Reflect.getMetadata(PROPERTY, handler);
      if (!isProperty && !ROOTS.includes(root as string)) return [];
      const parent = isProperty ? (Reflect.getMetadata(TYPE, type) as string) : (root as string);
      const field = (Reflect.getMetadata(NAME, handler) as string | undefined) ?? key;
      const required = reflector.getAllAndOverride<Door['required']>(REQUIRED, [handler, type]);
      return [{ name: `${parent}.${field}`, required }];
    }),
  );
}

function methodsOf(type: new () => object): [string, () => unknown][] {
  const methods = new Map<string, () => unknown>();
  for (let at = type.prototype as object | null; at && at !== Object.prototype; at = Reflect.getPrototypeOf(at))
    for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at)))
      if (key !== 'constructor' && typeof value === 'function' && !methods.has(key))
        methods.set(key, value as () => unknown);
  return [...methods];
}

function described({ required }: Door): string {
  if (required === undefined) return 'UNDECLARED';
  return required === PUBLIC ? 'PUBLIC' : `${required} [${rolesWith(required).join(', ')}]`;
}

/** Every field of every object type: its declaration, or that it comes with the object it is a property of. */
function fieldsOf(schema: GraphQLSchema, doors: readonly Door[]): Map<string, string> {
  const declared = new Map(doors.map((door) => [door.name, described(door)]));
  const types = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && !type.name.startsWith('__'));
  const names = types.flatMap((type) =>
    isObjectType(type) ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`) : [],
  );
  return new Map(names.sort().map((name) => [name, declared.get(name) ?? 'with its object']));
}

describe('given the built schema', () => {
  let world: World;
  let doors: Door[];
  let fields: Map<string, string>;

  beforeAll(async () => {
    world = await World.create();
    doors = doorsOf(world.test.app.get(ModulesContainer));
    fields = fieldsOf(world.test.app.get(GraphQLSchemaHost).schema, doors);
  });
  afterAll(() => world.close());

  it('when its resolvers are found, then none is missed, doubled or without a declared permission', () => {
    const names = doors.map(({ name }) => name);
    expect(names.filter((name) => !fields.has(name))).toEqual([]);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(doors.filter(({ required }) => required === undefined).map(({ name }) => name)).toEqual([]);
    const roots = [...fields].filter(([name]) => ROOTS.includes(name.split('.')[0]!));
    expect(roots.length).toBeGreaterThan(30);
    expect(roots.filter(([, permission]) => permission === 'with its object')).toEqual([]);
  });

  it('when every field is walked, then it has the permission of the snapshot: review a change as one of who sees what', () => {
    expect([...fields].map(([name, permission]) => `${name}: ${permission}`).join('\n')).toMatchSnapshot();
  });

  it('when a relation field is resolved, then the guards stand there too: Nest leaves them out by default', () => {
    const options = world.test.app.get<{ fieldResolverEnhancers: string[] }>('GqlModuleOptions', { strict: false });
    expect(options.fieldResolverEnhancers).toContain('guards');
  });

  it('when an organization is created, then no role holds the right: super admins alone do', () => {
    expect(rolesWith(Permission.CREATE_ORGANIZATION)).toEqual([]);
  });
});

const NOWHERE = '00000000-0000-4000-8000-000000000000';
const ID = `id: "${NOWHERE}"`;

/**
 * domain.md, "Who may what": every query and mutation, and the roles that get past its door. Their ids exist nowhere, so
 * whoever gets past is told NOT_FOUND or has an answer, and changes nothing.
 */
const TABLE: Record<string, { call: string; roles: readonly Role[] | 'anybody' }> = {
  'Query.me': { call: '{ me { id } }', roles: [Role.ADMIN, Role.PRACTITIONER, Role.PATIENT] },
  'Query.organizations': { call: '{ organizations { id } }', roles: [Role.ADMIN, Role.PRACTITIONER, Role.PATIENT] },
  'Query.allOrganizations': {
    call: '{ allOrganizations { totalCount } }',
    roles: [Role.ADMIN, Role.PRACTITIONER, Role.PATIENT],
  },
  'Query.users': {
    call: '{ users { totalCount nodes { id } } }',
    roles: [Role.ADMIN, Role.PRACTITIONER, Role.PATIENT],
  },
  'Query.patient': { call: `{ patient(${ID}) { id } }`, roles: [Role.ADMIN, Role.PRACTITIONER, Role.PATIENT] },
  'Query.patients': { call: '{ patients { totalCount } }', roles: [Role.ADMIN, Role.PRACTITIONER, Role.PATIENT] },
  'Query.practitioner': {
    call: `{ practitioner(${ID}) { id } }`,
    roles: [Role.ADMIN, Role.PRACTITIONER, Role.PATIENT],
  },
  'Query.practitioners': {
    call: '{ practitioners { totalCount } }',
    roles: [Role.ADMIN, Role.PRACTITIONER, Role.PATIENT],
  },
  'Query.serviceCodes': { call: '{ serviceCodes { id } }', roles: [Role.ADMIN, Role.PRACTITIONER, Role.PATIENT] },
  'Query.allServiceCodes': {
    call: '{ allServiceCodes { totalCount } }',
    roles: [Role.ADMIN, Role.PRACTITIONER, Role.PATIENT],
  },
  'Query.authorization': {
    call: `{ authorization(${ID}) { id } }`,
    roles: [Role.ADMIN, Role.PRACTITIONER, Role.PATIENT],
  },
  'Query.authorizations': {
    call: '{ authorizations { totalCount } }',
    roles: [Role.ADMIN, Role.PRACTITIONER, Role.PATIENT],
  },
  'Query.appointment': { call: `{ appointment(${ID}) { id } }`, roles: [Role.ADMIN, Role.PRACTITIONER, Role.PATIENT] },
  'Query.appointments': {
    call: '{ appointments { totalCount } }',
    roles: [Role.ADMIN, Role.PRACTITIONER, Role.PATIENT],
  },
  'Query.session': { call: `{ session(${ID}) { id } }`, roles: [Role.ADMIN, Role.PRACTITIONER, Role.PATIENT] },
  'Query.sessions': { call: '{ sessions { totalCount } }', roles: [Role.ADMIN, Role.PRACTITIONER, Role.PATIENT] },
  'Query.auditEvents': { call: '{ auditEvents { totalCount } }', roles: [Role.ADMIN] },
  'Query.emergencyAccessGrants': { call: '{ emergencyAccessGrants { id } }', roles: [Role.ADMIN] },
  'Query.allEmergencyAccessGrants': { call: '{ allEmergencyAccessGrants { totalCount } }', roles: [Role.ADMIN] },

  'Mutation.login': {
    call: 'mutation { login(input: { email: "nobody@nowhere.example", password: "wrong-password" }) { expiresIn } }',
    roles: 'anybody',
  },
  'Mutation.refreshToken': {
    call: 'mutation { refreshToken(refreshToken: "unknown") { expiresIn } }',
    roles: 'anybody',
  },
  'Mutation.logout': { call: 'mutation { logout(refreshToken: "unknown") }', roles: 'anybody' },
  'Mutation.beginLoginEnrolment': {
    call: 'mutation { beginLoginEnrolment(input: { email: "a@nowhere.example", password: "wrong-password" }) { uri } }',
    roles: 'anybody',
  },
  'Mutation.confirmLoginEnrolment': {
    call: 'mutation { confirmLoginEnrolment(input: { email: "b@nowhere.example", password: "p" }) { expiresIn } }',
    roles: 'anybody',
  },
  'Mutation.beginTotpEnrolment': {
    call: 'mutation { beginTotpEnrolment(password: "wrong-password") { uri } }',
    roles: [Role.ADMIN, Role.PRACTITIONER, Role.PATIENT],
  },
  'Mutation.confirmTotpEnrolment': {
    call: 'mutation { confirmTotpEnrolment(code: "000000") }',
    roles: [Role.ADMIN, Role.PRACTITIONER, Role.PATIENT],
  },
  'Mutation.disableTotp': {
    call: 'mutation { disableTotp(code: "000000") }',
    roles: [Role.ADMIN, Role.PRACTITIONER, Role.PATIENT],
  },
  'Mutation.confirmIdentity': {
    call: 'mutation { confirmIdentity(input: { password: "wrong-password" }) }',
    roles: [Role.ADMIN, Role.PRACTITIONER, Role.PATIENT],
  },
  'Mutation.resetSecondFactor': {
    call: `mutation { resetSecondFactor(userId: "${NOWHERE}") { id } }`,
    roles: [Role.ADMIN],
  },
  'Mutation.updateOrganizationSecurity': {
    call: 'mutation { updateOrganizationSecurity(input: { staffSecondFactorRequired: false }) { id } }',
    roles: [Role.ADMIN],
  },
  'Mutation.createOrganization': {
    call: 'mutation { createOrganization(input: { name: "N", timeZone: "Nowhere/At_All", adminEmail: "a@b.example", adminPassword: "long-enough-1" }) { id } }',
    roles: [],
  },
  'Mutation.createUser': {
    call: `mutation { createUser(input: { email: "x@b.example", password: "long-enough-1", role: PATIENT, patientId: "${NOWHERE}" }) { id } }`,
    roles: [Role.ADMIN],
  },
  'Mutation.updateUser': { call: `mutation { updateUser(input: { ${ID} }) { id } }`, roles: [Role.ADMIN] },
  'Mutation.createPatient': {
    call: 'mutation { createPatient(input: { firstName: "A", lastName: "B", dateOfBirth: "2990-01-01", medicalRecordNumber: "1" }) { id } }',
    roles: [Role.ADMIN],
  },
  'Mutation.updatePatient': { call: `mutation { updatePatient(input: { ${ID} }) { id } }`, roles: [Role.ADMIN] },
  'Mutation.createPractitioner': {
    call: 'mutation { createPractitioner(input: { firstName: " ", lastName: "B", licenseNumber: "1", specialization: "S" }) { id } }',
    roles: [Role.ADMIN],
  },
  'Mutation.updatePractitioner': {
    call: `mutation { updatePractitioner(input: { ${ID} }) { id } }`,
    roles: [Role.ADMIN],
  },
  'Mutation.createServiceCode': {
    call: 'mutation { createServiceCode(input: { code: "no code", description: "D" }) { id } }',
    roles: [Role.ADMIN],
  },
  'Mutation.updateServiceCode': {
    call: `mutation { updateServiceCode(input: { ${ID} }) { id } }`,
    roles: [Role.ADMIN],
  },
  'Mutation.createAuthorization': {
    call: `mutation { createAuthorization(input: { patientId: "${NOWHERE}", serviceCodes: ["97153"], totalUnits: 1, startDate: "2030-01-01", endDate: "2030-01-01" }) { id } }`,
    roles: [Role.ADMIN],
  },
  'Mutation.updateAuthorization': {
    call: `mutation { updateAuthorization(input: { ${ID} }) { id } }`,
    roles: [Role.ADMIN],
  },
  'Mutation.cancelAuthorization': {
    call: `mutation { cancelAuthorization(${ID}, reason: "none") { id } }`,
    roles: [Role.ADMIN],
  },
  'Mutation.createAppointment': {
    call: `mutation { createAppointment(input: { patientId: "${NOWHERE}", practitionerId: "${NOWHERE}", authorizationId: "${NOWHERE}", startTime: "2030-01-01T10:00:00Z", endTime: "2030-01-01T11:00:00Z" }) { id } }`,
    roles: [Role.ADMIN, Role.PRACTITIONER],
  },
  'Mutation.updateAppointment': {
    call: `mutation { updateAppointment(input: { ${ID} }) { id } }`,
    roles: [Role.ADMIN, Role.PRACTITIONER],
  },
  'Mutation.cancelAppointment': {
    call: `mutation { cancelAppointment(input: { ${ID} }) { id } }`,
    roles: [Role.ADMIN, Role.PRACTITIONER],
  },
  'Mutation.startAppointment': {
    call: `mutation { startAppointment(${ID}) { id } }`,
    roles: [Role.ADMIN, Role.PRACTITIONER],
  },
  'Mutation.markNoShow': { call: `mutation { markNoShow(${ID}) { id } }`, roles: [Role.ADMIN, Role.PRACTITIONER] },
  'Mutation.completeAppointment': {
    call: `mutation { completeAppointment(input: { appointmentId: "${NOWHERE}" }) { id } }`,
    roles: [Role.ADMIN, Role.PRACTITIONER],
  },
  'Mutation.grantEmergencyAccess': {
    call: `mutation { grantEmergencyAccess(input: { patientId: "${NOWHERE}", grantedToUserId: "${NOWHERE}", durationMinutes: 30, justification: "a reason that is long enough" }) { id } }`,
    roles: [Role.ADMIN],
  },
  'Mutation.revokeEmergencyAccess': {
    call: `mutation { revokeEmergencyAccess(${ID}, reason: "none") { id } }`,
    roles: [Role.ADMIN],
  },
};

/** Whoever gets past a door hears one of these, or has an answer. */
const PAST_THE_DOOR = [undefined, 'NOT_FOUND', 'BAD_USER_INPUT'];

describe('given a caller of each role, and one who is nobody', () => {
  let world: World;
  let practice: Practice;
  let practitioner: Person;
  let patient: Person;
  let built: string[];

  beforeAll(async () => {
    world = await World.create();
    practice = await world.practice();
    practitioner = await world.practitioner(practice);
    patient = await world.patient(practice);
    const { schema } = world.test.app.get(GraphQLSchemaHost);
    built = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
      Object.keys(type!.getFields()).map((field) => `${type!.name}.${field}`),
    );
  });
  afterAll(() => world.close());

  it('when the schema has a query or a mutation, then the table says who may call it', () => {
    expect(built.filter((name) => !(name in TABLE))).toEqual([]);
  });

  it.each(Object.entries(TABLE))('when %s is called, then only those of domain.md get past', async (name, row) => {
    if (!built.includes(name)) return; // comes with a later capability
    const answers = {
      nobody: await world.query(row.call, {}),
      [Role.PATIENT]: await world.query(row.call, {}, patient.token),
      [Role.PRACTITIONER]: await world.query(row.call, {}, practitioner.token),
      [Role.ADMIN]: await world.query(row.call, {}, practice.admin),
      superAdmin: await world.query(row.call, {}, world.superAdmin),
    };
    const heard = Object.fromEntries(
      Object.entries(answers).map(([who, { code }]) => [who, PAST_THE_DOOR.includes(code) ? 'past the door' : code]),
    );
    const { roles } = row;
    if (roles === 'anybody') {
      const codes = Object.values(answers).map(({ code }) => code ?? 'answered');
      expect(new Set(codes)).toEqual(new Set([name === 'Mutation.logout' ? 'answered' : 'UNAUTHENTICATED']));
      return;
    }
    const allowed = (role: Role): string => (roles.includes(role) ? 'past the door' : 'FORBIDDEN');
    expect(heard).toEqual({
      nobody: 'UNAUTHENTICATED',
      [Role.PATIENT]: allowed(Role.PATIENT),
      [Role.PRACTITIONER]: allowed(Role.PRACTITIONER),
      [Role.ADMIN]: allowed(Role.ADMIN),
      superAdmin: 'past the door',
    });
  });
});

describe('given the guard and doors of a made-up resolver', () => {
  class Undeclared {
    open(): string {
      return 'in';
    }
    @Requires(Permission.READ_PATIENT)
    declared(): string {
      return 'in';
    }
    @Public()
    public(): string {
      return 'in';
    }
    @Requires(Permission.CREATE_ORGANIZATION)
    ofNobody(): string {
      return 'in';
    }
  }
  const guard = new RoleGuard(new Reflector());

  function enter(door: keyof Undeclared, actor?: Partial<Actor>): boolean {
    const nobody = RequestContext.anonymous({ requestId: 'test' }, () => new Date());
    const current = actor
      ? nobody.as({ userId: NOWHERE, organizationId: NOWHERE, role: Role.PATIENT, isSuperAdmin: false, ...actor })
      : nobody;
    return guard.canActivate({
      getHandler: () => Undeclared.prototype[door],
      getClass: () => Undeclared,
      getType: () => 'graphql',
      getArgByIndex: () => ({ request: { holder: { current } } }),
      getArgs: () => [undefined, {}, undefined, { path: {}, returnType: GraphQLString }],
    } as unknown as ExecutionContext);
  }

  it.each([
    ['nobody', undefined],
    ['a patient', { role: Role.PATIENT }],
    ['an admin', { role: Role.ADMIN }],
    ['a super admin', { role: Role.ADMIN, isSuperAdmin: true }],
  ])('when %s comes to a door that declares nothing, then it is shut', (_, actor) => {
    expect(() => enter('open', actor)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
  });

  it('when nobody comes to a declared door, then UNAUTHENTICATED; a role that has the permission passes', () => {
    expect(() => enter('declared')).toThrow(expect.objectContaining({ code: 'UNAUTHENTICATED' }));
    expect(enter('declared', { role: Role.PATIENT })).toBe(true);
    expect(enter('public')).toBe(true);
  });

  it('when a permission is for no role, then a super admin alone passes', () => {
    expect(() => enter('ofNobody', { role: Role.ADMIN })).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
    expect(enter('ofNobody', { role: Role.ADMIN, isSuperAdmin: true })).toBe(true);
  });
});

describe('given the guard of organizations', () => {
  const guard = new OrganizationGuard();
  const own = '11111111-1111-4111-8111-111111111111';

  function enter(args: object, actor: Partial<Actor> = {}): boolean {
    const current = RequestContext.anonymous({ requestId: 'test' }, () => new Date()).as({
      userId: NOWHERE,
      organizationId: own,
      role: Role.ADMIN,
      isSuperAdmin: false,
      ...actor,
    });
    return guard.canActivate({
      getType: () => 'graphql',
      getArgByIndex: (index: number) => (index === 1 ? args : { request: { holder: { current } } }),
    } as unknown as ExecutionContext);
  }

  it.each([
    ['an argument', (organizationId: string) => ({ organizationId })],
    ['a filter', (organizationId: string) => ({ filter: { organizationId } })],
    ['an input', (organizationId: string) => ({ input: { organizationId } })],
  ])('when %s names an organization, then only the own one passes, and for a super admin any', (_, args) => {
    expect(() => enter(args(NOWHERE))).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(enter(args(own))).toBe(true);
    expect(enter(args(own.toUpperCase()))).toBe(true);
    expect(enter(args(NOWHERE), { isSuperAdmin: true })).toBe(true);
  });
});
