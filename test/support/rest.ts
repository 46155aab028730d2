import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { openApiDocument } from '../../src/app/api-docs.ts';

export interface RestCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Behind /api. */
  readonly url: string;
  readonly token?: string;
  /** JSON, or a text that is sent as it is. */
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

export interface RestAnswer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  // tests look into answers freely
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

interface Promised {
  readonly content?: Record<string, { schema?: object }>;
}

/** Holds every answer of /api, whoever asks for it in a test, against the OpenAPI document. */
export function watchRest(app: NestFastifyApplication): { readonly broken: string[] } {
  const broken: string[] = [];
  const document = openApiDocument(app);
  const isValid = validator(document);
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onSend', (request, reply, payload, done) => {
      // a preflight is the browser's question, not a call
      if (request.url.startsWith('/api/') && request.method !== 'OPTIONS') {
        const route = request.routeOptions.url?.replace(/:(\w+)/g, '{$1}');
        const problem = route
          ? problemOf(document, isValid, { route, method: request.method, status: reply.statusCode, payload })
          : isValid('#/components/schemas/Error', payload);
        if (problem) broken.push(`${request.method} ${route ?? request.url} ${reply.statusCode}: ${problem}`);
      }
      done(null, payload);
    });
  return { broken };
}

type Validate = (pointer: string, payload: unknown) => string | undefined;

function problemOf(
  { paths }: OpenAPIObject,
  isValid: Validate,
  answer: { route: string; method: string; status: number; payload: unknown },
): string | undefined {
  const { route, status, payload } = answer;
  const method = answer.method.toLowerCase();
  const operation = (paths[route] as Record<string, { responses: Record<string, Promised> }> | undefined)?.[method];
  const promised = operation?.responses[String(status)];
  if (!promised) return 'the document does not know it';
  if (!promised.content) return payload ? 'an answer where none was promised' : undefined;
  const path = [route, method, 'responses', String(status), 'content', 'application/json', 'schema'];
  return isValid(`#/paths/${path.map(escaped).join('/')}`, payload);
}

function validator(document: OpenAPIObject): Validate {
  const ajv = new Ajv2020.default({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addFormat('int32', true);
  ajv.addSchema(document, 'openapi');
  return (pointer, payload) => {
    const validate = ajv.getSchema(`openapi${pointer}`);
    if (!validate) return `no schema at ${pointer}`;
    if (typeof payload !== 'string') return 'no JSON';
    return validate(JSON.parse(payload)) ? undefined : ajv.errorsText(validate.errors);
  };
}

function escaped(segment: string): string {
  return encodeURIComponent(segment.replaceAll('~', '~0').replaceAll('/', '~1'));
}
