import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

const noBarrels = {
  selector: 'ExportAllDeclaration',
  message: 'No barrels: import from the file that owns the thing.',
};

/** To read a time that was written down is no reading of the clock. */
const noClock = [
  'CallExpression[callee.name="Date"]',
  'NewExpression[callee.name="Date"][arguments.length=0]',
  'MemberExpression[object.name="Date"][property.name="now"]',
].map((selector) => ({ selector, message: 'Times go in as arguments; the shell reads the clock.' }));

export default tseslint.config(
  { ignores: ['dist/', 'dist-bench/', 'test/fixtures/', 'client/dist/', 'client/src/openapi.ts'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: ['error', 'always'],
      'no-restricted-syntax': ['error', noBarrels],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Nest modules are classes that carry nothing but their decorator.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // Nest types its options as classes that nobody instantiates.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // An unchanged parameter name in a signature is documentation, and `_` marks it as unused on purpose.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    // `process.env` is read in one place.
    files: ['src/**/*.ts'],
    ignores: ['src/installation/settings.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'Read the environment in src/installation/settings.ts only.',
        },
      ],
    },
  },
  {
    files: [
      'src/events/**',
      'src/log/**',
      'src/access/**',
      'src/identity/**',
      'src/writer/**',
      'src/commands/**',
      'src/migrations/**',
      'src/schema/**',
      'src/projections/**',
      'src/queries/**',
    ],
    rules: {
      'no-restricted-syntax': ['error', noBarrels, ...noClock],
    },
  },
  {
    // A function fits on a screen. Those that don't hold a state for the functions that stand in them, or a table.
    files: ['src/**/*.ts'],
    ignores: [
      'src/http/server.ts',
      'src/projections/pages.ts',
      'src/projections/versions.ts',
      'src/queries/page-finders.ts',
      'src/server/service.ts',
      'src/upgrade/successor.ts',
      'src/writer/execute.ts',
      'src/writer/thread-writer.ts',
      'src/writer/writer-thread.ts',
    ],
    rules: { 'max-lines-per-function': ['error', 80] },
  },
  {
    // More are an object with names.
    files: ['src/**/*.ts'],
    ignores: [
      'src/http/hand-over/hold-requests.ts',
      'src/http/server.ts',
      'src/queries/diff-versions.ts', // Nest injects into a constructor
      'src/schema/laws/**', // a law's: what is checked, and what of it is at hand
    ],
    rules: { 'max-params': ['error', 5] },
  },
  { files: ['**/*.js', '**/*.cjs', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
  {
    files: ['examples/**'],
    languageOptions: {
      globals: {
        console: 'readonly',
        fetch: 'readonly',
        process: 'readonly',
        setTimeout: 'readonly',
        TextDecoderStream: 'readonly',
        URL: 'readonly',
      },
    },
  },
  { files: ['**/*.cjs'], languageOptions: { globals: { module: 'writable', process: 'readonly' } } },
  prettier,
);
