/**
 * The order of src/ (docs/architecture.md): the floors, and on each its rooms. What stands in a place imports only from
 * itself and from the places before it, so no cycle can form. A new room is a line here, where all that it needs is above it.
 * A place that ends in `*` is the files of a folder without those of its rooms.
 */
const PLACES = [
  // no Nest, no database
  'foundation/errors',
  'foundation/fair-share',
  'foundation/request-context',
  'foundation/text',
  'foundation/time',
  'foundation/command-line',

  // tools, which know nothing of therapy
  'platform/config',
  'platform/observability',
  'platform/database/connection',
  'platform/database/transactions',
  'platform/database/rows',
  'platform/database/schema',
  'platform/database/embedded',
  'platform/database/*',
  'platform/graphql/inputs',
  'platform/graphql/lists',
  'platform/graphql/edge',
  'platform/graphql/*',

  // what every door asks and tells
  'rules/access',
  'rules/rest',
  'rules/idempotency',
  'rules/audit',
  'rules/rate-limits',

  'people/organizations',
  'people/patients',
  'people/practitioners',
  'people/users',
  'people/emergency-access',
  'people/second-factor',
  'people/auth',

  'care/service-codes',
  'care/authorizations',
  'care/appointments',
  'care/sessions',

  'oversight/audit-trail',
  'oversight/verification',

  // the roof
  'app/demo',
  'app/playground',
  'app/health',
  'app/*',
  'commands/*',
];

/** The files of these places, as a regular expression. */
const files = (places) =>
  places.map((place) => `^src/${place.endsWith('*') ? `${place.slice(0, -1)}[^/]+\\.ts$` : `${place}/`}`).join('|') ||
  '^$';
/** What stands alone: a room with all that is in it, the roof's files each for themselves. */
const ROOM = '^src/([^/]+/[^/]+)/';
const FOUNDATION = files(PLACES.filter((place) => place.startsWith('foundation/')));
const ROOF = files(['app/*', 'commands/*']);
const NEST = 'node_modules/@nestjs/';
const FRAMEWORKS = `${NEST}|node_modules/(@types/)?(typeorm|pg|fastify|graphql|@apollo)/`;

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...PLACES.map((place, nth) =>
      rule(
        `uphill-from-${place}`,
        `${place} may import only from itself and from what stands before it in PLACES`,
        { path: files([place]) },
        { path: '^src/', pathNot: files(PLACES.slice(0, nth + 1)) },
      ),
    ),
    rule(
      'file-without-a-place',
      'every file of src/ stands in one of PLACES',
      { path: '^src/', pathNot: files(PLACES) },
      {},
    ),
    rule(
      'import-of-a-file-without-a-place',
      'every file of src/ stands in one of PLACES',
      {},
      { path: '^src/', pathNot: files(PLACES) },
    ),
    rule('no-cycle', 'also not through types alone', {}, { circular: true }),

    rule(
      'private-to-its-folder',
      'from another folder: its module, services, entities, types, decorators; never how it is reached from outside',
      { path: ROOM, pathNot: ROOF },
      { path: '^src/.*\\.(resolver|controller|inputs|guard)\\.ts$', pathNot: '^src/$1/' },
    ),
    rule(
      'private-to-its-folder-for-the-roof',
      'the roof puts modules together; only app.module.ts also names the guards',
      { path: ROOF },
      { path: '^src/.*\\.(resolver|controller|inputs)\\.ts$' },
    ),
    rule(
      'guards-for-app-module-alone',
      'guards are put up in one place, in one order; the front door asks one of them before it reads on',
      { path: ROOF, pathNot: '^src/app/(app\\.module|front-door)\\.ts$' },
      { path: '^src/.*\\.guard\\.ts$' },
    ),
    rule(
      'ids-from-one-place',
      'newId() draws random numbers for many ids at once',
      { path: '^src/', pathNot: '^src/platform/database/rows/new-id\\.ts$' },
      { path: 'node_modules/uuidv7/' },
    ),
    rule(
      'inputs-are-not-copied',
      'class-transformer leaves out keys of what it copies: src/platform/graphql/inputs/input-class.ts does not',
      { path: '^src/', pathNot: '^src/platform/config/environment\\.ts$' },
      { path: 'node_modules/class-transformer/' },
    ),
    rule('no-barrel', 'import the file that has it', {}, { path: '/index\\.ts$', pathNot: 'node_modules' }),
    rule('no-barrel-file', 'import the file that has it', { path: '/index\\.ts$', pathNot: 'node_modules' }, {}),

    rule(
      'foundation-without-frameworks',
      'errors, request-context, time and command-line are plain TypeScript; two files touch @nestjs/common to be injectable',
      { path: FOUNDATION, pathNot: '^src/foundation/(request-context/ctx\\.decorator|time/clock)\\.ts$' },
      { path: FRAMEWORKS },
    ),
    rule(
      'foundation-with-nest-common-at-most',
      'these two may import @nestjs/common, and no other framework',
      { path: '^src/foundation/(request-context/ctx\\.decorator|time/clock)\\.ts$' },
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
      'src/platform/database/schema/migrations.ts lists them',
      { pathNot: '^(src/platform/database|migrations)/' },
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
