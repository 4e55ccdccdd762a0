/** A cap that changes under load, by a deploy or by a person: how soon the new one holds, judged at the emulator. */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { arrivalsOf, fullestSure } from './arrivals.ts';
import { emulatorNow, expectAgreement, until } from './judge.ts';
import { numbered } from './targets.ts';
import { operate } from './operate.ts';
import { WorkerProcess } from './worker-process.ts';
import { World } from './world.ts';

const operation = 'alibaba.vod.delete-video';
const accounts = ['one', 'two'];
const cap = 30;
const lower = 10;
/** More than the lower cap allows by far, and less than a busy machine achieves at the higher one. */
const atSpeedCalls = 20;
/** A new cap must be in force after so long. */
const withinMs = 5_000;

let world: World;
let workers: WorkerProcess[] = [];

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  workers = [];
  await world.close();
});

async function join(): Promise<WorkerProcess> {
  const worker = await WorkerProcess.start(world);
  workers.push(worker);
  return worker;
}

/** So many workers at speed on a backlog of so many seconds. */
async function atSpeed(count: number, seconds: number): Promise<readonly string[]> {
  world = await World.open({
    redisUrl: inject('redisUrl'),
    accounts: Object.fromEntries(accounts.map((account) => [account, { [operation]: { cap } }])),
    settings: { metrics: { port: 0 } },
  });
  world.emulator.inventory({ DeleteVideo: { any: true } });
  const requests: string[] = [];
  for (const account of accounts) {
    const ids = numbered(`${account}-`, seconds * cap * 20);
    requests.push((await world.enqueue(account, operation, ids)).request);
  }
  for (let n = 0; n < count; n++) await join();
  await until('each has its lanes', () =>
    workers.every((worker) => worker.owned().size === accounts.length / count),
  );
  await until('both lanes at speed', async () => {
    const from = (await emulatorNow(world)) - 1_000;
    return accounts.every((account) => since(account, from).length > atSpeedCalls);
  });
  return requests;
}

const since = (account: string, from: number) =>
  arrivalsOf(world.emulator, account, 'DeleteVideo').at.filter((at) => at >= from);

/** Calls in the fullest second of either lane, as far as that is certain. */
const fullest = (from: number, to = Infinity) =>
  Math.max(
    ...accounts.map((account) => {
      const at = since(account, from).filter((time) => time < to);
      return fullestSure(world.emulator, at);
    }),
  );

/** Until a lane has been sent so many calls. */
const more = (calls: number, from: number) =>
  until(`${calls} calls a lane`, () => accounts.every((account) => since(account, from).length >= calls));

/** Milliseconds from `from` to the end of the last second before `to` that held more than the lower cap. */
function inForceAfter(account: string, from: number, to = Infinity): number {
  const at = since(account, from - 1_000).filter((time) => time < to);
  const over = at.filter((time, n) => n >= lower && time - (at[n - lower] ?? 0) < 1_000);
  return Math.max(0, Math.round((over.at(-1) ?? from) - from));
}

const configure = (calls: number) => {
  const file = `${world.dir}/expunge.json`;
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replaceAll(`{"cap":${cap}}`, `{"cap":${calls}}`));
};

describe('a deploy that lowers a cap', () => {
  it('is obeyed 5 s after its first process starts, by the old ones too, and when they have left', async () => {
    await atSpeed(1, 25);
    const [old] = workers;
    configure(lower);
    await join();
    const joined = await emulatorNow(world);
    await more(lower * 8, joined);
    const asked = await emulatorNow(world);
    old?.signal('SIGTERM');
    await old?.ended;
    await more(lower * 4, asked);

    const figures = {
      inForceMs: accounts.map((account) => inForceAfter(account, joined)),
      before: fullest(joined - 2_000, joined),
      fullest: fullest(joined + withinMs),
    };
    console.info('cap lowered by a deploy', JSON.stringify(figures));
    expect(figures.before).toBeGreaterThan(atSpeedCalls);
    expect(figures.fullest).toBeLessThanOrEqual(lower);
  });

  it('is obeyed from the first call on where everything was stopped in between', async () => {
    await atSpeed(1, 15);
    const [old] = workers;
    old?.signal('SIGTERM');
    await old?.ended;
    const stopped = await emulatorNow(world);
    configure(lower);
    await join();
    await more(lower * 4, stopped);
    console.info('cap lowered while stopped', fullest(stopped));
    expect(fullest(stopped)).toBeLessThanOrEqual(lower);
  });
});

describe('lane cap', () => {
  it('holds within 5 s while two workers run under load, and default gives the configured one back', async () => {
    const requests = await atSpeed(2, 12);
    const set = await emulatorNow(world);
    for (const account of accounts)
      await operate(world, 'lane', 'cap', account, operation, String(lower), '--reason', 'a test');
    const said = await emulatorNow(world);
    await more(lower * 8, said);
    const shown = await Promise.all(
      workers.map((worker) =>
        worker.metric(`expunge_limiter_cap\\{account="one",operation="${operation}"\\}`),
      ),
    );
    expect(shown.filter((calls) => !Number.isNaN(calls))).toEqual([lower]);
    const unset = await emulatorNow(world);
    for (const account of accounts) await operate(world, 'lane', 'cap', account, operation, 'default');
    for (const request of requests) await world.settled(request);

    const figures = {
      commandMs: Math.round(said - set),
      inForceMs: accounts.map((account) => inForceAfter(account, said, unset)),
      lowered: fullest(said + withinMs, unset),
      again: fullest(unset + withinMs),
      ever: fullest(0),
    };
    console.info('lane cap', JSON.stringify(figures));
    expect(figures.lowered).toBeLessThanOrEqual(lower);
    expect(figures.again).toBeGreaterThan(atSpeedCalls);
    for (const account of accounts)
      expect(arrivalsOf(world.emulator, account, 'DeleteVideo').fullestSure).toBeLessThanOrEqual(cap);
    await expectAgreement(world);
    const events = (await world.ledger.events(10)).map(({ lane, what, why }) => [lane, what, why]);
    expect(events).toEqual([
      ...accounts.map((account) => [`${account}~${operation}`, `cap ${lower}`, 'a test']),
      ...accounts.map((account) => [`${account}~${operation}`, 'cap default', '']),
    ]);
  });
});
