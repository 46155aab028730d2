import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { parse, type FieldNode, type FragmentDefinitionNode, type OperationDefinitionNode } from 'graphql';
import { projectionOf } from '../../src/platform/graphql/lists/projection.ts';
import { DenialTrail } from '../../src/rules/audit/denial-trail.service.ts';
import { Trail } from '../support/readings.ts';
import { connected } from '../support/sql.ts';
import { World, type Person, type Practice } from '../support/world.ts';

const RELATIONS = `patient { id lastName dateOfBirth } practitioner { id lastName licenseNumber }
  serviceCode { code unitMinutes } session { id status unitsUsed startTime narrativeNotes }
  authorization { id status startDate totalUnits availableUnits serviceCodes { code description timed } }`;

/** Each with a place for what sends a query the long way round: a directive below the root. */
const QUERIES: Readonly<Record<string, (way: string) => string>> = {
  'a week': (way) =>
    `{ appointments { nodes ${way} { id status startTime endTime durationMinutes createdAt location notes version ${RELATIONS} } } }`,
  'edges, rows and what is behind them': (way) =>
    `{ appointments(first: 1) { pageInfo { hasNextPage endCursor } edges ${way} { cursor node { id patient { id } } } nodes { id } } }`,
  'other names and the names of types': (way) =>
    `{ mine: appointments { __typename nodes ${way} { __typename key: id at: startTime whom: patient { __typename named: lastName } } } }`,
  'fragments, one within another, and fields that are asked for twice': (way) =>
    `query { appointments { nodes ${way} { ...Visit patient { id } ... on Appointment { patient { firstName } id } } } }
     fragment Visit on Appointment { id ...Whose patient { lastName } }
     fragment Whose on Appointment { practitioner { id } }`,
  'two lists at once, and who asks': (way) =>
    `{ me { id role } appointments(first: 2) { nodes ${way} { id } } sessions { nodes ${way} { id unitsUsed appointment { id } } } }`,
  'patients and codes': (way) =>
    `{ patients { nodes ${way} { id firstName phoneNumber createdAt } } serviceCodes { id code } }`,
  'authorizations with their status': (way) =>
    `{ authorizations { nodes ${way} { id status availableUnits patient { id } serviceCodes { code } } } }`,
  'a count, which is asked for later': (way) => `{ appointments { totalCount nodes ${way} { id } } }`,
  'an empty page': (way) =>
    `{ appointments(filter: { status: [NO_SHOW] }) { nodes ${way} { id } pageInfo { endCursor } } }`,
  'who asks, and what they have not': (way) =>
    `{ me { id ${way} email role isSuperAdmin practitioner { id } patient { id } } }`,
  'properties of who asks': (way) => `{ me { __typename ${way} id mail: email role active } }`,
  'one that is not there, beside one that is': (way) =>
    `{ me { id ${way} } patient(id: "0190a000-0000-7000-8000-000000000000") { id ${way} } }`,
  'lists that are no pages': (way) =>
    `{ serviceCodes { id ${way} code } emergencyAccessGrants { id ${way} patient { id } } }`,
  'a filter that is refused': (way) =>
    `{ me { id } appointments(filter: { patientId: "0190a000-0000-7000-8000-000000000000" }) { nodes ${way} { id } } }`,
};

