/**
 * What goes wrong in real processes raises its alert in a real Prometheus within the time that docs/operations.md
 * states, and the alert clears within its time once that is mended. Nothing else is raised meanwhile.
 *
 * Everything that Prometheus counts by is fifteen times shorter than deployed: scrapes and evaluations (15 s, here
 * one), each `for`, each window, and the age of 900 s. A stated time is therefore asked for in two parts: what
 * Prometheus takes of it, divided by fifteen, and what our own processes and the provider take, which is as it is.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { PrometheusProcess, prometheusPresent } from '../deploy/prometheus-process.ts';
import { quiet, until } from './judge.ts';
import { numbered } from './targets.ts';
import { WorkerProcess } from './worker-process.ts';
import { secretOf, World } from './world.ts';

const faster = 15;
const [video, image] = ['alibaba.vod.delete-video', 'alibaba.vod.delete-image'] as const;

/**
 * In seconds: `own` is what our processes and the provider take to tell of it, or that it is over; `prometheus` is the
 * rule's `for`, with the age that it asks for. One scrape and one evaluation, 30 s, come on top of both.
 */
const stated = {
  ExpungeLaneHalted: { raise: { own: 0, prometheus: 0 }, clear: { own: 0, prometheus: 0 } },
  ExpungeLedgerFull: { raise: { own: 0, prometheus: 60 }, clear: { own: 0, prometheus: 0 } },
  // Calls are given up after ten seconds; the longest delay of a probe is thirty, and it may be swallowed too.
  ExpungeCircuitOpen: { raise: { own: 15, prometheus: 120 }, clear: { own: 40, prometheus: 0 } },
  ExpungeOldestOpen: { raise: { own: 0, prometheus: 900 + 300 }, clear: { own: 40, prometheus: 15 } },
  // The later of both: 900 s of age, and 900 s since the last settlement in the lane. A probe that is answered settles.
  ExpungeLaneStuck: { raise: { own: 0, prometheus: 900 + 300 }, clear: { own: 40, prometheus: 0 } },
  ExpungeNoWorker: { raise: { own: 0, prometheus: 60 }, clear: { own: 0, prometheus: 0 } },
} as const;
type Name = keyof typeof stated;
interface Part {
  readonly own: number;
  readonly prometheus: number;
}

/** Each with the account that it is of, where it is of one: nothing else may be raised. */
const expected: ReadonlySet<string> = new Set([
  ...['ExpungeLaneHalted wrong', 'ExpungeLedgerFull ', 'ExpungeCircuitOpen ', 'ExpungeOldestOpen stuck'],
  ...['ExpungeLaneStuck stuck', 'ExpungeNoWorker '],
]);

const scraping = 30;
/** Seconds in which this machine, busy with all of the test's processes, may be late. */
const slack = 5;
const statedIn = ({ own, prometheus }: Part): number => own + prometheus + scraping;
const limitOf = ({ own, prometheus }: Part): number => own + (prometheus + scraping) / faster + slack;

/** What the table of alerts says, in seconds. */
function documented(name: string) {
  const text = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  const row = text.split('\n').find((line) => line.startsWith(`| [${name}]`)) ?? '';
  const [raise, clear] = row
    .split('|')
    .slice(4, 6)
    .map((cell) => {
      const [, minutes = 0, seconds = 0] = /^ (?:(\d+) min)? ?(?:(\d+) s)? $/.exec(cell) ?? [];
      return 60 * Number(minutes) + Number(seconds);
    });
  return { raise, clear };
}

interface Seen {
  readonly name: string;
  readonly account: string;
}

