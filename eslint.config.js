import eslint from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const TESTS = ['test/**/*.ts', '**/*.spec.ts', 'bench/**/*.ts'];

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', '.data/', 'examples/client/graphql.ts', 'examples/client/enums.ts']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // A promise nobody waits for outlives its transaction.
      '@typescript-eslint/no-floating-promises': 'error',
      // A new status or role must be decided upon wherever one is switched on; a default would hide that.
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: false }],
      '@typescript-eslint/no-explicit-any': 'error',
      // Files are compiled one by one, as ESM: a type imported as a value is an import that fails at the start.
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: true },
      ],
      // Log lines go through Nest's logger, which knows the request and keeps patient data out.
      'no-console': 'error',

      // A connection that is lost between two listeners ends the process: ours listen to themselves.
      'no-restricted-syntax': [
        'error',
        {
          selector:
            ":matches(NewExpression[callee.property.name=/^(Client|Pool)$/][callee.object.name='pg'], [superClass.object.name='pg'])",
          message: 'Make it a SettledClient (connection/settled-client.ts), whose errors are always heard.',
        },
      ],

      // Nest's modules are classes with a decorator and nothing inside.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // Nest asks for classes where it means shapes: its own options (NestApplicationContextOptions), inputs, arguments.
      // What must not be made by hand has private members (Tx, RequestContext), and the compiler refuses a literal.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // A number reads the same in every template; what the rule is for is objects and undefined.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `() => this.log.warn(...)` says what it does: braces would add nothing.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    // These talk to a terminal.
    files: [
      'src/app/main.ts',
      'src/commands/admin.ts',
      'src/commands/migration-run.ts',
      'src/commands/schema.ts',
      'test/proof/*/main.ts',
      'test/contract/schema-changelog/main.ts',
      'test/platforms/suite.ts',
      'bench/main.ts',
    ],
    rules: { 'no-console': 'off' },
  },
  {
    // It is the one that is made of pg's own.
    files: ['src/platform/database/connection/client.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: TESTS,
    rules: {
      // A connection of a test is ended by the test, or fails it.
      'no-restricted-syntax': 'off',
      // expect(service.method) and jest's matchers hand methods around on purpose.
      '@typescript-eslint/unbound-method': 'off',
      // A missing element fails the test just as well as an assertion before it.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // GraphQL's answers and expect.any() are `any`; the expectation is their check.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      // A stand-in keeps the signature of what it stands for.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    // Configuration of tools, in no TypeScript project.
    files: ['**/*.{js,mjs,cjs}'],
    extends: [tseslint.configs.disableTypeChecked],
  },
);
