import { setPriority } from 'node:os';
import { ATTACKS } from '../attacks/list.ts';
import { Attacker } from './attacker.ts';
import type { Job, Told } from './job.ts';

/** Beyond the attack: the last answers are waited for. */
const GRACE_MS = 30_000;
/** In reality it has a machine of its own: what it computes is not to be what others wait for. */
const NICE = 10;

/** The process that attacks, once: as its parent tells. It ends by itself, whatever becomes of that one. */
process.on('message', (job: Job) => {
  setTimeout(() => process.exit(1), job.seconds * 1_000 + GRACE_MS).unref();
  attack(job).then(
    (answers) => tell({ answers }),
    (error: unknown) => tell({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
process.on('disconnect', () => process.exit());
setPriority(NICE);
tell('ready');

async function attack(job: Job): Promise<Record<string, number>> {
  const chosen = ATTACKS.find(({ name }) => name === job.name);
  if (!chosen) throw new Error(`There is no attack ${job.name}.`);
  const endsAt = performance.now() + job.seconds * 1_000;
  const attackers = Array.from({ length: chosen.connections }, (_, nth) => new Attacker(job, nth, endsAt));
  const work = async (attacker: Attacker): Promise<void> => {
    while (!attacker.isOver) await chosen.turn(attacker);
    attacker.close();
  };
  await Promise.all(attackers.map(work));
  const answers: Record<string, number> = {};
  for (const attacker of attackers)
    for (const [code, times] of Object.entries(attacker.answers)) answers[code] = (answers[code] ?? 0) + times;
  return answers;
}

function tell(told: Told): void {
  process.send!(told);
}
