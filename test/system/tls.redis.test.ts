/** `rediss://` to a real Redis: encrypted, and only to the server that the certificate is for. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { queuesOf } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { loadConfig, secretsOf } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { operations } from '../../src/providers/operations.ts';
import { secrets } from '../secrets/secrets.ts';
import { certify } from '../tls/certificate.ts';
import { expectAgreement } from './judge.ts';
import { redisWith, type RedisWith } from './redis-with.ts';
import { numbered } from './targets.ts';
import { WorkerProcess } from './worker-process.ts';
import { World } from './world.ts';
import { keeping } from '../secrets/heard.ts';

const video = 'alibaba.vod.delete-video';
/** What a password may hold: it stands percent-encoded in the address, and must be shown in neither form. */
const password = secrets.redisPasswordWithSigns;
const ours = certify('the CA of the tests');
const server = certify('redis', ours);
const elsewhere = certify('elsewhere', ours, 'redis.example.com');
const stranger = certify('another CA');

let dir: string;
let redis: RedisWith | undefined;
let foreign: RedisWith | undefined;

const file = (name: string, content: string): string => {
  writeFileSync(join(dir, name), content);
  return join(dir, name);
};

const tlsRedis = ({ name, certificate, key }: typeof server) =>
  redisWith((port) => [
    ...['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no'],
    ...['--tls-cert-file', file(`${name}.pem`, certificate), '--tls-key-file', file(`${name}.key`, key)],
    ...['--aclfile', file(`${name}.acl`, `user default off\nuser expunge on >${password} ~* +@all\n`)],
  ]).catch((error: unknown) => {
    if (!/tls-port|without TLS/i.test(String(error))) throw error;
    console.warn('skipped: tests over TLS; this Redis was built without it');
    return undefined;
  });

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'expunge-tls-'));
  file('ours.pem', ours.certificate);
  file('stranger.pem', stranger.certificate);
  redis = await tlsRedis(server);
  foreign = await tlsRedis(elsewhere);
});
afterAll(async () => {
  await redis?.stop();
  await foreign?.stop();
  rmSync(dir, { recursive: true });
});
beforeEach(({ skip }) => {
  if (!redis) skip('this Redis was built without TLS');
});

const urlTo = (port = 0, secret: string = password) =>
  `rediss://expunge:${encodeURIComponent(secret)}@127.0.0.1:${port}`;

/** What `serve` would say at its start, on the terminal and in its log; '' where it takes the queue. */
async function refusal(url: string, ca?: string): Promise<string> {
  const config = { redis: { url, ...(ca !== undefined && { ca: join(dir, ca) }) } };
  const loaded = loadConfig({
    file: file('expunge.json', JSON.stringify(config)),
    env: {},
    cwd: dir,
    operations,
  });
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
  const lines: string[] = [];
  const log = createLog({
    ...{ level: 'debug', clock: systemClock, secrets: secretsOf(loaded.config) },
    destination: keeping(lines),
  });
  const inUse = { url, private: false, startedHere: false, stop: async () => undefined };
  const said = await queuesOf(loaded.config, inUse, systemClock, log).then(
    async (queues) => {
      await queues.accepting();
      await queues.close();
      return '';
    },
    (error: unknown) => (error as Error).message,
  );
  for (const secret of [password, encodeURIComponent(password), secrets.wrongRedisPassword])
    expect(`${said}${lines.join('')}`).not.toContain(secret);
  return said;
}

describe('queuesOf', () => {
  it('takes a Redis that redis.ca vouches for, as the user and with the password of its address', async () => {
    expect(await refusal(urlTo(redis?.port), 'ours.pem')).toBe('');
  });

  it.each([
    ['without redis.ca', undefined],
    ['where redis.ca is somebody else', 'stranger.pem'],
  ])('refuses a certificate that nobody vouches for %s, and says which field to set', async (_, ca) => {
    const said = await refusal(urlTo(redis?.port), ca);
    expect(said).toContain(`Redis at 127.0.0.1:${redis?.port} can't be reached: `);
    expect(said).toContain('vouched for by nobody whom this machine trusts');
    expect(said).toContain('redis.ca');
  });

  it('refuses the certificate of another host, whoever vouches for it', async () => {
    const said = await refusal(urlTo(foreign?.port), 'ours.pem');
    expect(said).toContain('Its certificate is for another name');
  });

  it('says so where the password is wrong, and shows neither it nor the right one', async () => {
    const said = await refusal(urlTo(redis?.port, secrets.wrongRedisPassword), 'ours.pem');
    expect(said).toContain('Correct the user and the password in redis.url or REDIS_URL.');
  });

  it.each([
    ['TLS from a port that speaks none', 'rediss'],
    ['no TLS from a port that speaks it', 'redis'],
  ])('gives up on %s, and names both schemes', async (_, scheme) => {
    const plain = await redisWith((port) => ['--port', String(port)]);
    onTestFinished(() => plain.stop());
    const url = scheme === 'rediss' ? urlTo(plain.port) : urlTo(redis?.port).replace('rediss', 'redis');
    expect(await refusal(url)).toContain('rediss:// where it speaks TLS, redis:// where it does not');
  });
});

describe('expunge serve', () => {
  it('drains over TLS, and shows no password', async () => {
    const url = urlTo(redis?.port);
    const world = await World.open({
      redisUrl: url,
      accounts: { acc: { [video]: { cap: 30 } } },
      settings: { redis: { url, ca: join(dir, 'ours.pem'), prefix: 'expunge' } },
    });
    onTestFinished(() => world.close());
    world.emulator.inventory({ DeleteVideo: { prefix: 'v', count: 300 } });
    const { request } = await world.enqueue('acc', video, numbered('v', 300));
    const worker = await WorkerProcess.start(world);
    expect(await world.settled(request)).toEqual({ deleted: 300 });
    await worker.stop();
    await expectAgreement(world);
    expect(JSON.stringify([worker.lines, worker.stray])).not.toContain(password);
  });

  it('trusts who NODE_EXTRA_CA_CERTS names, too', async () => {
    const accounts = {
      acc: {
        ...{ provider: 'alibaba', region: 'cn-shanghai', endpoint: 'http://127.0.0.1:9' },
        credentials: { accessKeyId: 'key-of-acc', accessKeySecret: secrets.providerSecret },
      },
    };
    const config = file(
      'extra.json',
      JSON.stringify({ redis: { url: urlTo(redis?.port) }, metrics: { port: 0 }, accounts }),
    );
    const args = ['--import', 'tsx', 'src/main.ts', 'serve', '--worker', '--json', '--config', config];
    const child = spawn(process.execPath, args, {
      env: { PATH: process.env['PATH'], NODE_EXTRA_CA_CERTS: join(dir, 'ours.pem') },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(child, 'exit');
    const errors = text(child.stderr);
    const [line] = (await Promise.race([once(child.stdout, 'data'), ended])) as unknown[];
    child.kill();
    await ended;
    expect(String(line)).toContain('"started":true');
    expect(await errors).not.toContain(password);
  });
});
