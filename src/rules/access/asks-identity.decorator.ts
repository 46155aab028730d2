import { UseGuards } from '@nestjs/common';
import { IdentityGuard } from './identity.guard.ts';

/**
 * Beside @Requires: who calls has shown within 10 minutes who they are. At the door itself and not among the guards of
 * every door, which it stands behind: so other doors pay nothing for it. The refusal is listed by @Refuses.
 */
export const AsksIdentity = (): MethodDecorator => UseGuards(IdentityGuard);
