import { Secret, TOTP } from 'otpauth';

const ISSUER = 'Therapy units';
const PERIOD_MS = 30_000;
/** What every authenticator app knows. */
const SHAPE = { issuer: ISSUER, algorithm: 'SHA1', digits: 6, period: PERIOD_MS / 1_000 } as const;
/** Clocks differ: the codes of the step before and after are right, too. */
const WINDOW = 1;

/** 160 random bits, as RFC 4226 recommends. */
export function newSecret(): Buffer {
  return Buffer.from(new Secret({ size: 20 }).bytes);
}

/** The secret as somebody types it into an app, and as an app reads it from a QR code. */
export function shownTo(email: string, secret: Buffer): { secret: string; uri: string } {
  const totp = new TOTP({ ...SHAPE, label: email, secret: secretOf(secret) });
  return { secret: totp.secret.base32, uri: totp.toString() };
}

/** The time step that this code is of; undefined for a wrong one. */
export function stepOf(secret: Buffer, code: string, now: Date): number | undefined {
  const totp = new TOTP({ ...SHAPE, secret: secretOf(secret) });
  const delta = totp.validate({ token: code, timestamp: now.getTime(), window: WINDOW });
  return delta === null ? undefined : Math.floor(now.getTime() / PERIOD_MS) + delta;
}

function secretOf(secret: Buffer): Secret {
  return new Secret({ buffer: new Uint8Array(secret).buffer });
}
