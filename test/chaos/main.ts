/**
 * `npm run chaos`: the fault campaign. Real workers, Redis and (where the machine has it) PostgreSQL are killed,
 * stopped, cut off and lied to while ids are deleted at the emulator; in the end every id must be accounted for
 * and no cap passed. A seed replays a schedule; the operating system's own timing it can't replay.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { table } from '../../src/producers/cli/terminal.ts';
import { faults as all } from './faults.ts';
import { judge } from './judge.ts';
import { schedule, type Strike } from './schedule.ts';
import { Stage, type Lane } from './stage.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '300' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    ledger: { type: 'string', default: 'both' },
    workers: { type: 'string', default: '3' },
    every: { type: 'string', default: '2.5' },
    only: { type: 'string', default: '' },
    ids: { type: 'string', default: '' },
  },
});

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const lanes: readonly Lane[] = [
  ...['one', 'two', 'three'].flatMap((account) => [
    lane(account, 'alibaba.vod.delete-video', { action: 'DeleteVideo', cap: 2, per: 'second', batch: 20 }),
    lane(account, 'alibaba.vod.delete-image', { action: 'DeleteImage', cap: 2, per: 'second', batch: 20 }),
    lane(account, 'alibaba.ice.delete-media-infos', {
      action: 'DeleteMediaInfos',
      cap: 2,
      per: 'second',
      batch: 20,
    }),
  ]),
  ...['huawei-one', 'huawei-two', 'huawei-three'].map((account) =>
    lane(account, 'huawei.vod.delete-thumbnails', {
      action: 'DeleteThumbnails',
      cap: 100,
      per: 'minute',
      batch: 10,
    }),
  ),
];

function lane(
  account: string,
  operation: string,
  limits: Omit<Lane, 'name' | 'account' | 'operation'>,
): Lane {
  return { name: `${account}~${operation}`, account, operation, ...limits };
}

const perSecond = ({ cap, per, batch }: Lane): number => (cap * batch) / (per === 'second' ? 1 : 60);
const possible = lanes.reduce((sum, each) => sum + perSecond(each), 0);

/** True if everything held; undefined if it could not be tried here. */
async function round(ledger: 'libsql' | 'postgres', seconds: number): Promise<boolean | undefined> {
  const stage = await Stage.open({ lanes, workers: Number(values.workers), ledger });
  if (!stage) return undefined;
  try {
    const wanted = new Set(values.only.split(',').filter(Boolean));
    const faults = all.filter(
      ({ only, row }) => (only ?? ledger) === ledger && (wanted.size === 0 || wanted.has(row)),
    );
    const until = { fromMs: 5_000, untilMs: seconds * 1_000, everyMs: Number(values.every) * 1_000 };
    const strikes = schedule(values.seed, faults, until);
    const ids = values.ids ? Number(values.ids) : possible * seconds * 0.5;
    const struck = await play(stage, strikes, ids, seconds);
    const drainedMs = await drain(stage);
    const answersLost = strikes.some(({ fault }) => fault.place === 'provider');
    const { rows, differences } = await judge(stage, drainedMs, answersLost);
    const held =
      rows.every(([, , holds]) => holds) && [...struck.values()].every(({ failed }) => failed === 0);
    say('');
    say(
      table(
        ['row', 'fault', 'times', 'failed'],
        [...struck].map(([name, { row, times, failed }]) => [row, name, String(times), String(failed)]),
      ),
    );
    say('');
    say(
      table(
        ['what', 'figure', ''],
        rows.map(([name, value, holds]) => [name, value, holds ? 'holds' : 'BROKEN']),
      ),
    );
    for (const difference of differences.slice(0, 20)) say(`  ${difference}`);
    return held;
  } finally {
    await stage.close();
  }
}

interface Struck {
  readonly row: string;
  times: number;
  failed: number;
}

/** Lets the strikes fall, those of one place one after the other, while ids keep coming. */
async function play(stage: Stage, strikes: readonly Strike[], ids: number, seconds: number) {
  const began = performance.now();
  const struck = new Map<string, Struck>();
  const places = [...new Set(strikes.map(({ fault }) => fault.place))];
  const queues = places.map((place) => strikes.filter(({ fault }) => fault.place === place));
  const running = queues.map(async (queue) => {
    for (const { at, fault, random } of queue) {
      await sleep(Math.max(0, began + at - performance.now()));
      if (performance.now() > began + seconds * 1_000) return;
      const count = struck.get(fault.name) ?? { row: fault.row, times: 0, failed: 0 };
      struck.set(fault.name, count);
      count.times++;
      say(
        `${((performance.now() - began) / 1_000).toFixed(1).padStart(6)} s  ${fault.row.padEnd(4)} ${fault.name}`,
      );
      await fault.strike(stage, random).catch((error: unknown) => {
        count.failed++;
        say(`         ${fault.name}: ${(error as Error).message}`);
      });
    }
  });
  await Promise.all([feed(stage, ids, seconds), ...running]);
  return struck;
}

/** Half of the ids at once, the rest in the course of the run. */
async function feed(stage: Stage, ids: number, seconds: number): Promise<void> {
  const waves = 10;
  for (let wave = 0; wave < waves; wave++) {
    const part = wave === 0 ? 0.5 : 0.5 / (waves - 1);
    for (const each of lanes) {
      const count = Math.ceil(((ids * part) / possible) * perSecond(each));
      await stage.enqueue(each, count);
    }
    await sleep((seconds * 700) / waves);
  }
}

/** Longer than the offers of a lost queue take to run out, and the longest wait between two attempts. */
const patienceMs = 120_000;

/** Milliseconds until nothing was open any more; undefined if it came to a standstill. */
async function drain(stage: Stage): Promise<number | undefined> {
  const began = performance.now();
  const { ledger, emulator } = stage.world;
  emulator.setFaults([]);
  await Promise.all([stage.toRedis.heal(), stage.toProvider.heal(), stage.postgres?.proxy.heal()]);
  let told = Infinity;
  let least = { open: Infinity, at: began };
  while (performance.now() - least.at < patienceMs) {
    const status = await ledger.lanes();
    const open = status.reduce((sum, each) => sum + each.open, 0);
    if (open === 0) return performance.now() - began;
    if (open < least.open) least = { open, at: performance.now() };
    // What a person does about a lane that stopped itself in all this.
    for (const { lane: name, state, reason } of status)
      if (state !== 'open') {
        say(`         ${name} was ${state} (${reason}): opened`);
        await ledger.setLane(name, 'open', '', 'chaos');
      }
    if (open < told * 0.8) say(`         ${(told = open)} left`);
    await sleep(1_000);
  }
  return undefined;
}

const wanted = values.ledger === 'both' ? (['libsql', 'postgres'] as const) : ([values.ledger] as const);
const seconds = Number(values.seconds) / wanted.length;
say(`seed ${values.seed}: npm run chaos -- --seed ${values.seed} --seconds ${values.seconds}`);
let held = true;
for (const ledger of wanted) {
  if (ledger !== 'libsql' && ledger !== 'postgres')
    throw new Error(`--ledger ${ledger}: use libsql, postgres or both`);
  say(`\n==== ledger on ${ledger}, ${seconds} s, ${lanes.length} lanes, ${values.workers} workers`);
  const result = await round(ledger, seconds);
  if (result === undefined) say('skipped: PostgreSQL is not installed here');
  held &&= result !== false;
}
say(held ? '\neverything held' : `\nBROKEN; replay with --seed ${values.seed}`);
process.exitCode = held ? 0 : 1;
