/**
 * A bad day of a service, in which most of what the dashboards and the alerts are there for happens once. Its hours
 * are seconds: `test/system/monitoring.test.ts` plays it as fast as Prometheus can follow, the pictures of the
 * dashboards slower.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../../src/emulator/faults.ts';
import { image, media, thumbnails, video, type Monitored } from './monitored.ts';
import { numbered } from './targets.ts';

export interface Step {
  /** Seconds from the start, at the pace of the test. */
  readonly at: number;
  readonly what: string;
  readonly make: (run: Monitored) => Promise<unknown>;
}

/** What goes wrong the whole day. */
const always: readonly Fault[] = [
  { kind: 'forbid-ids', action: 'DeleteMediaInfos', ids: numbered('kept-', 200) },
  { kind: 'throttle', action: 'DeleteMediaInfos', share: 0.08, ms: 200 },
  { kind: 'timeout-after', action: 'DeleteVideo', count: 1 },
  { kind: 'slow', action: 'DeleteVideo', share: 0.02, ms: 900 },
  { kind: 'error-5xx', action: 'DeleteImage', share: 0.01 },
];
/** These on top of it, from then on, instead of those before. */
const ill =
  (...faults: readonly Fault[]) =>
  async ({ world }: Monitored) =>
    world.emulator.setFaults([...faults, ...always.filter(({ count }) => count === undefined)]);

/** All of `sound`, with an absent id after every few. */
const mixed = (sound: readonly string[], absent: readonly string[]): readonly string[] => {
  const every = Math.max(1, Math.floor(sound.length / Math.max(1, absent.length)));
  return sound.flatMap((id, n) => (n % every === 0 ? [id, ...absent.slice(n / every, n / every + 1)] : [id]));
};

async function campaign(run: Monitored, name: string, operation: string, ids: readonly string[]) {
  const file = join(run.world.dir, `${name}.txt`);
  writeFileSync(file, ids.join('\n'));
  const what = ['--account', 'media-prod', '--operation', operation, '--file', file, '--json'];
  const { hash, valid } = JSON.parse(await run.expunge('campaign', 'plan', name, ...what)) as Plan;
  await run.expunge('campaign', 'run', name, '--plan', hash, '--confirm', String(valid));
}
interface Plan {
  readonly hash: string;
  readonly valid: number;
}

const mistakes = async (run: Monitored) => {
  const asked = { account: 'media-prod', operation: video, reason: 'test' };
  for (let n = 0; n < 5; n++) {
    await run.ask('GET', '/v1/lanes');
    await run.ask('GET', '/v1/deletions/01M7Z80MNQPAW0QVK827AB61P3');
    await run.ask('GET', '/favicon.ico');
    await run.ask('POST', '/v1/deletions', { ...asked, ids: ['a,b'] });
    await run.ask('POST', '/v1/deletions', { ...asked, ids: [`video-${n}`] });
  }
};

