import { plainToInstance, Transform, Type } from 'class-transformer';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  MinLength,
  validateSync,
} from 'class-validator';

const PLACEHOLDER = /change.?me|placeholder|example|secret|password|default|xxxx|your[-_ ]/i;
const asBoolean = Transform(({ value }: { value: unknown }) =>
  typeof value === 'string' ? ['true', '1', 'yes', 'on'].includes(value.toLowerCase()) : value,
);

/**
 * For how long a connection of ours is one connection of PostgreSQL: all its life (none in between, or a pooler in
 * session mode), or for one transaction (PgBouncer in transaction mode).
 */
export const POOLINGS = ['session', 'transaction'] as const;
export type Pooling = (typeof POOLINGS)[number];

/** Every setting there is, read once from the environment. README.md has them in a table. */
export class Environment {
  @IsIn(['development', 'test', 'production'])
  readonly NODE_ENV: 'development' | 'test' | 'production' = 'development';

  @IsInt()
  @Min(0)
  @Max(65_535)
  @Type(() => Number)
  readonly PORT: number = 3000;

  @IsOptional()
  @IsString()
  readonly HOST?: string;

  /** The application's login. Unset: PostgreSQL is embedded. */
  @IsOptional()
  @Matches(/^postgres(ql)?:\/\//, { message: 'DATABASE_URL must start with postgres:// or postgresql://' })
  readonly DATABASE_URL?: string;

  /** The login that owns the tables and migrates them. Unset: DATABASE_URL. */
  @IsOptional()
  @Matches(/^postgres(ql)?:\/\//, { message: 'DATABASE_MIGRATION_URL must start with postgres:// or postgresql://' })
  readonly DATABASE_MIGRATION_URL?: string;

  /** Where the embedded PostgreSQL and the development secret live. */
  @IsString()
  readonly DATA_DIR: string = '.data';

  /** Connections of this process to PostgreSQL, at most. */
  @IsInt()
  @Min(1)
  @Max(500)
  @Type(() => Number)
  readonly DATABASE_POOL_SIZE: number = 10;

  /** Named prepared statements. Off behind a PgBouncer older than 1.21. */
  @IsBoolean()
  @asBoolean
  readonly DATABASE_NAMED_STATEMENTS: boolean = true;

  /** `transaction` behind PgBouncer in transaction mode. */
  @IsIn(POOLINGS)
  readonly DATABASE_POOLING: Pooling = 'session';

  /** Off: another step migrates (`npm run migration:run`), and a start on an older schema is refused. */
  @IsBoolean()
  @asBoolean
  readonly MIGRATE_ON_START: boolean = true;

  /** Signs access tokens (HS256). At least 32 characters. */
  @IsOptional()
  @MinLength(32, { message: 'JWT_SECRET must have at least 32 characters' })
  readonly JWT_SECRET?: string;

  @IsOptional()
  @IsBoolean()
  @asBoolean
  readonly GRAPHQL_INTROSPECTION?: boolean;

  /** Levels of fields in a query, at most; introspection is exempt. */
  @IsInt()
  @Min(1)
  @Type(() => Number)
  readonly GRAPHQL_MAX_DEPTH: number = 12;

  /** Aliases in a query, at most. */
  @IsInt()
  @Min(0)
  @Type(() => Number)
  readonly GRAPHQL_MAX_ALIASES: number = 100;

  /** Objects that a query may make the server read, at most. */
  @IsInt()
  @Min(1)
  @Type(() => Number)
  readonly GRAPHQL_MAX_COST: number = 50_000;

  /** Seconds between the signal to end and closing the door: how long load balancers need to see that we are not ready. */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(300)
  @Type(() => Number)
  readonly SHUTDOWN_DELAY_SECONDS?: number;

  /** Seconds that running requests have to finish after the door was closed. */
  @IsInt()
  @Min(0)
  @Max(3600)
  @Type(() => Number)
  readonly SHUTDOWN_SECONDS: number = 30;

  get isProduction(): boolean {
    return this.NODE_ENV === 'production';
  }

  /** Outside production the passwords are known to everybody, so only this machine is let in. */
  get host(): string {
    return this.HOST ?? (this.isProduction ? '0.0.0.0' : 'localhost');
  }

  /** The schema may be asked for: always outside production, there by setting. */
  get introspection(): boolean {
    return this.GRAPHQL_INTROSPECTION ?? !this.isProduction;
  }

  get queryLimits(): { depth: number; aliases: number; cost: number } {
    return { depth: this.GRAPHQL_MAX_DEPTH, aliases: this.GRAPHQL_MAX_ALIASES, cost: this.GRAPHQL_MAX_COST };
  }

  /** In milliseconds. Nobody balances the load of a developer's machine. */
  get shutdown(): { delay: number; limit: number } {
    const delay = this.SHUTDOWN_DELAY_SECONDS ?? (this.isProduction ? 5 : 0);
    return { delay: delay * 1_000, limit: this.SHUTDOWN_SECONDS * 1_000 };
  }

  get pool(): { poolSize: number; namedStatements: boolean; pooling: Pooling } {
    return {
      poolSize: this.DATABASE_POOL_SIZE,
      namedStatements: this.DATABASE_NAMED_STATEMENTS,
      pooling: this.DATABASE_POOLING,
    };
  }

  get migrationUrl(): string | undefined {
    return this.DATABASE_MIGRATION_URL ?? this.DATABASE_URL;
  }

  private get migratesThroughPooler(): boolean {
    const { DATABASE_POOLING, DATABASE_MIGRATION_URL, MIGRATE_ON_START } = this;
    return DATABASE_POOLING === 'transaction' && MIGRATE_ON_START && !DATABASE_MIGRATION_URL;
  }

  /** @throws Error with one line for each setting that is missing or wrong; never with a value */
  static read(variables: NodeJS.ProcessEnv): Environment {
    const set = Object.fromEntries(
      Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''),
    );
    const environment = plainToInstance(Environment, set, { exposeDefaultValues: true });
    const wrong = validateSync(environment, { validationError: { target: false, value: false } }).flatMap((error) =>
      Object.values(error.constraints ?? {}),
    );
    if (environment.isProduction) wrong.push(...missingInProduction(environment));
    if (environment.migratesThroughPooler)
      wrong.push('DATABASE_MIGRATION_URL is missing: migrations do not pass through a pooler in transaction mode');
    if (wrong.length)
      throw new Error(`The environment is not complete:\n${wrong.map((line) => `  - ${line}`).join('\n')}`);
    return environment;
  }
}

function missingInProduction({ DATABASE_URL, JWT_SECRET }: Environment): string[] {
  const missing: string[] = [];
  if (!DATABASE_URL) missing.push('DATABASE_URL is missing: production does not embed its database');
  if (!JWT_SECRET) missing.push('JWT_SECRET is missing: make one with `openssl rand -base64 48`');
  else if (PLACEHOLDER.test(JWT_SECRET) || new Set(JWT_SECRET).size < 10)
    missing.push('JWT_SECRET is a placeholder: make one with `openssl rand -base64 48`');
  return missing;
}
