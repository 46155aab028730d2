import { describe, expect, it } from '@jest/globals';
import { fill, learn } from './placeholders.ts';

const NOW = new Date('2026-03-01T00:30:00Z');

describe('given variables with placeholders', () => {
  it('when their values are known, then they are filled in, however deep', () => {
    const variables = { input: { id: '{{patientId}}', list: ['a {{ visitId }} b', 1, null, true] } };

    expect(fill(variables, { patientId: 'p', visitId: 'v' }, NOW)).toEqual({
      input: { id: 'p', list: ['a v b', 1, null, true] },
    });
  });

  it('when they name a day, then it is counted from now, in UTC', () => {
    expect(fill(['{{yesterday}}', '{{today}}T09:00:00Z', '{{tomorrow}}'], {}, NOW)).toEqual([
      '2026-02-28',
      '2026-03-01T09:00:00Z',
      '2026-03-02',
    ]);
  });

  it('when no answer has told the value, then the error says which tab to run', () => {
    expect(() => fill({ id: '{{patientId}}' }, {}, NOW)).toThrow(/patientId.*FindPeople/);
  });

  it('when there is no such placeholder, then the error lists those that there are', () => {
    expect(() => fill({ id: '{{constructor}}' }, {}, NOW)).toThrow(/constructor.* is no placeholder.*patientId/);
  });

  it.each([undefined, null, {}, { text: 'a { b } {c}' }])('when %j has none, then it stays as it is', (variables) => {
    expect(fill(variables, {}, NOW)).toEqual(variables);
  });
});

describe('given the answers of the examples', () => {
  it('when people are found, then the first patient and the ACTIVE authorization are known', () => {
    const data = {
      me: { practitioner: { id: 'm' } },
      patients: {
        nodes: [
          {
            id: 'p',
            authorizations: {
              nodes: [
                { id: 'old', status: 'EXPIRED' },
                { id: 'a', status: 'ACTIVE' },
              ],
            },
          },
        ],
      },
    };

    expect(learn({}, data)).toEqual({ practitionerId: 'm', patientId: 'p', authorizationId: 'a' });
  });

  it('when a visit is booked or entered late, then each is known by its own name', () => {
    const booked = learn({ patientId: 'p' }, { createAppointment: { id: 'b' } });

    expect(learn(booked, { visit: { id: 'v' } })).toEqual({ patientId: 'p', appointmentId: 'b', visitId: 'v' });
  });

  it.each([undefined, null, 'text', {}, { me: null }, { me: { practitioner: null } }, { patients: { nodes: [] } }])(
    'when an answer is %j, then what was known stays',
    (data) => {
      expect(learn({ patientId: 'p' }, data)).toEqual({ patientId: 'p' });
    },
  );
});
