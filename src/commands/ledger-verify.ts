import 'reflect-metadata';
import { verifyCommand } from '../oversight/verification/verify-command.ts';

process.exitCode = await verifyCommand(process.argv.slice(2), process.env, (line) => process.stdout.write(`${line}\n`));
