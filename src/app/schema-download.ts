import { createHash } from 'node:crypto';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Environment } from '../platform/config/environment.ts';
import { schemaText } from '../platform/graphql/schema-text.ts';

/**
 * GET /schema.graphql, the same as the file in the repository, where the schema may be asked for; else there is nothing.
 * Plain text, since no type is registered for it: browsers show it, and tools go by the name.
 */
export function serveSchema(app: NestFastifyApplication, { introspection }: Pick<Environment, 'introspection'>): void {
  if (!introspection) return;
  let made: { readonly text: string; readonly tag: string } | undefined;
  const schema = (): NonNullable<typeof made> => {
    if (made) return made;
    const text = schemaText(app.get(GraphQLSchemaHost, { strict: false }).schema);
    return (made = { text, tag: createHash('sha256').update(text).digest('base64url') });
  };
  app
    .getHttpAdapter()
    .getInstance()
    .get('/schema.graphql', (request, reply) => {
      const { text, tag } = schema();
      // asked for again each time, and sent only where it has changed
      void reply.headers({ etag: `"${tag}"`, 'cache-control': 'no-cache' });
      // a proxy that compresses weakens the tag: W/"..."
      if (request.headers['if-none-match']?.includes(`"${tag}"`)) return reply.status(304).send();
      return reply.type('text/plain; charset=utf-8').send(text);
    });
}
