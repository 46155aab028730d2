import type { RestAnswer, RestCall } from '../../support/rest.ts';
import { bookingOf } from './changing.ts';
import { rowsTold, toldByRest, type Heard, type Listing } from './hearing.ts';
import { VISITS } from './reading.ts';
import type { Cell, Stage, Target } from './stage.ts';

type Of<T> = (target: Target, stage: Stage) => T | Promise<T>;

function send(stage: Stage, { token }: Cell, call: Omit<RestCall, 'token'>): Promise<RestAnswer> {
  return stage.world.test.rest({ ...call, token });
}

function changing(method: 'POST' | 'PUT', urlOf: Of<string>, bodyOf: Of<object | undefined> = () => undefined): Heard {
  return async (stage, cell) => {
    const url = await urlOf(cell.target, stage);
    return toldByRest(await send(stage, cell, { method, url, body: await bodyOf(cell.target, stage) }));
  };
}

function reading(urlOf: (target: Target) => string): Heard {
  return async (stage, cell) => toldByRest(await send(stage, cell, { method: 'GET', url: urlOf(cell.target) }));
}

/** The list of one person, by their id: whether it has any rows. */
function listOf(urlOf: (target: Target) => string): Heard {
  return async (stage, cell) => {
    const answer = await send(stage, cell, { method: 'GET', url: urlOf(cell.target) });
    if (answer.status >= 400) return toldByRest(answer);
    return (answer.body as { data: unknown[] }).data.length ? 'yes' : 'none';
  };
}

function list(url: string, listing: Listing): Heard {
  return async (stage, cell) => {
    const { practice, patient } = cell.target;
    const filters = {
      own: '',
      "somebody else's": `&patientId=${patient.id}`,
      'another organization': `&organizationId=${practice.id}`,
    };
    const answer = await send(stage, cell, { method: 'GET', url: `${url}?limit=200${filters[cell.whose]}` });
    if (answer.status >= 400) return toldByRest(answer);
    const { data } = answer.body as { data: { id: string }[] };
    return rowsTold(
      stage,
      cell,
      listing,
      data.map(({ id }) => id),
    );
  };
}

const step =
  (name: string): Of<string> =>
  async (target, stage) =>
    `/appointments/${await stage.visitOf(target)}/${name}`;

/** Every endpoint but those of signing in. */
export const ENDPOINT: Readonly<Record<string, Heard>> = {
  'GET /api/appointments': list('/appointments', VISITS.appointments),
  'GET /api/appointments/{id}': reading(({ appointmentId }) => `/appointments/${appointmentId}`),
  'POST /api/appointments': changing('POST', () => '/appointments', bookingOf),
  'PUT /api/appointments/{id}': changing(
    'PUT',
    async (target, stage) => `/appointments/${await stage.visitOf(target)}`,
    () => ({ notes: 'changed' }),
  ),
  'POST /api/appointments/{id}/cancel': changing('POST', step('cancel')),
  'POST /api/appointments/{id}/start': changing('POST', step('start')),
  'POST /api/appointments/{id}/no-show': changing('POST', step('no-show')),
  'POST /api/sessions': changing(
    'POST',
    () => '/sessions',
    async (target, stage) => ({ appointmentId: await stage.visitOf(target) }),
  ),
  'GET /api/sessions': list('/sessions', VISITS.sessions),
  'GET /api/sessions/{id}': reading(({ sessionId }) => `/sessions/${sessionId}`),
  'GET /api/sessions/patient/{patientId}': listOf(({ patient }) => `/sessions/patient/${patient.id}`),
  'GET /api/sessions/practitioner/{practitionerId}': listOf(
    ({ practitioner }) => `/sessions/practitioner/${practitioner.id}`,
  ),
};
