/**
 * Signs in to the demo, reads this week, books, and shows a refusal, while the server runs (Node.js 22.18 or newer runs
 * TypeScript as it is): `node examples/client/example.ts <patient's id> <practitioner's id> <authorization's id>`; without
 * the ids it only reads. URL names another server.
 */
import { ApiError, noticeOf } from './api-error.ts';
import { TherapyClient } from './therapy-client.ts';

const [patientId, practitionerId, authorizationId] = process.argv.slice(2);
const client = new TherapyClient({ url: process.env.URL ?? 'http://localhost:3000/graphql' });
await client.signIn('practitioner@sunrise.example', 'demo-Passw0rd!');

const now = Date.now();
for await (const visit of client.visitsBetween(new Date(now), new Date(now + 7 * 86_400_000)))
  print(`${visit.startTime}  ${visit.patient.lastName}  ${visit.status}`);

if (patientId && practitionerId && authorizationId) {
  try {
    const { id, authorization } = await client.book({
      patientId,
      practitionerId,
      authorizationId,
      startTime: new Date(now + 86_400_000).toISOString(),
      endTime: new Date(now + 90_000_000).toISOString(),
      idempotencyKey: crypto.randomUUID(),
    });
    print(`Booked ${id}, ${authorization.availableUnits} units left.`);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    print(noticeOf(error).text);
  }
}
await client.signOut();

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
