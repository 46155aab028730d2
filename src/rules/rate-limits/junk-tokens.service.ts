import { Injectable } from '@nestjs/common';
import { AddressBudget } from './address-budget.ts';

/** An office whose tokens were all signed by a secret that has changed hears at once that it has to sign in again. */
const A_MINUTE = 300;

/**
 * Access tokens that nobody here has signed. What comes with one is read and answered like what comes without, and beyond
 * this it is refused at the door. Tokens that have expired are not among them: their owners are told, however many come.
 */
@Injectable()
export class JunkTokens extends AddressBudget {
  constructor() {
    super(A_MINUTE);
  }
}
