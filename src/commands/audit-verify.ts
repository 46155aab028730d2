import 'reflect-metadata';
import { verifyCommand } from '../oversight/audit-trail/verify-command.ts';

process.exitCode = await verifyCommand(process.argv.slice(2), process.env, (line) => process.stdout.write(`${line}\n`));
