import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { createApplication } from '../app/application.ts';
import { runCommand } from '../foundation/command-line/command-line.ts';
import { Environment } from '../platform/config/environment.ts';
import { openDatabase } from '../platform/database/open-database.ts';
import { told } from '../platform/observability/told.ts';
import { schemaText } from '../platform/graphql/schema-text.ts';

const USAGE = `Usage: npm run schema
Writes schema.graphql from the code.`;

/** `npm run schema`: writes the schema that the code makes, for the commit. A test compares the two. */
async function write(): Promise<string> {
  const environment = Environment.read(process.env);
  const database = await openDatabase(environment);
  try {
    const app = await createApplication(environment, database.url);
    try {
      writeFileSync('schema.graphql', schemaText(app.get(GraphQLSchemaHost).schema));
      return 'schema.graphql is written.';
    } finally {
      await app.close();
    }
  } finally {
    await database.close();
  }
}

async function writeAndTell(): Promise<0 | 1> {
  try {
    console.log(await write());
    return 0;
  } catch (error) {
    console.error(told(error));
    return 1;
  }
}

process.exitCode = await runCommand({ usage: USAGE, options: {}, run: writeAndTell });
