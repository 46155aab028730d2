import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Environment } from './environment.ts';

const DATABASE_URL = 'postgres://therapy_api:pw@db:5432/therapy';
const JWT_SECRET = 'kP3v9Zq1XwT7mB5nR8sD2fG6hJ4yL0uC';
const production = { NODE_ENV: 'production', DATABASE_URL, JWT_SECRET };

describe('given no variables at all', () => {
  it('when the environment is read, then it is development with an embedded database', () => {
    const environment = Environment.read({});

    expect(environment).toMatchObject({ NODE_ENV: 'development', PORT: 3000, DATABASE_POOL_SIZE: 8 });
    expect(environment.DATABASE_URL).toBeUndefined();
    expect(environment.introspection).toBe(true);
    expect(environment.playground).toBe(true);
    expect(environment.apiDocs).toBe(true);
  });
});

describe('given variables that are empty', () => {
  it('when the environment is read, then they count as not set', () => {
    expect(Environment.read({ PORT: '', DATABASE_URL: '', JWT_SECRET: '' })).toMatchObject({ PORT: 3000 });
  });
});

describe('given production', () => {
  it('when both secrets are missing, then one error lists them both', () => {
    const message = refusalOf({ NODE_ENV: 'production' });

    expect(message).toContain('DATABASE_URL is missing');
    expect(message).toContain('JWT_SECRET is missing');
  });

  it('when several settings are wrong at once, then one error lists them all', () => {
    const message = refusalOf({ NODE_ENV: 'production', PORT: '70000', JWT_SECRET: 'short' });

    for (const name of ['PORT', 'DATABASE_URL', 'JWT_SECRET']) expect(message).toContain(name);
  });

  it.each([
    'change-me-change-me-change-me-change-me',
    'this-is-an-example-of-something-long-1234',
    'super-secret-super-secret-super-secret-12',
    'your-key-goes-here-0123456789-abcdefghijk',
    'abababababababababababababababababababab',
  ])('when JWT_SECRET is the placeholder %s, then it is refused, and its value is not repeated', (secret) => {
    const message = refusalOf({ ...production, JWT_SECRET: secret });

    expect(message).toContain('JWT_SECRET is a placeholder');
    expect(message).not.toContain(secret);
  });

  it('when everything is set, then it is read, and introspection, the playground and the API docs are off', () => {
    const environment = Environment.read(production);

    expect(environment.isProduction).toBe(true);
    expect(environment.introspection).toBe(false);
    expect(environment.playground).toBe(false);
    expect(environment.apiDocs).toBe(false);
    expect(environment.migrationUrl).toBe(DATABASE_URL);
  });

  it('when introspection or the playground is asked for, then it alone is on', () => {
    expect(Environment.read({ ...production, GRAPHQL_INTROSPECTION: 'true' })).toMatchObject({
      introspection: true,
      playground: false,
    });
    expect(Environment.read({ ...production, GRAPHQL_PLAYGROUND: 'true' })).toMatchObject({
      introspection: false,
      playground: true,
    });
  });
});

