/** What each field of the configuration means, by its path; docs/generate.ts holds the paths against the schema. */
export const meanings: Readonly<Record<string, string>> = {
  dataDir: 'Folder of the embedded ledger and of a private Redis. Relative to the file.',
  'redis.url':
    '`redis://` or `rediss://`. Left out, a private Redis is found or started in `dataDir`. Variable: `REDIS_URL`.',
  'redis.prefix': 'What all keys in Redis begin with: BullMQ’s prefix.',
  'database.url':
    '`file:PATH`, or `postgres://USER:PASSWORD@HOST/DATABASE` for workers on several machines (see [the ledger](ledger.md)). Left out, `ledger.db` in `dataDir`. Variable: `DATABASE_URL`.',
  'api.host': 'Without effect in this version (no HTTP API).',
  'api.port': 'Without effect in this version.',
  'api.keys[].name': 'Who holds the key: the name that stands on record.',
  'api.keys[].sha256': 'SHA-256 of the key, in hexadecimal: `printf %s "$KEY" | sha256sum`.',
  'api.keys[].scopes':
    'What the key may do: `campaign` (plan, run, pause, cancel), `approve`, `enqueue` (and ask again for dead letters); of one account: `approve:media-prod`.',
  'metrics.host':
    'Where `/metrics`, `/livez` and `/readyz` listen. They have no login: beyond loopback only in a private network.',
  'metrics.port': 'If it is taken, the next free one, said at start. 0 takes any.',
  'approval.above':
    'Campaigns of more targets than this are approved by a second person. 0: all of them. `off`: none.',
  'egress.NAME.perSecond':
    'Calls per second of all accounts that leave by one IP address, taken before the lane’s own turn. Alibaba documents 300. Accounts without an `endpoint` belong to `default` if it is configured.',
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
    '`refuse`: a queue job whose targets the ledger does not know deletes nothing. `allow`: it is recorded and carried out, so whoever can write to Redis can delete; jobs are not signed in this version.',
  signingKey: 'Without effect in this version: jobs are not signed. Variable: `EXPUNGE_SIGNING_KEY`.',
  'log.level': '`trace`, `debug`, `info`, `warn`, `error` or `silent`. Variable: `LOG_LEVEL`.',
};
