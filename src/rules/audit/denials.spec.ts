import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Forbidden, NotFound } from '../../foundation/errors/domain-error.ts';
import { Denials, MOST_EVENTS } from './denials.ts';

const denialsOf = (...all: Parameters<Denials['add']>[0][]): Denials => {
  const denials = new Denials();
  for (const denial of all) denials.add(denial);
  return denials;
};
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
const countOf = ({ details }: { details: Readonly<Record<string, unknown>> }): number =>
  (details.count as number | undefined) ?? 1;

describe('given what a request was denied', () => {
  const [one, other, third] = [randomUUID(), randomUUID(), randomUUID()];

  it('when it is one object, then the event is of it; more often, and it says how often', () => {
    const session = new Forbidden({ resource: 'session', resourceId: one });
    const patientOf = new Map([[`session ${one}`, other]]);
    const event = { resource: 'session', resourceId: one, patientId: other };
    expect(denialsOf(session).events(patientOf)).toEqual([{ ...event, details: { code: 'FORBIDDEN' } }]);
    expect(denialsOf(session, session).events(patientOf)).toEqual([
      { ...event, details: { code: 'FORBIDDEN', count: 2 } },
    ]);
  });

  it('when they are several, then there is one event for each code, kind and patient, with which', () => {
    const session = (id: string): Forbidden => new Forbidden({ resource: 'session', resourceId: id });
    const denials = denialsOf(session(one), session(other), session(third), new NotFound('session', one));
    const patientOf = new Map([one, other].map((id) => [`session ${id}`, 'a patient']));
    expect(denials.events(patientOf)).toEqual([
      ...[
        { resource: 'session', resourceId: null, patientId: 'a patient' },
        { resource: 'session', resourceId: third, patientId: null },
        { resource: 'session', resourceId: one, patientId: 'a patient' },
      ].map((event, nth) => ({
        ...event,
        details: [{ code: 'FORBIDDEN', count: 2, ids: [one, other] }, { code: 'FORBIDDEN' }, { code: 'NOT_FOUND' }][
          nth
        ],
      })),
    ]);
  });

  it('when it is a right, then the object is the one that was asked for; of none, the API itself; an id that is none is not kept', () => {
    const right = { permission: 'READ_PATIENT', roles: [] };
    const denials = denialsOf(
      new Forbidden(right, undefined, { resource: 'patient', resourceId: one.toUpperCase() }),
      new Forbidden(right),
      new NotFound('patient', 'Ann'),
    );
    expect(denials.events(new Map()).map(({ resource, resourceId }) => [resource, resourceId])).toEqual([
      ['patient', one],
      ['api', null],
      ['patient', null],
    ]);
  });

  it('when they are ten thousand, of as many objects and patients, then the events stay few and small, and the counts true', () => {
    const ids = Array.from({ length: 10_000 }, () => randomUUID());
    const denials = denialsOf(...ids.map((id) => new NotFound('appointment', id)));
    const patientOf = new Map(ids.map((id) => [`appointment ${id}`, id]));
    for (const events of [denials.events(patientOf), denials.events(new Map())]) {
      expect(events.length).toBeLessThanOrEqual(MOST_EVENTS + 1);
      expect(sum(events.map(countOf))).toBe(10_000);
      expect(JSON.stringify(events).length).toBeLessThan(10_000);
    }
    expect(denials.events(patientOf).at(-1)).toMatchObject({
      resource: 'api',
      details: { beyond: true, kinds: { 'NOT_FOUND appointment': 10_000 - MOST_EVENTS } },
    });
    expect(sum([...denials.kinds.values()])).toBe(10_000);
  });
});