describe('given a setting', () => {
  it.each([
    ['NODE_ENV', 'staging'],
    ['PORT', '-1'],
    ['PORT', 'http'],
    ['PORT', '3000.5'],
    ['DATABASE_URL', 'mysql://somewhere'],
    ['DATABASE_MIGRATION_URL', 'somewhere'],
    ['DATABASE_POOL_SIZE', '0'],
    ['LOGINS_PER_MINUTE', '-1'],
    ['POINTS_PER_MINUTE', 'many'],
    ['SIGN_IN_DAYS', '0'],
    ['MAX_CONNECTIONS', '0'],
    ['MAX_CONNECTIONS_PER_ADDRESS', '-1'],
    ['SIGN_IN_IDLE_HOURS', '0'],
    ['TRUST_PROXY', 'everybody'],
    ['TRUST_PROXY', '1'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['TRUST_PROXY', '10.0.0.1,'],
    ['JWT_SECRET', 'kP3v9Zq1XwT7mB5nR8sD2fG6hJ4yL0u'],
  ])('when %s is %s, then it is refused by its name, without its value', (name, value) => {
    const message = refusalOf({ [name]: value });

    expect(message).toContain(name);
    if (value.length > 5) expect(message).not.toContain(value);
  });

  it.each([
    ['false', false],
    ['0', false],
    ['off', false],
    ['true', true],
    ['1', true],
    ['YES', true],
  ])('when DATABASE_NAMED_STATEMENTS is %s, then it is %s', (value, expected) => {
    expect(Environment.read({ DATABASE_NAMED_STATEMENTS: value }).DATABASE_NAMED_STATEMENTS).toBe(expected);
  });

  it.each([
    [undefined, false],
    ['loopback', ['loopback']],
    ['10.0.0.0/8, 2001:db8::/32,192.0.2.7', ['10.0.0.0/8', '2001:db8::/32', '192.0.2.7']],
  ])('when TRUST_PROXY is %s, then those proxies are believed', (value, proxies) => {
    expect(Environment.read({ TRUST_PROXY: value }).trustProxy).toEqual(proxies);
  });

  it('when the migrations have a login of their own, then it is theirs', () => {
    const DATABASE_MIGRATION_URL = 'postgresql://therapy_owner:pw@db:5432/therapy';

    expect(Environment.read({ DATABASE_URL, DATABASE_MIGRATION_URL }).migrationUrl).toBe(DATABASE_MIGRATION_URL);
  });
});

describe('given the demo data', () => {
  it('when nothing is said, then they are made in an embedded database, and in no other', () => {
    expect(Environment.read({}).demoData).toBe(true);
    expect(Environment.read({ DATABASE_URL }).demoData).toBe(false);
    expect(Environment.read(production).demoData).toBe(false);
  });

  it('when they are asked for by name, or not wanted, then so it is', () => {
    expect(Environment.read({ DATABASE_URL, DEMO_DATA: 'true' }).demoData).toBe(true);
    expect(Environment.read({ DEMO_DATA: 'false' }).demoData).toBe(false);
  });

  it('when they are asked for in production, then it is refused', () => {
    expect(refusalOf({ ...production, DEMO_DATA: 'true' })).toContain('DEMO_DATA must be off in production');
  });
});

describe('given how often the audit trail is sealed', () => {
  it('when nothing is said, then every minute; 0 is never', () => {
    expect(Environment.read({}).AUDIT_SEAL_SECONDS).toBe(60);
    expect(Environment.read({ AUDIT_SEAL_SECONDS: '0' }).AUDIT_SEAL_SECONDS).toBe(0);
  });

  it.each(['-1', '1.5', 'often', '86401'])('when it is %s, then it is refused', (AUDIT_SEAL_SECONDS) => {
    expect(refusalOf({ AUDIT_SEAL_SECONDS })).toContain('AUDIT_SEAL_SECONDS');
  });
});

describe('given a pooler in transaction mode', () => {
  const DATABASE_POOLING = 'transaction';

  it('when the start migrates through it, then it is refused: the lock of migrations needs one connection', () => {
    expect(refusalOf({ DATABASE_URL, DATABASE_POOLING })).toContain('DATABASE_MIGRATION_URL is missing');
  });

  it('when migrations go around it or are another step, then it is read', () => {
    const DATABASE_MIGRATION_URL = 'postgresql://therapy_owner:pw@db:5432/therapy';
    const aside = Environment.read({ DATABASE_URL, DATABASE_POOLING, DATABASE_MIGRATION_URL });
    const before = Environment.read({ DATABASE_URL, DATABASE_POOLING, MIGRATE_ON_START: 'false' });
    for (const environment of [aside, before]) expect(environment.pool.pooling).toBe('transaction');
  });
});

describe('given no word about the shutdown', () => {
  it('when it is production, then load balancers get 5 seconds, and nobody waits elsewhere', () => {
    expect(Environment.read(production).shutdown).toEqual({ delay: 5_000, limit: 30_000 });
    expect(Environment.read({}).shutdown).toEqual({ delay: 0, limit: 30_000 });
  });
});

function refusalOf(variables: NodeJS.ProcessEnv): string {
  try {
    Environment.read(variables);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('It was not refused.');
}
