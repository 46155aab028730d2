import 'reflect-metadata';
import { archiveCommand } from '../oversight/audit-trail/archive-command.ts';

process.exitCode = await archiveCommand(process.argv.slice(2), process.env, (line) =>
  process.stdout.write(`${line}\n`),
);
