/** deploy/redis/users.acl on a real Redis: enough for all that we do there, and for nothing else. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { JobEnd } from '../../src/job.ts';
import { openQueues, type OfferedJob } from '../../src/queue.ts';
import { secrets } from '../secrets/secrets.ts';
import { expectAgreement, until } from './judge.ts';
import { redisWith, type RedisWith } from './redis-with.ts';
import { numbered } from './targets.ts';
import { WorkerProcess } from './worker-process.ts';
import { World } from './world.ts';

const video = 'alibaba.vod.delete-video';
const lane = `acc~${video}`;
const template = readFileSync(new URL('../../deploy/redis/users.acl', import.meta.url), 'utf8');
const passwords = {
  ADMIN: secrets.redisAdminPassword,
  EXPUNGE: secrets.redisPassword,
  PRODUCER: secrets.redisProducerPassword,
};

let dir: string;
let redis: RedisWith;
let admin: Redis;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'expunge-acl-'));
  const file = join(dir, 'users.acl');
  // as docs/security.md tells people to
  const users = template.replaceAll(
    /SHA256_OF_(ADMIN|EXPUNGE|PRODUCER)_PASSWORD/g,
    (_, who: keyof typeof passwords) => createHash('sha256').update(passwords[who]).digest('hex'),
  );
  writeFileSync(file, users);
  redis = await redisWith((port) => [
    '--port',
    String(port),
    '--aclfile',
    file,
    '--enable-debug-command',
    'yes',
  ]);
  admin = client('admin', passwords.ADMIN);
});
afterAll(async () => {
  admin.disconnect();
  await redis.stop();
  rmSync(dir, { recursive: true });
});
beforeEach(async () => {
  await admin.flushall();
  await admin.acl('LOG', 'RESET');
});

const urlOf = (user: string, password: string) => `redis://${user}:${password}@127.0.0.1:${redis.port}`;
const client = (user: string, password: string) =>
  new Redis(urlOf(user, password), { disableClientInfo: true, maxRetriesPerRequest: 1 });

/** What was denied since the test began, in Redis's own words. */
async function denied(): Promise<readonly string[]> {
  const log = (await admin.acl('LOG')) as readonly (readonly unknown[])[];
  return log.map((entry) => {
    const field = (name: string) => String(entry[entry.indexOf(name) + 1]);
    return `${field('reason')} ${field('object')} of ${field('username')}`;
  });
}

const queuesAs = (user: string, password: string, errors: string[]) => {
  const options = { url: urlOf(user, password), prefix: 'expunge', clock: systemClock };
  const queues = openQueues({ ...options, onError: ({ message }) => void errors.push(message) });
  onTestFinished(() => queues.close());
  return queues;
};

const job = (id: string, urgent: boolean): OfferedJob => ({
  ...{ id, urgent },
  data: { v: 1, request: 'R', targets: [id], requester: 'ann', reason: '', issuedAt: 1, expiresAt: 2 },
});