/** `scale`: so many times longer; there is so much more to delete, too. */
export const badDay = (scale: number): readonly Step[] => {
  const ids = (prefix: string, count: number) => numbered(prefix, Math.round(count * scale));
  return [
    {
      at: 0,
      what: 'ids are asked for, and two campaigns run: one of them with a list of what is gone',
      async make(run) {
        run.world.emulator.inventory({
          ...{ DeleteImage: { prefix: 'image-', count: 60_000 * scale } },
          DeleteVideo: { prefix: 'video-', count: 60_000 * scale },
          DeleteMediaInfos: [
            { prefix: 'media-', count: 9_000 * scale },
            { prefix: 'kept-', count: 200 },
          ],
          DeleteThumbnails: { any: true },
        });
        run.world.emulator.setFaults(always);
        const bad = mixed(ids('gone-', 1_800), numbered('kept-', 200));
        await run.request('media-prod', media, mixed(ids('media-', 4_000), bad));
        await run.request('media-prod', video, ids('video-', 12_000));
        await run.request('huawei-prod', thumbnails, ids('task-', 900));
        await campaign(run, 'spring-cleanup', image, mixed(ids('image-', 24_000), ids('gone-', 240)));
      },
    },
    { at: 4, what: 'callers make mistakes', make: mistakes },
    {
      at: 6,
      what: 'media answers with a code and with ids that nobody knows, and a job is forged',
      async make(run) {
        const action = 'DeleteMediaInfos';
        await ill({ kind: 'unknown-code', action, count: 2 }, { kind: 'stranger', action, count: 2 })(run);
        await run.forgeJob('media-prod', video);
      },
    },
    {
      at: 9,
      what: 'a person pauses the videos',
      make: (run) => run.expunge('lane', 'pause', 'media-prod', video, '--reason', 'is the list right?'),
    },
    {
      at: 10,
      what: 'media is down',
      make: ill({ kind: 'error-5xx', action: 'DeleteMediaInfos' }),
    },
    {
      at: 14,
      what: 'a campaign is started with a list of what is gone',
      make: (run) => campaign(run, 'old-trailers', video, mixed(ids('video-9', 900), ids('gone-', 500))),
    },
    {
      at: 15,
      what: 'the videos are resumed',
      make: (run) => run.expunge('lane', 'resume', 'media-prod', video),
    },
    { at: 17, what: 'media is back', make: ill() },
    {
      at: 19,
      what: 'the key of huawei-prod is refused',
      make: ill({ kind: 'unauthorized', account: 'huawei-prod' }),
    },
    {
      at: 24,
      what: 'it is accepted again, and the lane is unhalted',
      async make(run) {
        await ill()(run);
        await run.expunge('unhalt', 'huawei-prod', thumbnails);
      },
    },
    { at: 26, what: 'everything is halted', make: (run) => run.expunge('halt', '--reason', 'wrong list?') },
    { at: 29, what: 'it was the right one', make: (run) => run.expunge('unhalt') },
    {
      at: 31,
      what: 'Redis is configured as a cache',
      async make({ redis }) {
        await redis.tell('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
        await redis.tell('CONFIG', 'SET', 'appendonly', 'no');
      },
    },
    {
      at: 34,
      what: 'Redis is configured right',
      async make({ redis }) {
        await redis.tell('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
        await redis.tell('CONFIG', 'SET', 'appendonly', 'yes');
      },
    },
    { at: 36, what: 'Redis dies', make: ({ redis }) => redis.kill() },
    { at: 39, what: 'Redis is back', make: ({ redis }) => redis.restart() },
    {
      at: 42,
      what: 'the disk of the server is full',
      async make(run) {
        run.fillDisk(true);
        await mistakes(run);
      },
    },
    // a counter that begins with its first error has not grown until the next one
    { at: 44, what: 'callers try again', make: mistakes },
    { at: 46, what: 'there is room again', make: async (run) => run.fillDisk(false) },
    { at: 47, what: 'the worker crashes', make: (run) => run.end('worker:9464', 'SIGKILL') },
  ];
};

/**
 * Plays them at their times, each after the one before; resolves `scale` × `seconds` after the start. Where the machine
 * is late the rest of the day moves: what is wrong for three seconds stays so for three.
 */
export async function play(
  run: Monitored,
  steps: readonly Step[],
  { scale, seconds, say = () => {} }: { scale: number; seconds: number; say?: (what: string) => void },
): Promise<void> {
  const begun = performance.now();
  let lateMs = 0;
  const reach = async (at: number) => {
    const early = begun + lateMs + at * scale * 1_000 - performance.now();
    if (early > 0) await sleep(early);
    else lateMs -= early;
    return ((performance.now() - begun) / 1_000).toFixed(1);
  };
  for (const { at, what, make } of steps) {
    say(`${await reach(at)} s: ${what}`);
    await make(run);
  }
  await reach(seconds);
}
