import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Role } from '../../src/foundation/request-context/request-context.ts';
import { ErrorCode } from '../../src/foundation/errors/error-code.ts';
import type { RestCall } from '../support/rest.ts';
import { World, type Person, type Practice } from '../support/world.ts';

const NOWHERE = '00000000-0000-4000-8000-000000000000';
const STAFF = [Role.ADMIN, Role.PRACTITIONER];
const EVERYONE = [Role.ADMIN, Role.PRACTITIONER, Role.PATIENT];
const BOOKING = {
  patientId: NOWHERE,
  practitionerId: NOWHERE,
  authorizationId: NOWHERE,
  startTime: '2030-01-01T10:00:00Z',
  endTime: '2030-01-01T11:00:00Z',
};

/** Every endpoint that was promised, whom it is for, and a call that changes nothing. */
const TABLE: Record<string, { readonly roles: readonly Role[] | 'anybody'; readonly body?: object }> = {
  'POST /api/appointments': { roles: STAFF, body: BOOKING },
  'PUT /api/appointments/{id}': { roles: STAFF, body: {} },
  'POST /api/appointments/{id}/cancel': { roles: STAFF },
  'POST /api/appointments/{id}/start': { roles: STAFF },
  'POST /api/appointments/{id}/no-show': { roles: STAFF },
  'GET /api/appointments': { roles: EVERYONE },
  'GET /api/appointments/{id}': { roles: EVERYONE },
  'POST /api/sessions': { roles: STAFF, body: { appointmentId: NOWHERE } },
  'GET /api/sessions': { roles: EVERYONE },
  'GET /api/sessions/{id}': { roles: EVERYONE },
  'GET /api/sessions/patient/{patientId}': { roles: EVERYONE },
  'GET /api/sessions/practitioner/{practitionerId}': { roles: STAFF },
  'POST /api/auth/login': { roles: 'anybody', body: { email: 'nobody@nowhere.example', password: 'wrong-password' } },
  'POST /api/auth/refresh': { roles: 'anybody', body: { refreshToken: 'unknown' } },
  'POST /api/auth/confirm': { roles: EVERYONE, body: { password: 'wrong-password' } },
  'POST /api/auth/logout': { roles: 'anybody', body: { refreshToken: 'unknown' } },
};

interface Operation {
  readonly 'x-roles': string[];
  readonly security?: object[];
  readonly operationId: string;
  readonly responses: Record<
    string,
    { content?: Record<string, { examples?: Record<string, { value: { code: string } }> }> }
  >;
}

describe('given the OpenAPI document', () => {
  let world: World;
  let practice: Practice;
  let practitioner: Person;
  let patient: Person;
  let document: { openapi: string; paths: Record<string, Record<string, Operation>> };
  let operations: [string, Operation][];

  beforeAll(async () => {
    world = await World.create();
    practice = await world.practice();
    practitioner = await world.practitioner(practice);
    patient = await world.patient(practice);
    const response = await world.test.app.inject({ method: 'GET', url: '/api-docs/json' });
    document = response.json();
    operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]): [string, Operation] => [
        `${method.toUpperCase()} ${path}`,
        operation,
      ]),
    );
  });
  afterAll(() => world.close());

  it('when it is held against the specification, then it is a valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(document);
    expect([valid, errors]).toEqual([true, undefined]);
    expect(document.openapi).toBe('3.1.0');
  });

  it('when its operations are listed, then they are those that were promised, each with a name of its own', () => {
    expect(operations.map(([name]) => name).sort()).toEqual(Object.keys(TABLE).sort());
    expect(new Set(operations.map(([, { operationId }]) => operationId)).size).toBe(operations.length);
  });

  it('when an operation is read, then it tells who may call, its errors, and an example of each', () => {
    for (const [name, { 'x-roles': roles, security, responses }] of operations) {
      const row = TABLE[name]!;
      expect([name, roles]).toEqual([name, row.roles === 'anybody' ? [] : ['SUPER_ADMIN', ...row.roles]]);
      expect([name, security]).toEqual([name, row.roles === 'anybody' ? undefined : [{ bearer: [] }]]);
      for (const [status, { content }] of Object.entries(responses).filter(([code]) => Number(code) >= 400)) {
        const examples = Object.entries(content?.['application/json']?.examples ?? {});
        expect([name, status, examples.length > 0]).toEqual([name, status, true]);
        for (const [code, { value }] of examples) expect(value.code).toBe(code);
      }
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(['400', '429', '500', '503']));
    }
    const told = new Set(operations.flatMap(([, { responses }]) => codesOf(responses)));
    // what asks for it has no endpoint
    const others = Object.values(ErrorCode).filter((code) => code !== ErrorCode.IDENTITY_UNCONFIRMED);
    expect([...told].sort()).toEqual(others.sort());
  });

  it.each(Object.entries(TABLE))(
    'when %s is called by each role, then only those of the table get past',
    async (name, row) => {
      const [method, path] = name.split(' ') as [RestCall['method'], string];
      const url = path.replace('/api', '').replace(/\{\w+\}/, NOWHERE);
      const call = async (token?: string): Promise<string> => {
        const { status } = await world.test.rest({ method, url, token, body: row.body });
        return status === 401 || status === 403 ? String(status) : 'past the door';
      };
      const heard = {
        nobody: await call(),
        [Role.PATIENT]: await call(patient.token),
        [Role.PRACTITIONER]: await call(practitioner.token),
        [Role.ADMIN]: await call(practice.admin),
        superAdmin: await call(world.superAdmin),
      };
      const { roles } = row;
      const expected = (role: Role): string => (roles.includes(role) ? 'past the door' : '403');
      expect(heard).toEqual(
        roles === 'anybody'
          ? Object.fromEntries(
              Object.keys(heard).map((who) => [who, name.endsWith('logout') ? 'past the door' : '401']),
            )
          : {
              nobody: '401',
              [Role.PATIENT]: expected(Role.PATIENT),
              [Role.PRACTITIONER]: expected(Role.PRACTITIONER),
              [Role.ADMIN]: expected(Role.ADMIN),
              superAdmin: 'past the door',
            },
      );
    },
  );

  it('when the page is opened, then all it loads is served here, under a policy that allows nothing else', async () => {
    const page = await world.test.app.inject({ method: 'GET', url: '/api-docs' });
    expect(page.statusCode).toBe(200);
    expect(page.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
    expect(page.body).not.toMatch(/(src|href)="?https?:/);
    expect(page.body).not.toMatch(/<script>/);
    for (const [, asset] of page.body.matchAll(/(?:src|href)="\.\/(api-docs\/[^"]+)"/g))
      expect([asset, (await world.test.app.inject({ method: 'GET', url: `/${asset!}` })).statusCode]).toEqual([
        asset,
        200,
      ]);
  });
});

function codesOf(responses: Operation['responses']): string[] {
  return Object.values(responses).flatMap(({ content }) => Object.keys(content?.['application/json']?.examples ?? {}));
}
