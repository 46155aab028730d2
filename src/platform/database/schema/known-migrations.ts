import { migrations } from './migrations.ts';

/** The names of the migrations that this build knows, as TypeORM keeps them. */
export const KNOWN_MIGRATIONS = migrations.map((migration) => new migration().name);

/** Whether those named in $1 have been run. Others may have been, too: while an upgrade rolls, old processes work on. */
export const HAS_MIGRATIONS = 'SELECT app.has_migrations($1) AS current';
