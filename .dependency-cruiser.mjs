/**
 * The order of src/ (docs/architecture.md). A folder imports only from folders before it, so no cycle can form.
 * A new folder is a line here, at the place where what it needs is above it.
 */
const ORDER = [
  // foundation: no Nest, no database
  'errors',
  'request-context',
  'time',
  // plumbing
  'config',
  'observability',
  'database',
  'graphql',
  // house rules
  'access',
  'rest',
  'idempotency',
  'audit',
  'rate-limits',
  // people
  'organizations',
  'patients',
  'practitioners',
  'users',
  'emergency-access',
  'second-factor',
  'auth',
  // the work
  'service-codes',
  'authorizations',
  'appointments',
  'sessions',
  'audit-trail',
  'verification',
  'demo',
  'playground',
  'health',
];

const folders = (names) => `^src/(${names.join('|')})/`;
const FOUNDATION = ORDER.slice(0, 3);
const ROOF = '^src/[^/]+\\.ts$';
const NEST = 'node_modules/@nestjs/';
const FRAMEWORKS = `${NEST}|node_modules/(@types/)?(typeorm|pg|fastify|graphql|@apollo)/`;

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...ORDER.map((folder, place) =>
      rule(
        `uphill-from-${folder}`,
        `${folder}/ may import only from itself and from: ${ORDER.slice(0, place).join(', ') || 'nothing'}`,
        { path: folders([folder]) },
        { path: '^src/', pathNot: folders(ORDER.slice(0, place + 1)) },
      ),
    ),
    rule(
      'folder-without-a-place',
      'every folder of src/ has its place in ORDER',
      { path: '^src/[^/]+/', pathNot: folders(ORDER) },
      {},
    ),
    rule(
      'import-from-folder-without-a-place',
      'every folder of src/ has its place in ORDER',
      {},
      { path: '^src/[^/]+/', pathNot: folders(ORDER) },
    ),
    rule('no-cycle', 'also not through types alone', {}, { circular: true }),

    rule(
      'private-to-its-folder',
      'from another folder: its module, services, entities, types, decorators; never how it is reached from outside',
      { path: '^src/([^/]+)/' },
      { path: '^src/[^/]+/.*\\.(resolver|controller|inputs|guard)\\.ts$', pathNot: '^src/$1/' },
    ),
    rule(
      'private-to-its-folder-for-the-roof',
      'the roof puts modules together; only app.module.ts also names the guards',
      { path: ROOF },
      { path: '^src/[^/]+/.*\\.(resolver|controller|inputs)\\.ts$' },
    ),
    rule(
      'guards-for-app-module-alone',
      'guards are put up in one place, in one order',
      { path: ROOF, pathNot: '^src/app\\.module\\.ts$' },
      { path: '^src/.*\\.guard\\.ts$' },
    ),
    rule(
      'ids-from-one-place',
      'newId() draws random numbers for many ids at once',
      { path: '^src/', pathNot: '^src/database/new-id\\.ts$' },
      { path: 'node_modules/uuidv7/' },
    ),
    rule('no-barrel', 'import the file that has it', {}, { path: '/index\\.ts$', pathNot: 'node_modules' }),
    rule('no-barrel-file', 'import the file that has it', { path: '/index\\.ts$', pathNot: 'node_modules' }, {}),

    rule(
      'foundation-without-frameworks',
      'errors, request-context and time are plain TypeScript; two files touch @nestjs/common to be injectable',
      { path: folders(FOUNDATION), pathNot: '^src/(request-context/ctx\\.decorator|time/clock)\\.ts$' },
      { path: FRAMEWORKS },
    ),
    rule(
      'foundation-with-nest-common-at-most',
      'these two may import @nestjs/common, and no other framework',
      { path: '^src/(request-context/ctx\\.decorator|time/clock)\\.ts$' },
      { path: FRAMEWORKS, pathNot: `${NEST}common/` },
    ),
    rule(
      'migrations-are-frozen',
      'a migration must do tomorrow what it did on the day it was written',
      { path: '^migrations/' },
      { path: '^src/|^ormconfig' },
    ),
    rule(
      'migrations-for-the-database-alone',
      'src/database/migrations.ts lists them',
      { pathNot: '^(src/database|migrations)/' },
      { path: '^migrations/' },
    ),
    rule('page-apart', 'a page talks to the server by HTTP alone', { path: '^web/' }, { path: '^(src|migrations)/' }),
    rule('server-apart', 'and the server knows a page as built files', { pathNot: '^web/' }, { path: '^web/' }),
    rule(
      'tests-stay-outside',
      'only a spec may use what stands in test/',
      { path: '^(src|migrations|web)/', pathNot: '\\.spec\\.ts$' },
      { path: '^test/' },
    ),
    rule('unresolvable', 'what cannot be found cannot be checked', {}, { couldNotResolve: true }),
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^test/'] },
    exclude: { path: '^dist/' },
    // an `import type` is a dependency too
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
