import { SetMetadata, type CustomDecorator } from '@nestjs/common';
import type { Permission } from './permission.ts';

export const REQUIRED = 'access:required';
export const PUBLIC = 'public';
export const IDS = 'access:ids';

/** What a caller needs to pass this door; on a class, the default of all its doors. A door without one is shut. */
export const Requires = (permission: Permission): CustomDecorator => SetMetadata(REQUIRED, permission);

/** What the ids in a REST path are of, by their names. */
export type NamesIds = Readonly<Record<string, string>>;
export const IdsAreOf = (ids: NamesIds): CustomDecorator => SetMetadata(IDS, ids);

/** Anybody may pass, signed in or not: the login, and the fields of what it answers. */
export const Public = (): CustomDecorator => SetMetadata(REQUIRED, PUBLIC);
