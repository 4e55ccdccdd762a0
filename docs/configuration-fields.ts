/** What each field of the configuration means, by its path; docs/generate.ts holds the paths against the schema. */
export const meanings: Readonly<Record<string, string>> = {
  dataDir: 'Folder of the embedded ledger and of a private Redis. Relative to the file.',
  'redis.url':
    '`redis://` or `rediss://`. Left out, a private Redis is found or started in `dataDir`. Variable: `REDIS_URL`.',
  'redis.ca':
    'A file with the PEM certificates that alone vouch for the server of a `rediss://` url; relative to the file. Left out, those that Node.js trusts. See [TLS](security.md#tls).',
  'redis.prefix': 'What all keys in Redis begin with: BullMQ’s prefix.',
  'database.url':
    '`file:PATH`, or `postgres://USER:PASSWORD@HOST/DATABASE` for workers on several machines (see [the ledger](ledger.md)). Left out, `ledger.db` in `dataDir`. Variable: `DATABASE_URL`.',
  'api.host': 'Where the HTTP API listens; anywhere but on loopback it needs an API key.',
  'api.port': 'Its port. If it is taken, `serve` ends with exit code 2.',
  'api.requestsPerSecond':
    'Requests that one key may make a second, at each server process; more are answered 429.',
  'api.keys[].name':
    'Who holds the key: the name that stands on record. Keys of the file are for the beginning and have no end; others stand in the ledger (`expunge keys create`).',
  'api.keys[].sha256': 'SHA-256 of the key, in hexadecimal: `printf %s "$KEY" | sha256sum`.',
  'api.keys[].scopes':
    'What the key may do, each as `VERB`, `VERB:ACCOUNT` or `VERB:ACCOUNT:OPERATION` (`*` is any account): `enqueue`, `campaign` (plan, run, pause, cancel), `approve`, `operate` (lanes, halt), `read`, `keys` (create keys for what it may do itself), and what widens a deletion: `delete-physical-files`, `image-type-all`, `urls`, `reference-ids`.',
  'metrics.host':
    'Where `/metrics`, `/livez` and `/readyz` listen. They have no login: beyond loopback only in a private network.',
  'metrics.port': 'If it is taken, the next free one, said at start. 0 takes any.',
  'approval.above':
    'Campaigns of more targets than this are approved by a second person. 0: all of them. `off`: none.',
  'egress.NAME.perSecond':
    'Calls per second of all accounts that leave by one IP address, counted when a call is sent. Alibaba documents 300. Accounts without an `endpoint` belong to `default` if it is configured.',
  'retry.attempts': 'Attempts before a target is exhausted. Throttled calls and splits spend none.',
  'retry.ceilingMs': 'Longest wait between two attempts, in milliseconds; each wait is a random part of it.',
  brake: '`false` switches the brake off. Then a wrong region deletes nothing and looks like success.',
  'brake.window': 'The shares below are those of so many targets settled last.',
  'brake.minimum': 'Fewer settled targets than this are no evidence.',
  'brake.absentShare': 'Share of absent targets, 0 to 1, above which the lane pauses.',
  'brake.refusedShare': 'The same of refused ones.',
  'protected.files':
    'Files with one id or URL a line, that may not be deleted whoever asks; `#` lines and empty ones are skipped. Read at start: restart workers when one changes. A file that is missing or holds no id is a mistake. See [protected ids](#protected-ids).',
  'protected.patterns':
    'The same by pattern: `*` is any characters, `?` is one, all else is itself; held against the whole id or URL.',
  foreignJobs:
    'Without signing keys. `refuse`: a queue job whose targets the ledger does not know deletes nothing. `allow`: it is recorded and carried out, so whoever can write to Redis can delete. With signing keys every job must be signed, and this is without effect.',
  signingKey:
    'Secret of at least 32 characters that [jobs are signed](jobs.md) with, as the key of id `default`. The same for all processes that enqueue or work. Variable: `EXPUNGE_SIGNING_KEY`.',
  'signingKeys[].id': 'For [rotation](jobs.md#rotating-keys): the name by which a job chooses its key.',
  'signingKeys[].key':
    'A secret as above. Of all keys the first signs (`signingKey`, where there is one), and each is accepted.',
  'log.level': '`trace`, `debug`, `info`, `warn`, `error` or `silent`. Variable: `LOG_LEVEL`.',
};
