import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { BadUserInput } from '../../foundation/errors/domain-error.ts';
import { InputOf, type InputClass } from './input-of.pipe.ts';

const KEY_HEADER = 'idempotency-key';

/** What a call sends, as the input of the GraphQL mutation that does the same: body, ids of the path, and the key. */
const sent = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const { body, params, headers } = context.switchToHttp().getRequest<FastifyRequest>();
  const fields = objectOf(body);
  if ('idempotencyKey' in fields) throw new BadUserInput({ idempotencyKey: 'is sent as the header Idempotency-Key' });
  const path = params as Record<string, string>;
  for (const [name, id] of Object.entries(path))
    if (name in fields && fields[name] !== id) throw new BadUserInput({ [name]: 'is another one in the path' });
  return { ...fields, ...path, ...(headers[KEY_HEADER] !== undefined && { idempotencyKey: headers[KEY_HEADER] }) };
});

/** Injects the checked input of a REST call: `@Given(CancelAppointmentInput) input: CancelAppointmentInput`. */
export const Given = (input: InputClass): ParameterDecorator => sent(undefined, InputOf(input));

function objectOf(body: unknown): Record<string, unknown> {
  if (body === undefined || body === null) return {};
  if (typeof body !== 'object' || Array.isArray(body)) throw new BadUserInput({ body: 'must be a JSON object' });
  return body as Record<string, unknown>;
}
