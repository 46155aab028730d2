/**
 * Signs in to the demo, reads a week, and books its first free hour from the day after tomorrow on, or says why not, while
 * the server runs (Node.js 22.18 or newer runs TypeScript as it is):
 * `node examples/client/example.ts <patient's id> <practitioner's id> <authorization's id>`; without the ids it only reads.
 * URL names another server.
 */
import { ApiError, noticeOf } from './api-error.ts';
import { freeHour } from './free-hour.ts';
import { TherapyClient, type Visit } from './therapy-client.ts';

const [patientId, practitionerId, authorizationId] = process.argv.slice(2);
const client = new TherapyClient({ url: process.env.URL ?? 'http://localhost:3000/graphql' });
await client.signIn('practitioner@sunrise.example', 'demo-Passw0rd!');

const visits: Visit[] = [];
for await (const visit of client.visitsBetween(inDays(0), inDays(7))) visits.push(visit);
for (const { startTime, patient, status } of visits) print(`${startTime}  ${patient.lastName}  ${status}`);

if (patientId && practitionerId && authorizationId) {
  try {
    const { id, authorization } = await client.book({
      patientId,
      practitionerId,
      authorizationId,
      ...freeHour(inDays(2), visits),
      idempotencyKey: crypto.randomUUID(),
    });
    print(`Booked ${id}, ${authorization.availableUnits} units left.`);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    print(noticeOf(error).text);
  }
}
await client.signOut();

function inDays(days: number): Date {
  return new Date(Date.now() + days * 86_400_000);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
