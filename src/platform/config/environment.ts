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
import { IsDatabaseUrl } from './database-url.ts';
import { faultsOf } from './environment-faults.ts';

const asBoolean = Transform(({ value }: { value: unknown }) =>
  typeof value === 'string' ? ['true', '1', 'yes', 'on'].includes(value.toLowerCase()) : value,
);

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * For how long a connection of ours is one connection of PostgreSQL: all its life, or for one transaction, by way of
 * PgBouncer. In its session mode it would be all its life, too, but PgBouncer refuses what our sessions start with.
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

  /** The application's login; of several hosts the one that takes writes. Unset: PostgreSQL is embedded. */
  @IsOptional()
  @IsDatabaseUrl()
  readonly DATABASE_URL?: string;

  /** The login that owns the tables and migrates them. Unset: DATABASE_URL. */
  @IsOptional()
  @IsDatabaseUrl()
  readonly DATABASE_MIGRATION_URL?: string;

  /** Where the embedded PostgreSQL and the development secret live. */
  @IsString()
  readonly DATA_DIR: string = '.data';

  /** Whether an empty database is filled with sample practices. Unset: where PostgreSQL is embedded. */
  @IsOptional()
  @IsBoolean()
  @asBoolean
  readonly DEMO_DATA?: boolean;

  /** Connections of this process to PostgreSQL, at most. */
  @IsInt()
  @Min(1)
  @Max(500)
  @Type(() => Number)
  readonly DATABASE_POOL_SIZE: number = 8;

  /** Named prepared statements. Off behind a PgBouncer older than 1.21. */
  @IsBoolean()
  @asBoolean
  readonly DATABASE_NAMED_STATEMENTS: boolean = true;

  /** `transaction` behind PgBouncer. */
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

  /** How often the audit trail is sealed. 0: never. */
  @IsInt()
  @Min(0)
  @Max(86_400)
  @Type(() => Number)
  readonly AUDIT_SEAL_SECONDS: number = 60;
  /** Encrypts the secrets of second factors. Unset: JWT_SECRET does, and then neither can change without them. */
  @IsOptional()
  @MinLength(32, { message: 'SECOND_FACTOR_SECRET must have at least 32 characters' })
  readonly SECOND_FACTOR_SECRET?: string;

  @IsOptional()
  @IsBoolean()
  @asBoolean
  readonly GRAPHQL_INTROSPECTION?: boolean;

  @IsOptional()
  @IsBoolean()
  @asBoolean
  readonly GRAPHQL_PLAYGROUND?: boolean;

  /** Whether the REST API's description is served, as a page and as a document. */
  @IsOptional()
  @IsBoolean()
  @asBoolean
  readonly API_DOCS?: boolean;

  /** Clients may send the hash of a document that they have sent before in its place. */
  @IsBoolean()
  @asBoolean
  readonly GRAPHQL_PERSISTED_QUERIES: boolean = true;

  /** Pages of these origins may call the API from a browser; none unless said. */
  @IsString()
  @Matches(/^$|^https?:\/\/[^\s,/]+(,https?:\/\/[^\s,/]+)*$/, {
    message: 'CORS_ORIGINS must be origins such as https://app.example, with commas between',
  })
  readonly CORS_ORIGINS: string = '';

  /** Bytes of a request's body, at most. */
  @IsInt()
  @Min(1_024)
  @Type(() => Number)
  readonly MAX_BODY_BYTES: number = 1_048_576;

  /** Connections of clients and proxies, at most. */
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  @Type(() => Number)
  readonly MAX_CONNECTIONS: number = 2_000;

  /** Of one address that is no proxy of TRUST_PROXY: an office has one for all its browsers, with six each. 0: any number. */
  @IsInt()
  @Min(0)
  @Max(1_000_000)
  @Type(() => Number)
  readonly MAX_CONNECTIONS_PER_ADDRESS: number = 200;

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

  /** Fields of Query or Mutation in a query, at most, each under its own name. */
  @IsInt()
  @Min(1)
  @Type(() => Number)
  readonly GRAPHQL_MAX_ROOTS: number = 20;

  /** Objects that a query may make the server read, at most. */
  @IsInt()
  @Min(1)
  @Type(() => Number)
  readonly GRAPHQL_MAX_COST: number = 50_000;

  /** Logins, and refreshes, that may fail a minute from one address; also how often one account may do either. 0: any number. */
  @IsInt()
  @Min(0)
  @Max(1_000_000)
  @Type(() => Number)
  readonly LOGINS_PER_MINUTE: number = 60;

  /** Events of denials that one user may cause a minute, in each process; what goes beyond is counted. 0: any number. */
  @IsInt()
  @Min(0)
  @Max(1_000_000)
  @Type(() => Number)
  readonly DENIALS_PER_MINUTE: number = 60;

  /** Documents that an address without a token may have looked through a minute, by each process. 0: any number. */
  @IsInt()
  @Min(0)
  @Max(1_000_000)
  @Type(() => Number)
  readonly NEW_DOCUMENTS_PER_MINUTE: number = 20;

  /** Bytes of an answer, at most. */
  @IsInt()
  @Min(100_000)
  @Type(() => Number)
  readonly MAX_ANSWER_BYTES: number = 5_000_000;

  /** Days that a sign-in lasts, however it is used. */
  @IsInt()
  @Min(1)
  @Max(365)
  @Type(() => Number)
  readonly SIGN_IN_DAYS: number = 30;

  /** Hours without a refresh that a sign-in outlasts: from a Friday's evening to the Monday's morning. */
  @IsInt()
  @Min(1)
  @Max(8_760)
  @Type(() => Number)
  readonly SIGN_IN_IDLE_HOURS: number = 72;

  /**
   * Points that one user may spend a minute, in all processes together; a plain call is one (docs/operations.md). 0: any number.
   * Above the 6,000 calls that are promised: what one process holds unspent, a sixtieth at most, is missing in another.
   */
  @IsInt()
  @Min(0)
  @Max(1_000_000)
  @Type(() => Number)
  readonly POINTS_PER_MINUTE: number = 7_200;

  /** Whose X-Forwarded-For is believed: addresses and networks of proxies. Unset: nobody's. */
  @IsOptional()
  @IsString()
  readonly TRUST_PROXY?: string;

  /** Lines of lesser weight are not written. */
  @IsOptional()
  @IsIn(LOG_LEVELS)
  readonly LOG_LEVEL?: LogLevel;

  /** Serves /metrics on a port of its own; 0 takes a free one. */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(65_535)
  @Type(() => Number)
  readonly METRICS_PORT?: number;

  /** Where METRICS_PORT listens: this machine, unless told. */
  @IsString()
  readonly METRICS_HOST: string = '127.0.0.1';

  /** Asked for as a bearer token by /metrics, which is on PORT unless METRICS_PORT is set. */
  @IsOptional()
  @MinLength(16, { message: 'METRICS_TOKEN must have at least 16 characters' })
  readonly METRICS_TOKEN?: string;

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

  get corsOrigins(): readonly string[] {
    return this.CORS_ORIGINS ? this.CORS_ORIGINS.split(',') : [];
  }

  get queryLimits(): { depth: number; aliases: number; roots: number; cost: number } {
    return {
      depth: this.GRAPHQL_MAX_DEPTH,
      aliases: this.GRAPHQL_MAX_ALIASES,
      roots: this.GRAPHQL_MAX_ROOTS,
      cost: this.GRAPHQL_MAX_COST,
    };
  }

  /** A browser is shown the playground: always outside production, there by setting. */
  get playground(): boolean {
    return this.GRAPHQL_PLAYGROUND ?? !this.isProduction;
  }

  /** Sample practices are for a database that is made for trying out, or where somebody asks for them by name. */
  get demoData(): boolean {
    return this.DEMO_DATA ?? (!this.isProduction && this.DATABASE_URL === undefined);
  }

  /** REST is described at /api-docs: always outside production, there by setting. */
  get apiDocs(): boolean {
    return this.API_DOCS ?? !this.isProduction;
  }

  /** Tests are quiet: what they provoke is expected. */
  get logLevel(): LogLevel {
    return this.LOG_LEVEL ?? (this.NODE_ENV === 'test' ? 'error' : 'info');
  }

  /** As Fastify takes it; a number of hops it does not, since whoever gets past the proxy could send as many. */
  get trustProxy(): string[] | false {
    return this.TRUST_PROXY ? this.TRUST_PROXY.split(',').map((proxy) => proxy.trim()) : false;
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

  /** The setting that has it. */
  get migrationSetting(): 'DATABASE_MIGRATION_URL' | 'DATABASE_URL' {
    return this.DATABASE_MIGRATION_URL ? 'DATABASE_MIGRATION_URL' : 'DATABASE_URL';
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
    wrong.push(...faultsOf(environment));
    if (wrong.length)
      throw new Error(`The environment is not complete:\n${wrong.map((line) => `  - ${line}`).join('\n')}`);
    return environment;
  }
}