describe.runIf(prometheusPresent)('alerts', () => {
  it('are raised within their stated time by what they are for, and by nothing else, and clear', async () => {
    const world = await World.open({
      redisUrl: inject('redisUrl'),
      accounts: { stuck: { [video]: { cap: 30 } }, wrong: { [image]: { cap: 50 } } },
      secretsInFiles: true,
      settings: { metrics: { port: 0 }, api: { port: 0 } },
    });
    const full = await World.open({
      redisUrl: inject('redisUrl'),
      accounts: { full: { [video]: { cap: 30 } } },
      settings: { metrics: { port: 0 } },
    });
    const workers = await Promise.all([WorkerProcess.start(world), WorkerProcess.start(full)]);
    const api = await WorkerProcess.start(world, undefined, ['--api']);
    const prometheus = await PrometheusProcess.start({
      targets: { 'expunge-worker': workers.map((each) => each.metricsUrl), 'expunge-api': [api.metricsUrl] },
      faster,
      rewrite: (rules) =>
        rules.replaceAll(/([<>] (?:bool )?)900\b/g, (_, than: string) => `${than}${900 / faster}`),
    });
    onTestFinished(async () => {
      await prometheus.stop();
      await Promise.all([...workers, api].map((each) => each.stop()));
      await world.close();
      await full.close();
    });
    for (const { emulator } of [world, full])
      emulator.inventory({ DeleteVideo: { any: true }, DeleteImage: { any: true } });

    const others = new Set<string>();
    const firing = async (): Promise<readonly Seen[]> =>
      (await prometheus.alerts())
        .filter(({ state }) => state === 'firing')
        .map(({ name, labels }) => ({ name, account: labels['account'] ?? '' }));
    /** Seconds until the alert fires, or does so no longer. */
    const took = async (name: Name, fires: boolean, withinS: number): Promise<number> => {
      const began = performance.now();
      for (;;) {
        const now = await firing();
        for (const each of now)
          if (!expected.has(`${each.name} ${each.account}`)) others.add(`${each.name} ${each.account}`);
        const seconds = (performance.now() - began) / 1_000;
        if (now.some((each) => each.name === name) === fires) return seconds;
        if (seconds > 3 * withinS)
          throw new Error(`${name} ${fires ? 'fires' : 'clears'} not within ${seconds} s`);
        await quiet(100);
      }
    };
    const figures: string[] = [];
    const judged: (readonly [what: string, seconds: number, limit: number])[] = [];
    /** From the cause to the alert, and from the repair to its end. */
    const raisedAndCleared = async (name: Name, cause: () => Promise<void>, mend: () => Promise<void>) => {
      const { raise, clear } = stated[name];
      await cause();
      const raised = await took(name, true, limitOf(raise));
      await mend();
      const cleared = await took(name, false, limitOf(clear));
      judged.push([`${name} is raised`, raised, limitOf(raise)], [`${name} clears`, cleared, limitOf(clear)]);
      const told = (what: string, seconds: number, part: Part) =>
        `${what} after ${seconds.toFixed(1)} of ${limitOf(part).toFixed(0)} s (stated ${statedIn(part)} s)`;
      figures.push(`${name}: ${told('raised', raised, raise)}, ${told('cleared', cleared, clear)}`);
    };

    // Prometheus takes some seconds to find its targets: more than a minute of the rules' time.
    await until('both jobs are scraped', async () => (await prometheus.query('up == 1')).length === 3);
    // What settles before its zero was seen would not be seen to settle at all.
    const counted = async () => (await prometheus.query('expunge_target_settle_seconds_count')).length;
    await until('all lanes count from zero', async () => (await counted()) === 3);
    await until('all is quiet', async () => (await firing()).length === 0);
    // All is well: some ids go through each lane, and for five minutes of the rules' time nothing is raised.
    const well = await Promise.all([
      world.enqueue('stuck', video, numbered('a', 100)),
      world.enqueue('wrong', image, numbered('b', 100)),
      full.enqueue('full', video, numbered('c', 100)),
    ]);
    await Promise.all(well.map(({ request }, n) => (n < 2 ? world : full).settled(request)));
    for (let n = 0; n < 300 / faster; n++) {
      expect(await firing()).toEqual([]);
      await quiet(1_000);
    }

    const diskOf = (bytes: number | 'unlimited') => async () =>
      void execFileSync('prlimit', ['--pid', String(workers[1].pid), `--fsize=${bytes}:`]);
    const stuck = (async () => {
      let mended: (() => void) | undefined;
      const mending = new Promise<void>((resolve) => (mended = resolve));
      const cause = async () => {
        world.emulator.setFaults([{ kind: 'timeout-after', account: 'stuck' }]);
        // Fewer than ExpungeAbsentShare looks at: those that the provider deleted unseen are absent afterwards.
        await world.enqueue('stuck', video, numbered('d', 90));
      };
      // The provider comes back when all of its alerts have been raised; each clears in its own time.
      let raised = 0;
      const mend = async () => {
        if (++raised === 3) {
          world.emulator.setFaults([]);
          mended?.();
        }
        await mending;
      };
      const causing = cause();
      await Promise.all([
        raisedAndCleared('ExpungeCircuitOpen', () => causing, mend),
        raisedAndCleared('ExpungeOldestOpen', () => causing, mend),
        raisedAndCleared('ExpungeLaneStuck', () => causing, mend),
      ]);
    })();
    const wrong = raisedAndCleared(
      'ExpungeLaneHalted',
      async () => {
        world.writeSecret('wrong', 'not-the-secret');
        await world.enqueue('wrong', image, numbered('e', 100));
      },
      async () => {
        world.writeSecret('wrong', secretOf('wrong'));
        // It is looked at once a second, and the alert may have come sooner than that.
        await quiet(1_100);
        await world.ledger.unhaltAll('test');
      },
    );
    const disk = raisedAndCleared('ExpungeLedgerFull', diskOf(0), diskOf('unlimited'));
    await Promise.all([stuck, wrong, disk]);
    expect([...others]).toEqual([]);

    await raisedAndCleared(
      'ExpungeNoWorker',
      async () => {
        await Promise.all(workers.map((each) => each.stop()));
      },
      async () => {
        workers[0] = await WorkerProcess.start(world);
        await prometheus.scrape('expunge-worker', [workers[0].metricsUrl]);
      },
    );
    console.info(
      `alerts, ${faster} times faster:\n  ${figures.join('\n  ')}\n  others: ${[...others].join(', ') || 'none'}`,
    );
    for (const [what, seconds, limit] of judged) expect.soft(seconds, what).toBeLessThanOrEqual(limit);
    // Those that are stopped are away, too.
    expect([...others].filter((other) => other !== 'ExpungeWorkerAway ')).toEqual([]);
  }, 300_000);
});

describe('the times of alerts', () => {
  it.each(Object.entries(stated))(
    'of %s are those that docs/operations.md states',
    (name, { raise, clear }) => {
      expect(documented(name)).toEqual({ raise: statedIn(raise), clear: statedIn(clear) });
    },
  );
});
