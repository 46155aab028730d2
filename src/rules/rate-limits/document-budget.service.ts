import { Injectable } from '@nestjs/common';
import { Environment } from '../../platform/config/environment.ts';
import { AddressBudget } from './address-budget.ts';

/**
 * New documents that are looked through without a token: each takes some milliseconds of the one thread before anybody is
 * asked who sends it. A document that is known costs nothing, so that an office where somebody sends junk signs in all the
 * same: a client that signs in has three, which are new to a process once.
 */
@Injectable()
export class DocumentBudget extends AddressBudget {
  constructor({ NEW_DOCUMENTS_PER_MINUTE }: Environment) {
    super(NEW_DOCUMENTS_PER_MINUTE);
  }
}
