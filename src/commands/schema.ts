import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { createApplication } from '../app/application.ts';
import { runCommand } from '../foundation/command-line/command-line.ts';
import { Environment } from '../platform/config/environment.ts';
import { openDatabase } from '../platform/database/open-database.ts';
import { schemaText } from '../platform/graphql/schema-text.ts';

const USAGE = `Usage: npm run schema
Writes schema.graphql from the code.`;

/** `npm run schema`: writes the schema that the code makes, for the commit. A test compares the two. */
async function writeSchema(): Promise<0> {
  const environment = Environment.read(process.env);
  const database = await openDatabase(environment);
  const app = await createApplication(environment, database.url);
  try {
    writeFileSync('schema.graphql', schemaText(app.get(GraphQLSchemaHost).schema));
    console.log('schema.graphql is written.');
    return 0;
  } finally {
    await app.close();
    await database.close();
  }
}

process.exitCode = await runCommand({ usage: USAGE, options: {}, run: writeSchema });
