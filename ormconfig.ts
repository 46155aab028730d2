import { DataSource } from 'typeorm';
import { entities } from './src/entities.ts';
import { migrations } from './src/database/migrations.ts';
import { primaryUrl } from './src/database/primary.ts';

/**
 * For the TypeORM CLI, on the built file: `npm run migration:run`, `npm run migration:revert`.
 * It connects as the owner of the tables.
 */
const url = process.env.DATABASE_MIGRATION_URL ?? process.env.DATABASE_URL;

export default new DataSource({
  type: 'postgres',
  url: url && (await primaryUrl(url)),
  entities,
  migrations,
});
