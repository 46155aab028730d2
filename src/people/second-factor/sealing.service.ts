import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Environment } from '../../platform/config/environment.ts';
import { JwtSecret } from '../../platform/config/jwt-secret.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What second factors are kept with: secrets encrypted, recovery codes hashed, so that the tables alone are of no use. */
@Injectable()
export class Sealing {
  private readonly encryption: Buffer;
  private readonly hashing: Buffer;

  constructor({ SECOND_FACTOR_SECRET: own }: Environment, jwtSecret: JwtSecret) {
    const master = own ? createSecretKey(own, 'utf8') : jwtSecret.key;
    const keyFor = (use: string): Buffer =>
      Buffer.from(hkdfSync('sha256', master, '', `therapy-units second factor ${use}`, 32));
    this.encryption = keyFor('secrets');
    this.hashing = keyFor('recovery codes');
  }

  /** AES-256-GCM as nonce, tag, text. Bound to its owner: moved to another row it does not open. */
  seal(secret: Buffer, owner: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.encryption, nonce).setAAD(Buffer.from(owner));
    const text = Buffer.concat([cipher.update(secret), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), text]);
  }

  /** @throws Error it was sealed with another key or for another owner */
  open(sealed: Buffer, owner: string): Buffer {
    const [nonce, rest] = [sealed.subarray(0, NONCE_BYTES), sealed.subarray(NONCE_BYTES)];
    const decipher = createDecipheriv('aes-256-gcm', this.encryption, nonce, { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(owner))
      .setAuthTag(rest.subarray(0, TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(rest.subarray(TAG_BYTES)), decipher.final()]);
    } catch {
      throw new Error('A second factor does not open: SECOND_FACTOR_SECRET (or JWT_SECRET) is another than it was.');
    }
  }

  hash(recoveryCode: string, owner: string): Buffer {
    return createHmac('sha256', this.hashing)
      .update(JSON.stringify([owner, recoveryCode]))
      .digest();
  }
}
