import 'reflect-metadata';
import { runCommand } from '../foundation/command-line/command-line.ts';
import { withServices } from '../app/services.ts';
import { DomainError } from '../foundation/errors/domain-error.ts';
import { told } from '../platform/observability/told.ts';
import { RequestContext } from '../foundation/request-context/request-context.ts';
import { AccountsService } from '../people/users/accounts.service.ts';
import { FoundingService } from '../people/users/founding.service.ts';

const USAGE = `Usage: ADMIN_EMAIL=... ADMIN_PASSWORD=... npm run admin:create
Makes the first super admin, in the database of DATABASE_URL or DATA_DIR. Again, it changes nothing.`;

/** `npm run admin:create`: makes the first super admin of ADMIN_EMAIL and ADMIN_PASSWORD. Again, it changes nothing. */
async function createAdmin(): Promise<string> {
  const { ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = process.env;
  if (!email || !password)
    throw new Error('Set ADMIN_EMAIL and ADMIN_PASSWORD (10 to 200 characters, and no common password).');
  return withServices((services) =>
    makeSuperAdmin(services.get(AccountsService, { strict: false }), services.get(FoundingService, { strict: false }), {
      email,
      password,
    }),
  );
}

async function makeSuperAdmin(
  accounts: AccountsService,
  founding: FoundingService,
  { email, password }: { email: string; password: string },
): Promise<string> {
  const nobody = RequestContext.anonymous({ requestId: 'admin:create' }, () => new Date());
  const existing = await accounts.byEmail(nobody, email);
  if (existing?.isSuperAdmin) return 'ADMIN_EMAIL is a super admin already: nothing was changed, the password neither.';
  if (existing) throw new Error('ADMIN_EMAIL belongs to a user who is no super admin. Choose another email.');
  await founding.createSuperAdmin(email, password);
  return 'The super admin was created. Sign in with the mutation `login`.';
}

async function createAndTell(): Promise<0 | 1> {
  try {
    process.stdout.write(`${await createAdmin()}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof DomainError ? error.message : told(error)}\n`);
    return 1;
  }
}

process.exitCode = await runCommand({ usage: USAGE, options: {}, run: createAndTell });
