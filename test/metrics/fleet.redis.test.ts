/** What two workers with fifty lanes say of themselves together: few series, closed labels, each fact told once. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { circuitStates, laneStates } from '../../src/metrics/labels.ts';
import { numbered } from '../system/targets.ts';
import { until } from '../system/judge.ts';
import { WorkerProcess } from '../system/worker-process.ts';
import { World } from '../system/world.ts';

const operations = ['alibaba.vod.delete-video', 'alibaba.vod.delete-image'];
const accounts = Array.from({ length: 25 }, (_, n) => `account-${n}`);

interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

let world: World;
const workers: WorkerProcess[] = [];
let told: readonly (readonly Series[])[] = [];

beforeAll(async () => {
  const caps = Object.fromEntries(operations.map((operation) => [operation, { cap: 5 }]));
  world = await World.open({
    redisUrl: inject('redisUrl'),
    accounts: Object.fromEntries(accounts.map((account) => [account, caps])),
    settings: { metrics: { port: 0 } },
  });
  for (const action of ['DeleteVideo', 'DeleteImage'] as const)
    world.emulator.inventory({ [action]: { prefix: 'id', count: 30 } });
  const ids = numbered('id', 32);
  // Two lanes drain, the others wait with all they have: what is told must not change between two scrapes.
  for (const account of accounts)
    for (const operation of operations) {
      if (account !== accounts[0])
        await world.ledger.setLane(`${account}~${operation}`, 'paused', 'to be seen', 'test');
      await world.enqueue(account, operation, ids);
    }
  workers.push(...(await Promise.all([WorkerProcess.start(world), WorkerProcess.start(world)])));
  await until('both have their half', () => workers.every((worker) => worker.owned().size === 25), 60_000);
  const open = async () => (await world.ledger.lanes()).filter((lane) => lane.open > 0).length;
  await until('two lanes are drained', async () => (await open()) === 48, 60_000);
  told = await Promise.all(workers.map(async ({ metricsUrl }) => scrape(metricsUrl)));
}, 150_000);

afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await world.close();
});

async function scrape(url: string): Promise<readonly Series[]> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === undefined) return [];
    const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = '', of = '']) => [label, of]);
    return [{ name, labels: Object.fromEntries(pairs) as Series['labels'], value: Number(value) }];
  });
}

const all = (name: string) => told.flat().filter((series) => series.name === `expunge_${name}`);

describe('two workers with fifty lanes', () => {
  it('tell fewer than 3,000 series each', () => {
    for (const series of told) {
      expect(series.length).toBeGreaterThan(500);
      expect(series.length).toBeLessThan(3_000);
    }
  });

  it.each([
    ...['targets_open', 'oldest_open_target_age_seconds', 'dead_letters', 'limiter_cap', 'limiter_rate'],
    ...['limiter_window_max', 'limiter_period_seconds'],
  ])('tell %s of each lane once between them', (name) => {
    const lanes = all(name).map(({ labels }) => `${labels['account']} ${labels['operation']}`);
    expect(lanes).toHaveLength(50);
    expect(new Set(lanes).size).toBe(50);
  });

  it('own each lane once, and tell one state of it', () => {
    expect(all('lane_owned').reduce((sum, { value }) => sum + value, 0)).toBe(50);
    expect(all('lane_state')).toHaveLength(3 * 50);
    expect(all('lane_state').filter(({ value }) => value === 1)).toHaveLength(50);
    expect(all('queue_jobs')).toHaveLength(5 * 50);
  });

  it('sum up to what the ledger holds', async () => {
    const lanes = await world.ledger.lanes();
    const open = all('targets_open').reduce((sum, { value }) => sum + value, 0);
    expect(open).toBe(lanes.reduce((sum, lane) => sum + lane.open, 0));
    expect(open).toBe(48 * 32);
  });

  it('use no label value outside the closed sets', () => {
    const results = ['answered', 'throttled', 'transient', 'missing', 'rejected', 'unauthorized'];
    const closed: Readonly<Record<string, readonly string[]>> = {
      account: accounts,
      operation: operations,
      unit: accounts.flatMap((account) => operations.map((operation) => `${account}~${operation}`)),
      provider: ['alibaba'],
      settlement: ['deleted', 'absent', 'refused', 'exhausted', 'cancelled', 'spared', 'open'],
      source: ['cli', 'api', 'campaign', 'job'],
      result: results,
      class: results,
      what: ['eviction', 'persistence'],
      state: [...laneStates, ...circuitStates, 'waiting', 'prioritized', 'delayed', 'active', 'failed'],
    };
    const ours = told.flat().filter(({ name }) => name.startsWith('expunge_'));
    const open = new Set(['code', 'version', 'node', 'le', 'reason', 'route', 'status', 'campaign']);
    for (const { name, labels } of ours)
      for (const [label, value] of Object.entries(labels).filter(([each]) => !open.has(each)))
        expect(closed[label] ?? [], `${name} ${label}`).toContain(value);
    const codes = new Set(ours.flatMap(({ labels }) => labels['code'] ?? []));
    expect([...codes].filter((code) => !/^[A-Za-z][\w.-]{0,63}$/.test(code))).toEqual([]);
    expect(JSON.stringify(ours)).not.toMatch(/"id\d/);
  });
});
