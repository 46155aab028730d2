import { DataSource } from 'typeorm';
import { entities } from './src/entities.ts';
import { migrations } from './src/database/migrations.ts';

/**
 * For the TypeORM CLI, on the built file: `npm run migration:run`, `npm run migration:revert`.
 * It connects as the owner of the tables.
 */
export default new DataSource({
  type: 'postgres',
  url: process.env.DATABASE_MIGRATION_URL ?? process.env.DATABASE_URL,
  entities,
  migrations,
});
