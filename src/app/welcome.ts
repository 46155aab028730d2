import { isIPv6 } from 'node:net';
import type { OpenDatabase } from '../platform/database/open-database.ts';
import type { DemoLogin } from './demo/demo-data.ts';

const EVERYWHERE = ['0.0.0.0', '::'];

interface Welcome {
  readonly host: string;
  readonly port: number;
  readonly playground: boolean;
  readonly apiDocs: boolean;
  readonly database: OpenDatabase;
  readonly logins: readonly DemoLogin[];
}

/** What a newcomer needs to see: where it is, whose rights it uses, and who can sign in. */
export function welcome({ host, port, playground, apiDocs, database, logins }: Welcome): string {
  const { embedded, serverVersion, login, role } = database;
  const url = `http://${EVERYWHERE.includes(host) ? 'localhost' : isIPv6(host) ? `[${host}]` : host}:${port}`;
  const lines = [
    '',
    `  GraphQL   ${url}/graphql${playground ? ' (in a browser: the playground)' : ''}`,
    `  REST      ${url}/api${apiDocs ? `, described at ${url}/api-docs` : ''}`,
    `  Database  PostgreSQL ${serverVersion}${embedded ? ', embedded' : ''}, as role ${role} (login ${login})`,
  ];
  if (logins.length) {
    const width = Math.max(...logins.map(({ email }) => email.length));
    lines.push('', `  Demo logins, password ${logins[0]?.password ?? ''}`);
    for (const { email, who } of logins) lines.push(`    ${email.padEnd(width)}  ${who}`);
  } else if (!embedded)
    lines.push(
      '',
      '  Logins    `npm run admin:create` makes the first; on an empty database DEMO_DATA=true makes sample practices',
    );
  return [...lines, ''].join('\n');
}
