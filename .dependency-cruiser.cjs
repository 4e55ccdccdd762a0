/**
 * Who may import whom. Each rule's comment says why; `npm run check:imports` holds the code against them.
 * Types count as imports, except where a rule says that they don't.
 */

/** One third-party library, one place that imports it: what it does badly is then repaired in one place. */
const libraries = {
  '@alicloud/credentials': 'src/providers/alibaba/credential[^/]*\\.ts',
  bottleneck: 'src/turns\\.ts',
  bullmq: 'src/queue\\.ts',
  'close-with-grace': 'src/(main|app)\\.ts',
  commander: 'src/producers/cli/.+',
  'csv-parse': 'src/producers/.+',
  '@fastify/rate-limit': 'src/producers/http-api/server\\.ts',
  '@fastify/swagger': 'src/producers/http-api/(server|openapi)\\.ts',
  '@fastify/swagger-ui': 'src/producers/http-api/server\\.ts',
  fastify: 'src/producers/http-api/.+',
  'fastify-type-provider-zod': 'src/producers/http-api/.+',
  'fast-xml-parser': 'src/providers/alibaba/[^/]+\\.ts',
  ioredis: 'src/redis\\.ts',
  libsql: 'src/ledger/(libsql-thread\\.js|campaign/seen\\.ts)',
  pg: 'src/ledger/postgres\\.ts',
  pino: 'src/log\\.ts',
  'pino-pretty': 'src/log\\.ts',
  'prom-client': 'src/metrics\\.ts',
  undici: 'src/providers/transport\\.ts',
  yaml: 'src/config(\\.ts|/.+)',
};
/** A schema language and a query builder are spoken everywhere, like TypeScript itself. */
const everywhere = ['zod', 'kysely'];

const installed = (names) => `(^|/)node_modules/(@types/)?(${names.join('|')})/`;

const oneImporter = Object.entries(libraries).map(([library, home]) => ({
  name: `only-one-place-imports-${library.replace(/[@/]/g, '-').replace(/^-/, '')}`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^${home}$` },
  to: { path: installed([library]) },
}));

const never = (name, comment, from, to) => ({ name, severity: 'error', comment, from, to });

module.exports = {
  forbidden: [
    never('no-cycles', 'what needs each other is one thing', {}, { circular: true }),
    never(
      'no-orphans',
      'a file that nobody imports and that imports nobody is left over',
      { orphan: true, path: '^src/' },
      {},
    ),
    never('resolvable', 'an import that leads nowhere', {}, { couldNotResolve: true }),

    never(
      'the-language-imports-nothing',
      'every file speaks it',
      { path: '^src/deletion\\.ts$' },
      { path: '.' },
    ),
    never(
      'the-clock-imports-nothing-of-ours',
      'everything takes it as an argument',
      { path: '^src/clock\\.ts$' },
      { path: '^src/' },
    ),
    never(
      'workers-do-not-know-producers',
      'they meet in the queue and the ledger',
      { path: '^src/workers/' },
      { path: '^src/producers/' },
    ),
    never(
      'producers-do-not-know-workers',
      'they meet in the queue and the ledger',
      { path: '^src/producers/' },
      { path: '^src/workers/' },
    ),
    never(
      'providers-know-the-language-and-the-clock',
      'an adapter is pure: it can be read, tested and replaced alone',
      { path: '^src/providers/' },
      { path: '^src/', pathNot: '^src/(providers/|deletion\\.ts$|clock\\.ts$)' },
    ),
    never(
      'a-provider-does-not-look-up',
      'the list of operations, calls and transport are built on adapters, not beneath them',
      { path: '^src/providers/[^/]+/' },
      { path: '^src/providers/(operations|call|transport)\\.ts$' },
    ),
    never(
      'a-provider-does-not-know-another',
      'clouds share nothing but the contract',
      { path: '^src/providers/([^/]+)/' },
      { path: '^src/providers/[^/]+/', pathNot: '^src/providers/$1/' },
    ),
    never(
      'an-operation-does-not-know-another',
      'one operation, one file: a fifth must not be able to break the four',
      { path: '^src/providers/[^/]+/(vod|ice)-[^/]+\\.ts$' },
      { path: '^src/providers/[^/]+/(vod|ice)-[^/]+\\.ts$' },
    ),
    never(
      'the-contract-imports-only-the-language',
      'the four operations stand on it',
      { path: '^src/providers/operation\\.ts$' },
      { path: '^src/', pathNot: '^src/deletion\\.ts$' },
    ),
    never(
      'the-emulator-shares-no-adapter-code',
      'it is the oracle of the tests: one mistake must not hide in both',
      { path: '^src/emulator/' },
      { path: '^src/providers/', pathNot: '^src/providers/operation\\.ts$' },
    ),
    never(
      'the-emulator-shares-types-of-the-contract-at-most',
      'see above',
      { path: '^src/emulator/' },
      { path: '^src/providers/operation\\.ts$', dependencyTypesNot: ['type-only'] },
    ),
    never(
      'the-emulator-needs-no-queue-and-no-ledger',
      'it answers for a provider, which has neither',
      { path: '^src/emulator/' },
      { path: '^src/(workers|producers|ledger|redis-server)/|^src/(queue|limiter)\\.ts$' },
    ),
    never(
      'the-work-does-not-know-the-emulator',
      'what drains queues must not be able to tell it from a provider',
      { path: '^src/(workers|ledger|providers)/|^src/(queue|limiter)\\.ts$' },
      { path: '^src/emulator/' },
    ),
    never(
      'the-ledger-knows-no-one',
      'it is the truth: it records what others do, and asks none of them',
      { path: '^src/ledger/' },
      {
        path: '^src/(workers|producers|providers|emulator|redis-server)/',
        pathNot: '^src/providers/operation\\.ts$',
      },
    ),
    never(
      'the-ledger-shares-types-of-the-contract-at-most',
      'see above',
      { path: '^src/ledger/' },
      { path: '^src/providers/operation\\.ts$', dependencyTypesNot: ['type-only'] },
    ),
    never(
      'queue-and-limiter-know-neither-end',
      'producers and workers are built on them',
      { path: '^src/(queue|job|limiter|turns|ring|pace|metrics|log)\\.ts$' },
      { path: '^src/(workers|producers)/' },
    ),
    never(
      'redis-server-stands-alone',
      'it runs before there is anything to queue, record or configure',
      { path: '^src/redis-server/' },
      { path: '^src/', pathNot: '^src/(redis-server/|clock\\.ts$)' },
    ),
    never(
      'only-redis-server-starts-programs',
      'a private Redis, and the demo, whose parts are commands of ours; nothing else needs another process',
      { path: '^src/', pathNot: '^src/(redis-server/|producers/cli/demo/child\\.ts$)' },
      { path: '^(node:)?child_process$' },
    ),

    ...oneImporter,
    never(
      'every-library-has-one-place',
      'a new library goes into the table above, with the one file that imports it',
      { path: '^src/' },
      {
        path: '(^|/)node_modules/',
        pathNot: [installed([...Object.keys(libraries), ...everywhere]), '(^|/)node_modules/@types/node/'],
      },
    ),
    never(
      'the-product-needs-no-development-package',
      'it would be missing where it is installed',
      { path: '^src/' },
      { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: '(^|/)node_modules/@types/' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
