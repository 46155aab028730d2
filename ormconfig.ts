import { DataSource } from 'typeorm';
import { entities } from './src/app/entities.ts';
import { ownerDataSource } from './src/platform/database/connection/data-source.ts';
import { primaryUrl } from './src/platform/database/connection/primary.ts';
import { migrations } from './src/platform/database/schema/migrations.ts';

/**
 * For the TypeORM CLI, on the built file: `npm run migration:run`, `npm run migration:revert`.
 * It connects as the owner of the tables.
 */
const url = process.env.DATABASE_MIGRATION_URL ?? process.env.DATABASE_URL;

export default new DataSource({ ...ownerDataSource(url && (await primaryUrl(url))), entities, migrations });
