import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { JwtSecret } from '../../platform/config/jwt-secret.ts';

const BYTES = 16;

/** Marks what this API gives out, so that it is told from junk without asking the database. */
@Injectable()
export class Stamps {
  private readonly key: Buffer;

  constructor(jwtSecret: JwtSecret) {
    this.key = Buffer.from(hkdfSync('sha256', jwtSecret.key, '', 'therapy-units stamps', 32));
  }

  /** 22 characters that nobody makes without the secret, for just this. */
  of(...what: readonly string[]): string {
    const mac = createHmac('sha256', this.key).update(JSON.stringify(what)).digest();
    return mac.subarray(0, BYTES).toString('base64url');
  }

  fits(stamp: string, ...what: readonly string[]): boolean {
    const [given, right] = [Buffer.from(stamp), Buffer.from(this.of(...what))];
    return given.length === right.length && timingSafeEqual(given, right);
  }
}
