import { hash, verify } from '@node-rs/argon2';

export const SHORTEST_PASSWORD = 10;
export const LONGEST_PASSWORD = 200;

/** OWASP's recommendation for argon2id, which is what the library computes unless told otherwise. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** A hash of random bytes that nobody knows, of the same cost as a real one. */
const NOBODYS = '$argon2id$v=19$m=19456,t=2,p=1$dFjdbk/TzeWuddy95NOhDw$KRQlRWuC0tDzCbTm3jOCqEWOFFLBmvKnx8Eqakq13Us';

/** Takes tens of milliseconds: call it before a transaction opens, so that no connection waits for it. */
export function hashPassword(password: string): Promise<string> {
  return hash(normalPassword(password), COST);
}

/** Without a hash (there is no such account) it works as long and answers false, so that timing tells nothing. */
export async function verifyPassword(passwordHash: string | undefined, password: string): Promise<boolean> {
  const fits = await verify(passwordHash ?? NOBODYS, normalPassword(password));
  return fits && passwordHash !== undefined;
}

/** One keyboard sends "é" as one character, another as two (NIST SP 800-63B, 5.1.1.2). */
export function normalPassword(password: string): string {
  return password.normalize('NFKC');
}
