import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Beside } from '../../foundation/request-context/beside.ts';
import type { Origin } from '../../foundation/request-context/request-context.ts';
import { WINDOW_SECONDS } from './points.service.ts';

/** How a caller stands with a limit once this call was counted. */
export interface Standing {
  /** What clients know the limit by. One that counts something else than calls is a policy of another name. */
  readonly policy: string;
  /** Units of a whole window. */
  readonly quota: number;
  readonly left: number;
  readonly endsInSeconds: number;
}

/** By policy: a request that is counted several times tells of the last. */
const standings = new Beside<Origin, Map<string, Standing>>();

export function noteStanding(of: Origin, standing: Standing): void {
  const origin = of.cameAs ?? of; // its answer tells
  const noted = standings.get(origin);
  if (noted) noted.set(standing.policy, standing);
  else standings.set(origin, new Map([[standing.policy, standing]]));
}

/** Of a request, in the order in which it was counted. */
export function standingsOf(origin: Origin): Standing[] {
  return [...(standings.get(origin)?.values() ?? [])];
}

/**
 * Tells what is left of the limits that a request was counted against, whatever its answer, in the form of the IETF's draft
 * "RateLimit header fields for HTTP" (draft-ietf-httpapi-ratelimit-headers, 08 and later).
 */
export function tellLimits(server: FastifyInstance, originOf: (request: FastifyRequest) => Origin): void {
  server.addHook('onSend', (request, reply, payload, done) => {
    const noted = standingsOf(originOf(request));
    if (noted.length) {
      void reply.header('ratelimit-policy', noted.map(policyOf).join(', '));
      void reply.header('ratelimit', noted.map(leftOf).join(', '));
    }
    done(null, payload);
  });
}

function policyOf({ policy, quota }: Standing): string {
  return `"${policy}";q=${quota};w=${WINDOW_SECONDS}`;
}

function leftOf({ policy, left, endsInSeconds }: Standing): string {
  return `"${policy}";r=${Math.max(0, left)};t=${Math.max(1, Math.ceil(endsInSeconds))}`;
}
