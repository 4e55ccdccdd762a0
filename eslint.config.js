import tseslint from 'typescript-eslint';

/** Reality enters through src/clock.ts alone, so that tests own time, chance and ids. */
const clock = 'take a Clock as argument: only src/clock.ts touches real time, randomness and ids';
const environment = 'only src/config* reads the environment: take what you need as an argument';

const rawTime = [
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: clock },
  { selector: "CallExpression[callee.name='Date']", message: clock },
  { selector: 'ImportDeclaration[source.value=/^(node:)?(timers|perf_hooks)/]', message: clock },
];
const noAny = { selector: 'TSAsExpression > TSAnyKeyword', message: 'say what it is, or parse it' };
const rawTimers = ['setTimeout', 'setInterval', 'setImmediate', 'performance'];
const rawProperties = [
  ...[
    ['Date', 'now'],
    ['performance', 'now'],
    ['Math', 'random'],
    ['process', 'hrtime'],
    ['process', 'uptime'],
  ],
  ...['randomUUID', 'randomBytes', 'getRandomValues', 'randomInt'].map((name) => ['crypto', name]),
  ...rawTimers.map((name) => ['globalThis', name]),
].map(([object, property]) => ({ object, property, message: clock }));
const rawEnvironment = { object: 'process', property: 'env', message: environment };
const rawImports = [
  ...['node:crypto', 'crypto'].map((name) => ({
    name,
    // the default too: its members can't be told apart by name
    importNames: [
      'default',
      'randomUUID',
      'randomBytes',
      'randomInt',
      'randomFill',
      'randomFillSync',
      'webcrypto',
    ],
    message: clock,
  })),
  ...['node:process', 'process'].map((name) => ({ name, message: 'use the global, which the rules watch' })),
];

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'data/', '.cache/', 'test/fixtures/'] },
  {
    // a rule that may be switched off line by line is not a rule
    linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' },
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'prefer-const': 'error',
      'no-restricted-syntax': ['error', noAny],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // numbers belong in messages; `() => server.close()` is how a call is handed on
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // our objects are closures without `this`: taking `{ now }` out of a Clock is sound, and Kysely asks for it
      '@typescript-eslint/unbound-method': 'off',
      // a contract may be asynchronous where one of its sides has nothing to wait for
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['src/**'],
    rules: {
      'max-lines': ['error', { max: 250, skipBlankLines: false, skipComments: false }],
      'no-restricted-globals': ['error', ...rawTimers.map((name) => ({ name, message: clock }))],
      'no-restricted-properties': ['error', ...rawProperties, rawEnvironment],
      'no-restricted-imports': ['error', { paths: rawImports }],
      'no-restricted-syntax': ['error', noAny, ...rawTime],
    },
  },
  // generated, as long as the API is wide
  { files: ['src/producers/client/openapi.ts'], rules: { 'max-lines': 'off' } },
  {
    files: ['src/clock.ts'],
    rules: {
      'no-restricted-globals': 'off',
      'no-restricted-properties': ['error', rawEnvironment],
      'no-restricted-imports': 'off',
      'no-restricted-syntax': ['error', noAny],
    },
  },
  {
    files: ['src/config.ts', 'src/config/**'],
    rules: { 'no-restricted-properties': ['error', ...rawProperties] },
  },
  {
    files: ['test/**', 'bench/**', 'docs/**', 'examples/**'],
    rules: {
      'no-console': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
  { files: ['**/*.{js,cjs}'], ...tseslint.configs.disableTypeChecked },
);
