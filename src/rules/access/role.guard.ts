import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Forbidden, Unauthenticated } from '../../foundation/errors/domain-error.ts';
import { holderOf } from '../../foundation/request-context/ctx.decorator.ts';
import { objectAskedFor } from './object-asked-for.ts';
import { mayPass, whoHas, type Permission } from './permission.ts';
import { IDS, PUBLIC, REQUIRED, type NamesIds } from './requires.decorator.ts';

/** Asks at every door, relation fields included, whether the caller's role may pass. Nothing declared means refused. */
@Injectable()
export class RoleGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const required = this.reflector.getAllAndOverride<Permission | typeof PUBLIC | undefined>(REQUIRED, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (required === PUBLIC) return true;
    if (!required)
      throw new Forbidden({ permission: null, roles: [] }, 'Nobody may use this: it declares no permission.');
    const actor = holderOf(context).current.actorIfAny;
    if (!actor) throw new Unauthenticated();
    if (mayPass(actor, required)) return true;
    throw denied(
      required,
      objectAskedFor(context, this.reflector.get<NamesIds | undefined>(IDS, context.getHandler())),
    );
  }
}

function denied(permission: Permission, asked: Forbidden['asked']): Forbidden {
  const roles = whoHas(permission);
  return new Forbidden(
    { permission, roles },
    `This takes the right ${permission}, which these have: ${roles.join(', ')}.`,
    asked,
  );
}
