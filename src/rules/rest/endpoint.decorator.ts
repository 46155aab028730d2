import { applyDecorators, HttpCode, SetMetadata } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiExtension,
  ApiHeader,
  ApiOperation,
  ApiParam,
  ApiResponse,
  type ApiResponseOptions,
} from '@nestjs/swagger';
import { rolesWith, whoHas, type Permission } from '../access/permission.ts';
import { IdsAreOf, Public, Requires } from '../access/requires.decorator.ts';
import { ErrorCode } from '../../foundation/errors/error-code.ts';
import { ANY_CALL, SIGNED_IN } from '../../platform/graphql/edge/refuses.decorator.ts';
import { statusOf } from './error-answer.ts';
import { exampleOf } from './error-examples.ts';
import { ref } from './schemas.ts';

export interface EndpointOptions {
  /** Whom the door is for; left out: anybody, signed in or not. */
  readonly permission?: Permission;
  readonly summary: string;
  readonly description?: string;
  /** The schema's name, of `schemas.ts`; left out: nothing is answered. */
  readonly answers?: string;
  /** 200 unless said. */
  readonly status?: number;
  /** The schema's name of what is sent. */
  readonly body?: string;
  readonly bodyOptional?: boolean;
  /** A POST that needs no body: a client may send one all the same, and HTTP refuses what cannot be read. */
  readonly bodiless?: boolean;
  /** What the ids in the path are of. */
  readonly path?: Readonly<Record<string, string>>;
  readonly idempotent?: boolean;
  /** Of a list: as how many objects a row of it counts, by the texts in it. */
  readonly rowWeight?: number;
  /** Refusals of its own, besides those that every call may meet. */
  readonly errors?: readonly ErrorCode[];
}

/** HTTP's own answers to a body that cannot be read. */
const UNREADABLE = [
  [413, 'The body is too large.'],
  [415, 'Send the body as application/json.'],
] as const;

/** As Reflector finds it. */
export const ROW_WEIGHT = 'rowWeight';

/** Declares a REST endpoint: who may call it, and all that the OpenAPI document says of it. */
export function Endpoint(options: EndpointOptions): MethodDecorator {
  const { permission, status = options.answers ? 200 : 204 } = options;
  return applyDecorators(
    HttpCode(status),
    permission ? Requires(permission) : Public(),
    IdsAreOf(options.path ?? {}),
    ...(options.rowWeight === undefined ? [] : [SetMetadata(ROW_WEIGHT, options.rowWeight)]),
    ...(permission ? [ApiBearerAuth()] : []),
    ApiExtension('x-roles', permission ? whoHas(permission) : []),
    ApiOperation({
      summary: options.summary,
      description: [options.description, whoMayCall(permission)].filter(Boolean).join('\n\n'),
    }),
    ...Object.entries(options.path ?? {}).map(([name, of]) =>
      ApiParam({ name, description: `Id of the ${of}.`, schema: { type: 'string', format: 'uuid' } }),
    ),
    ...(options.body ? [ApiBody({ schema: ref(options.body), required: !options.bodyOptional })] : []),
    ...(options.idempotent ? [ApiHeader(KEY)] : []),
    ApiResponse({
      status,
      description: options.answers ? 'Done.' : 'Done; nothing is answered.',
      headers: HEADERS,
      ...(options.answers && { content: { 'application/json': { schema: ref(options.answers) } } }),
    }),
    ...refusals(options).map((answer) => ApiResponse(answer)),
  );
}

function whoMayCall(permission: Permission | undefined): string {
  return permission
    ? `Who may call: ${[...rolesWith(permission), 'super admins'].join(', ')}; each within what they may read or change.`
    : 'Who may call: anybody.';
}

function refusals({ permission, errors = [], path, body, bodiless }: EndpointOptions): ApiResponseOptions[] {
  const codes = new Set<ErrorCode>([...ANY_CALL, ...(permission ? SIGNED_IN : []), ...errors]);
  if (permission && (path ?? body)) codes.add(ErrorCode.NOT_FOUND); // ids are in either; signing in has none
  const statuses = new Map<number, ErrorCode[]>();
  for (const code of codes) statuses.set(statusOf(code), [...(statuses.get(statusOf(code)) ?? []), code]);
  return [
    ...[...statuses].sort(([one], [other]) => one - other).map(([status, of]) => refusal(status, of)),
    ...(body || bodiless ? UNREADABLE.map(([status, said]) => refusal(status, [ErrorCode.BAD_USER_INPUT], said)) : []),
  ];
}

function refusal(status: number, codes: readonly ErrorCode[], said?: string): ApiResponseOptions {
  return {
    status,
    description: said ?? codes.join(', '),
    headers: { ...HEADERS, ...(status === 429 || status === 503 ? RETRY_AFTER : {}) },
    content: {
      'application/json': {
        schema: ref('Error'),
        examples: Object.fromEntries(codes.map((code) => [code, { value: exampleOf(status, code, said) }])),
      },
    },
  };
}

const HEADERS = {
  'x-request-id': {
    description: 'Names this request in our logs and in the audit trail.',
    schema: { type: 'string' as const },
  },
  'ratelimit-policy': {
    description: 'The limits that the call was counted against: `"points";q=7200;w=60` is 7200 in 60 seconds.',
    schema: { type: 'string' as const },
  },
  ratelimit: {
    description: 'What is left of them: `"points";r=7188;t=42` is 7188 for the next 42 seconds.',
    schema: { type: 'string' as const },
  },
};
const RETRY_AFTER = {
  'retry-after': { description: 'Seconds until it may be tried again.', schema: { type: 'integer' as const } },
};
const KEY = {
  name: 'Idempotency-Key',
  required: false,
  description:
    'The same call again with the same key, even at the same time or after a crash, answers with the object of the first and changes nothing. Kept for at least 24 hours; a refused call leaves its key free.',
  schema: { type: 'string' as const, minLength: 1, maxLength: 255 },
};