describe('given a practice with a visit that is over and one to come', () => {
  let world: World;
  let practice: Practice;
  let practitioner: Person;
  let colleague: Person;
  let patient: Person;

  beforeAll(async () => {
    world = await World.create();
    practice = await world.practice();
    practitioner = await world.practitioner(practice);
    colleague = await world.practitioner(practice);
    patient = await world.patient(practice);
    const authorizationId = await world.authorization(practice, patient.id);
    const visit = { patientId: patient.id, practitionerId: practitioner.id, authorizationId };
    const over = await world.booked(practice.admin, {
      ...visit,
      startTime: '2025-03-03T15:00:00Z',
      endTime: '2025-03-03T16:00:00Z',
    });
    await world.make('completeAppointment', { appointmentId: over, narrativeNotes: 'went well' }, practice.admin);
    await world.booked(practice.admin, {
      ...visit,
      practitionerId: colleague.id,
      startTime: '2030-03-04T15:00:00Z',
      endTime: '2030-03-04T16:00:00Z',
    });
  });
  afterAll(() => world.close());

  const who = { admin: () => practice.admin, practitioner: () => practitioner.token, patient: () => patient.token };

  describe.each(Object.keys(who) as (keyof typeof who)[])('when the %s asks', (role) => {
    it.each(Object.keys(QUERIES))('for %s, then it is what graphql-js alone answers, word for word', async (name) => {
      const [query, token] = [QUERIES[name]!, who[role]()];
      const finished = await world.query(query(''), {}, token);
      const executed = await world.query(query('@include(if: true)'), {}, token);
      expect(textOf(finished)).toBe(textOf(executed));
    });
  });

  it.each(['a week', 'edges, rows and what is behind them'])(
    'when %s is asked for, then it is finished by us: without it, every field of every row would be executed',
    (name) => {
      const { schema } = world.test.app.get(GraphQLSchemaHost);
      const { definitions } = parse(QUERIES[name]!(''));
      const [list] = (definitions[0] as OperationDefinitionNode).selectionSet.selections as [FieldNode];
      expect(
        projectionOf(schema.getQueryType()!.getFields()[list.name.value]!.type, [list], {
          fragments: {},
          attached: true,
        }),
      ).toBeDefined();
    },
  );

  it.each([
    ['whose session they may not read', QUERIES['a week']!, () => patient],
    [
      'of lists that are no pages, beside one that is refused',
      (way: string) =>
        `{ appointments { nodes ${way} { id session { id } } } serviceCodes { id } patient(id: "0190a000-0000-7000-8000-000000000000") { id } }`,
      () => practitioner,
    ],
  ])(
    'when somebody asks for visits %s, then nothing is read twice, and the trail tells of it once',
    async (_, query, of) => {
      const { userId, token } = of();
      const before = await events(userId);
      await world.query(query(''), {}, token);
      const between = await events(userId);
      await world.query(query('@include(if: true)'), {}, token);
      expect(between - before).toBeGreaterThan(0);
      expect(between - before).toBe((await events(userId)) - between);
    },
  );

  it.each(['', '@include(if: true)'])(
    'when one field is refused while another still reads, way "%s", then the answer comes after all that goes to the trail',
    async (way) => {
      const trail = await Trail.open(world);
      const unknown = randomUUID();
      const text = `{ appointments(first: 1) { nodes ${way} { id } } patient(id: "${unknown}") { id ${way} } }`;
      let answered = false;
      const denied = jest.spyOn(world.test.app.get(DenialTrail, { strict: false }), 'note');
      const { asked } = await connected(world.test.database.ownerUrl, async (busy) => {
        await busy.query('BEGIN');
        await busy.query('LOCK TABLE appointments');
        const asking = trail.of(text, {}, practitioner.token).finally(() => (answered = true));
        while (!denied.mock.calls.length) await sleep(20);
        await sleep(100); // time for an answer that would come too early
        expect(answered).toBe(false);
        return { asked: asking };
      });
      const { answer, events } = await asked;
      denied.mockRestore();
      expect([answer.code, answer.data]).toEqual(['NOT_FOUND', null]);
      expect(events.map(({ action }) => action).sort()).toEqual(['ACCESS_DENIED', 'READ_APPOINTMENT']);
      await trail.close();
    },
  );

  it('when fragments repeat each other and a variable is missing, then it is refused at once', async () => {
    const levels = Array.from({ length: 8 }, (_, level) => {
      const [type, field] = level % 2 ? ['Session', 'appointment'] : ['Appointment', 'session'];
      const below = level < 7 ? `...F${level + 1}` : 'id';
      return `fragment F${level} on ${type} { ${Array(10).fill(`${field} { ${below} }`).join(' ')} }`;
    });
    const bomb = `query($x: Int!) { appointments(first: $x) { nodes { ...F0 } } } ${levels.join(' ')}`;
    expect((await world.query(bomb, {}, practice.admin)).code).toBe('BAD_USER_INPUT');
  });

  it('when a fragment is spread at ten nodes of one field, then it is looked through once', () => {
    const { schema } = world.test.app.get(GraphQLSchemaHost);
    const { definitions } = parse(
      `{ appointments { nodes { ${'authorization { ...A } '.repeat(10)} } } } fragment A on Authorization { id status }`,
    );
    const [operation, A] = definitions as [OperationDefinitionNode, FragmentDefinitionNode];
    const [list] = operation.selectionSet.selections as [FieldNode];
    let looks = 0;
    const fragments = {
      get A() {
        looks += 1;
        return A;
      },
    };
    const { type } = schema.getQueryType()!.getFields().appointments!;
    expect(projectionOf(type, [list], { fragments, attached: true })).toBeDefined();
    expect(looks).toBe(1);
  });

  /** How many events of theirs the practice has. */
  async function events(userId: string): Promise<number> {
    const { data } = await world.query(
      `query($by: ID!) { auditEvents(filter: { actorId: $by }) { totalCount } }`,
      { by: userId },
      practice.admin,
    );
    return (data as { auditEvents: { totalCount: number } }).auditEvents.totalCount;
  }
});

/** Without what differs from request to request, and where in the text a field stands. */
function textOf({ status, data, errors }: Awaited<ReturnType<World['query']>>): string {
  const told = errors?.map(({ message, path, extensions }) => ({
    ...{ message, path },
    extensions: { ...extensions, requestId: undefined },
  }));
  return JSON.stringify({ status, data: data as unknown, told });
}
