import type { Caller } from '../fair-share/fair-share.ts';
import { Effort } from './effort.ts';

export enum Role {
  ADMIN = 'ADMIN',
  PRACTITIONER = 'PRACTITIONER',
  PATIENT = 'PATIENT',
}

/** A signed-in user, as the database said within the last seconds: never taken from a token's claims alone. */
export interface Actor {
  readonly userId: string;
  readonly organizationId: string;
  readonly role: Role;
  readonly isSuperAdmin: boolean;
  /** The sign-in whose access token the request came with. */
  readonly signInId?: string;
  /** The practitioner this user is; set for role PRACTITIONER. */
  readonly practitionerId?: string;
  /** The patient this user is; set for role PATIENT. */
  readonly patientId?: string;
}

/** Where a request comes from, for the audit trail. */
export interface Origin {
  readonly requestId: string;
  readonly ipAddress?: string;
  /** Whom the address is counted for: who has one of IPv6 has 2^64 of them. */
  readonly network?: string;
  /** Nobody waits for the answer any more: who asked has hung up. */
  readonly isGone?: () => boolean;
  /** What the request itself came with, where this one is of work that goes on without whoever asked. */
  readonly cameAs?: Origin;
}

/** Tells the present instant; the demo data and the tests bring their own. */
export type Now = () => Date;

/**
 * Who asks, for which organization, and when. The first argument of every use case.
 *
 * `organizationId` is the organization that is worked in: the actor's own, except where a super admin reaches into
 * another one. `null` means every organization; only a super admin has that, and only to read.
 */
export class RequestContext {
  private constructor(
    readonly origin: Origin,
    readonly now: Now,
    private readonly signedIn: Actor | undefined,
    readonly organizationId: string | null | undefined,
    /** When the request came. Its today goes by this: one answer does not tell of two, though midnight passes meanwhile. */
    readonly askedAt: Date,
    /** What the request has cost so far, whoever it turns out to be of. */
    readonly effort: Effort,
  ) {}

  static anonymous(origin: Origin, now: Now, effort = new Effort()): RequestContext {
    return new RequestContext(origin, now, undefined, undefined, now(), effort);
  }

  /** The same request, made by this user: in their own organization, or for a super admin in every one. */
  as(actor: Actor): RequestContext {
    return new RequestContext(
      this.origin,
      this.now,
      actor,
      actor.isSuperAdmin ? null : actor.organizationId,
      this.askedAt,
      this.effort,
    );
  }

  /**
   * The same request inside one organization. Whether the caller may is settled before (access/tenancy.ts, login);
   * PostgreSQL holds every row of the transaction to it.
   */
  within(organizationId: string): RequestContext {
    return new RequestContext(this.origin, this.now, this.signedIn, organizationId, this.askedAt, this.effort);
  }

  /** The same request, for what has to be done though nobody is there any more, or much was read: the trail of a refusal. */
  evenIfGone(): RequestContext {
    const { origin, now, signedIn, organizationId, askedAt } = this;
    return new RequestContext(goingOn(origin), now, signedIn, organizationId, askedAt, new Effort());
  }

  /**
   * The same request, whoever it said it was: signing in begins as nobody, and the trail must not name somebody else. It
   * goes on where the caller hangs up, or guesses would be free of their counts, and a logout would end nothing.
   */
  anonymously(): RequestContext {
    return RequestContext.anonymous(goingOn(this.origin), this.now);
  }

  /** Whose share of the server this takes. Nobody's calls share by network; our own tasks, such as sealing, by name. */
  get caller(): Caller {
    if (this.signedIn) return { practice: this.signedIn.organizationId, user: this.signedIn.userId };
    const { ipAddress, network = ipAddress, requestId } = this.origin;
    return network === undefined ? { practice: 'this server', user: requestId } : { practice: 'nobody', user: network };
  }

  get isSignedIn(): boolean {
    return this.signedIn !== undefined;
  }

  /** Who asks, where it may be nobody: the login itself, and the audit of what nobody was allowed. */
  get actorIfAny(): Actor | undefined {
    return this.signedIn;
  }

  /** Who asks. The guards have refused everybody else before a use case runs, so a missing actor is a bug. */
  get actor(): Actor {
    if (!this.signedIn) throw new Error('This use case needs a signed-in user, and its door let somebody else in.');
    return this.signedIn;
  }
}

function goingOn(origin: Origin): Origin {
  return { ...origin, isGone: undefined, cameAs: origin.cameAs ?? origin };
}
