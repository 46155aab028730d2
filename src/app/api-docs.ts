import { GraphQLSchemaHost } from '@nestjs/graphql';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { Environment } from '../platform/config/environment.ts';
import { componentSchemas } from '../rules/rest/schemas.ts';
import { answerNothingHere } from './refused-requests.ts';

const PATH = '/api-docs';

/** Swagger UI brings its scripts along; its styles are partly inline. Nothing is loaded from elsewhere. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The files of Swagger UI that its page loads. Its package has as many again: source maps, other builds, notes on their sizes. */
const ASSETS = /^\/api-docs\/(swagger-ui\.css|swagger-ui-(bundle|standalone-preset)\.js|favicon-\d+x\d+\.png)(\?|$)/;
const DOCUMENTS = /^\/api-docs(\/|\/json|\/swagger-ui-init\.js)?(\?|$)/;

/**
 * The REST API's description, where there is to be one: a page at /api-docs, OpenAPI 3.1 at /api-docs/json. Before the
 * application starts.
 */
export function serveApiDocs(app: NestFastifyApplication, { apiDocs }: Pick<Environment, 'apiDocs'>): void {
  if (!apiDocs) return;
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, reply, done) => {
      const { url } = request;
      if (url.startsWith(PATH)) {
        if (!ASSETS.test(url) && !DOCUMENTS.test(url)) {
          answerNothingHere(request, reply);
          return;
        }
        void reply.header('content-security-policy', CONTENT_SECURITY_POLICY);
      }
      done();
    });
  SwaggerModule.setup(PATH, app, () => openApiDocument(app), {
    customSiteTitle: 'Therapy units: REST API',
    jsonDocumentUrl: `${PATH}/json`,
    raw: ['json'],
    swaggerOptions: { persistAuthorization: false, displayRequestDuration: true },
  });
}

/** Made from the controllers and from the GraphQL schema, which must have been built. */
export function openApiDocument(app: NestFastifyApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Therapy units: REST API')
    .setDescription(DESCRIPTION)
    .setVersion('0.1.0')
    .addServer('/')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'The accessToken of a login.' })
    .build();
  const document = SwaggerModule.createDocument(app, config, { operationIdFactory });
  const { schema } = app.get(GraphQLSchemaHost, { strict: false });
  return { ...document, components: { ...document.components, schemas: componentSchemas(schema) } };
}

/** A name for client generators: `appointmentsBook`, `authLogin`. */
function operationIdFactory(controller: string, method: string): string {
  const feature = controller.replace(/Controller$/, '');
  return `${feature.charAt(0).toLowerCase()}${feature.slice(1)}${method.charAt(0).toUpperCase()}${method.slice(1)}`;
}

const DESCRIPTION = `The same use cases as the GraphQL API, for those who prefer REST: one set of rules, roles and errors.

Instants are ISO-8601 with an offset or Z, and are answered in UTC with milliseconds. Ids are UUIDs. Relations are told by
their ids; whoever needs them in one call asks GraphQL.

A refused call changes nothing. Every refusal has a \`code\` of a closed list, the same as in GraphQL, and \`details\`
that depend on it.`;
