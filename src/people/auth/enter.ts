import type { RequestHolder } from '../../foundation/request-context/ctx.decorator.ts';
import type { SignedIn } from './auth.service.ts';

/** What is read below AuthPayload is read as the user who has just signed in. */
export function enter<Answer extends SignedIn>(holder: RequestHolder, signedIn: Answer): Answer {
  holder.current = holder.current.as(signedIn.actor);
  return signedIn;
}