describe('the user expunge', () => {
  it('lets workers start, drain, pause, be killed and take over, with nothing denied', async () => {
    const url = urlOf('expunge', passwords.EXPUNGE);
    const world = await World.open({
      redisUrl: url,
      accounts: { acc: { [video]: { cap: 30 } } },
      settings: { redis: { url, prefix: 'expunge' } },
    });
    onTestFinished(() => world.close());
    world.emulator.inventory({ DeleteVideo: { prefix: 'v', count: 4_000 } });
    world.emulator.setFaults([{ kind: 'throttle', share: 0.1 }]);
    const { request } = await world.enqueue('acc', video, numbered('v', 1_500));
    const first = await WorkerProcess.start(world);
    await until('half of it', async () => ((await world.ledger.tally(request)).open ?? 0) < 1_000);
    const urgent = await world.enqueue('acc', video, ['u1', 'u2'], { urgent: true });
    await world.ledger.setLane(lane, 'paused', 'for a moment', 'test');
    await until('the pause', async () => (await world.queues.active(lane)).length === 0);
    await world.ledger.setLane(lane, 'open', '', 'test');
    await until('it goes on', async () => (await world.queues.active(lane)).length > 0);
    first.signal('SIGKILL');
    await first.ended;
    const second = await WorkerProcess.start(world);
    expect(await world.settled(request, 120_000)).toEqual({ deleted: 1_500 });
    expect(await world.settled(urgent.request)).toEqual({ absent: 2 });
    await second.stop();
    await expectAgreement(world);
    expect(second.lines.filter(({ msg }) => msg.includes('redis'))).toEqual([]);
    expect(await denied()).toEqual([]);
  });

  const ends: readonly JobEnd[] = [
    { results: [] },
    { back: true },
    { laterMs: 50 },
    { refused: 'malformed' },
  ];
  it('lets each job end in each way, be found and be discarded, with nothing denied', async () => {
    const errors: string[] = [];
    const queues = queuesAs('expunge', passwords.EXPUNGE, errors);
    await queues.connected(5_000);
    expect(await queues.unfit()).toBeUndefined();
    await queues.accepting();
    for (const urgent of [true, false])
      await queues.add(
        lane,
        ends.map((_, n) => job(`${urgent}-${n}`, urgent)),
      );
    const begun = new Map<string, number>();
    const consumer = queues.consume(lane, async (_, id) => {
      begun.set(id, (begun.get(id) ?? 0) + 1);
      const end = ends[Number(id.slice(-1))] ?? { results: [] };
      return begun.get(id) === 1 ? end : { results: [] };
    });
    await until('all of them over', async () => {
      const counts = await queues.counts(lane);
      return counts['completed'] === 6 && counts['failed'] === 2;
    });
    consumer.pause();
    await queues.add(lane, [job('last', true), job('lost', false)]);
    expect(await queues.alive(lane, ['last', 'lost', 'nobody'], 1_000)).toEqual(new Set(['last', 'lost']));
    await queues.discard(lane, ['last', 'lost']);
    expect(await queues.alive(lane, ['last', 'lost'], 1_000)).toEqual(new Set());
    await consumer.close();
    expect(errors).toEqual([]);
    expect(await denied()).toEqual([]);
  });

  it('may run each command of the scripts that BullMQ runs for us', async () => {
    const scripts = createRequire(import.meta.url)('bullmq/dist/cjs/scripts') as Record<
      string,
      { content: string }
    >;
    const ran =
      'addDelayedJob addPrioritizedJob addStandardJob extendLock extendLocks getCounts getState getStateV2 ' +
      'moveJobFromActiveToWait moveStalledJobsToWait moveToActive moveToDelayed moveToFinished releaseLock removeJob';
    const commands = ran.split(' ').flatMap((name) => {
      const lua = scripts[name]?.content.replace(/--\[\[.*?\]\]|--.*?$/gms, '');
      if (lua === undefined) throw new Error(`BullMQ has no script ${name} any more`);
      return [...lua.matchAll(/\brcall\(\s*["'](\w+)["']/g)].map(([, command = '']) => command.toLowerCase());
    });
    const rules = template.split('\n').find((line) => line.startsWith('user expunge on'));
    const allowed = new Set(
      rules
        ?.split(' ')
        .filter((rule) => rule.startsWith('+'))
        .map((rule) => rule.slice(1)),
    );
    expect(new Set(commands).size).toBeGreaterThan(30);
    expect(new Set(commands.filter((command) => !allowed.has(command)))).toEqual(new Set());
  });
});

describe('the user expunge-producer', () => {
  it('lets jobs be added and found, and neither taken nor removed', async () => {
    const errors: string[] = [];
    const queues = queuesAs('expunge-producer', passwords.PRODUCER, errors);
    await queues.connected(5_000);
    expect(await queues.unfit()).toBeUndefined();
    await queues.accepting();
    await queues.add(lane, [job('one', true), job('two', false)]);
    expect(await queues.alive(lane, ['one', 'two'], 1_000)).toEqual(new Set(['one', 'two']));
    expect(await queues.counts(lane)).toMatchObject({ waiting: 1, prioritized: 1 });
    expect(errors).toEqual([]);
    expect(await denied()).toEqual([]);
    await expect(queues.discard(lane, ['one'])).rejects.toThrow('NOPERM');
    expect(await queues.alive(lane, ['one'], 1_000)).toEqual(new Set(['one']));
  });
});

/** What a stolen password must not be good for. */
const harm = [
  'FLUSHALL',
  'FLUSHDB',
  'KEYS *',
  'SCAN 0',
  'RANDOMKEY',
  'DBSIZE',
  'CONFIG GET requirepass',
  'CONFIG SET maxmemory-policy allkeys-lru',
  'CONFIG REWRITE',
  'SHUTDOWN NOSAVE',
  'DEBUG SLEEP 0',
  'MONITOR',
  'ACL LIST',
  'ACL SETUSER expunge +@all',
  'CLIENT LIST',
  'CLIENT KILL TYPE normal',
  'CLIENT PAUSE 1000',
  'SCRIPT FLUSH',
  'FUNCTION LIST',
  'MODULE LIST',
  'REPLICAOF 127.0.0.1 1',
  'SAVE',
  'BGREWRITEAOF',
  'SWAPDB 0 1',
  'SELECT 1',
  'SLOWLOG GET',
  'LATENCY RESET',
  'MIGRATE 127.0.0.1 1 expunge:x 0 1',
  'RESTORE expunge:x 0 x',
  'DUMP expunge:x',
  'RENAME expunge:x expunge:y',
  'SUBSCRIBE news',
  'PUBLISH news x',
  'GET other',
  'SET other x',
  'DEL other',
  'HSET expunged x y',
  'LRANGE bull:queue:wait 0 -1',
] as const;
/** Redis looks into a script when it runs: what the user may not, its scripts may not. */
const scripted = [
  "return redis.call('GET', 'other')",
  "return redis.call('FLUSHALL')",
  "return redis.call('KEYS', '*')",
];

describe.each([
  ['expunge', passwords.EXPUNGE],
  ['expunge-producer', passwords.PRODUCER],
])('a thief with the password of %s', (user, password) => {
  const as = () => {
    const thief = client(user, password);
    onTestFinished(() => thief.disconnect());
    return thief;
  };

  it.each(harm)('is denied %s', async (line) => {
    await admin.set('other', 'theirs');
    const [command = '', ...args] = line.split(' ');
    await expect(as().call(command, ...args)).rejects.toThrow(/^NOPERM/);
    expect(await admin.get('other')).toBe('theirs');
  });

  it.each(scripted)('is denied the script %s', async (lua) => {
    await admin.set('other', 'theirs');
    await expect(as().eval(lua, 0)).rejects.toThrow(/NOPERM|ACL failure|The user executing the script can't/);
    expect(await admin.get('other')).toBe('theirs');
  });
});

describe('everybody else', () => {
  it.each([
    ['without a password', '', ''],
    ['as default with a password', 'default', passwords.EXPUNGE],
    ['with a password that is wrong', 'expunge', 'not-it'],
    ['with the password of another user', 'expunge', passwords.PRODUCER],
  ])('gets nothing %s', async (_, user, password) => {
    const stranger = new Redis(user === '' ? `redis://127.0.0.1:${redis.port}` : urlOf(user, password), {
      ...{
        disableClientInfo: true,
        enableReadyCheck: false,
        maxRetriesPerRequest: 0,
        retryStrategy: () => null,
      },
    });
    stranger.on('error', () => undefined);
    onTestFinished(() => stranger.disconnect());
    await expect(stranger.call('GET', 'expunge:x')).rejects.toThrow(/NOAUTH|WRONGPASS|closed/);
  });
});
