/** Campaigns that people stop and let go on while four lanes are busy: how soon it is felt at the provider. */
import { describe, expect, inject, it } from 'vitest';
import { callsOf, openWorld, started, statusOf, told, video } from './campaigns.ts';
import { emulatorNow, expectAgreement, quiet, until } from './judge.ts';
import { numbered } from './targets.ts';
import type { World } from './world.ts';

const accounts = ['one', 'two', 'three', 'four'];
const cap = 25;
const count = 10_000;
/** Of each answer, in ms: several calls of each lane are always in flight. */
const latency = { min: 250, max: 350 };
/** From an answer at the provider to its place in the ledger, on a busy machine. */
const settlingMs = 500;

interface Stopped {
  readonly state: string;
  readonly callsInFlight: number;
  readonly left: number;
}

/**
 * How long each lane still felt it, in ms from the moment at which it stood in the ledger; each was stopped by a
 * command of its own, one after the other. What the command itself took to start is told, and is the machine's.
 */
async function stop(world: World, verb: 'pause' | 'cancel', resting: string): Promise<readonly number[]> {
  const asked: number[] = [];
  const answers: Stopped[] = [];
  for (const name of accounts) {
    asked.push(await emulatorNow(world));
    answers.push(await told<Stopped>(world, 'campaign', verb, name));
  }
  await quiet(1_500);
  const campaigns = await Promise.all(accounts.map((name) => world.ledger.campaign(name)));
  expect(campaigns.map((campaign) => campaign?.sending)).toEqual(accounts.map(() => false));
  // The embedded ledger's clock is this machine's.
  const offset = (await emulatorNow(world)) - Date.now();
  const events = await world.ledger.events(100);
  const last = accounts.map((account) => callsOf(world, account).at.at(-1) ?? 0);
  const felt = accounts.map((name, n) => {
    const what = `campaign ${verb === 'pause' ? 'pausing' : 'cancelling'} ${name}`;
    const at = events.findLast((event) => event.what === what)?.at ?? NaN;
    return Math.round((last[n] ?? NaN) - (at + offset));
  });
  const typed = last.map((at, n) => Math.round(at - (asked[n] ?? NaN)));
  console.info(
    `${verb}: last call after`,
    felt,
    'since it was typed',
    typed,
    'in flight',
    answers.map((each) => each.callsInFlight),
  );
  for (const [n, account] of accounts.entries()) {
    const { state, callsInFlight } = answers[n] ?? { state: '', callsInFlight: NaN };
    expect(state).toBe(resting);
    // In flight were calls whose answer had not got to the ledger, and those that were about to be written.
    const around = callsOf(world, account).at.filter(
      (at) => at > (asked[n] ?? NaN) - latency.max - settlingMs,
    );
    expect(callsInFlight).toBeGreaterThan(0);
    expect(callsInFlight).toBeLessThanOrEqual(around.length);
  }
  return felt;
}

describe('expunge campaign pause, resume and cancel', () => {
  it('stop four busy lanes within 1 s, set them going within 2 s, and end them with nothing sent after', async () => {
    const { world } = await openWorld({
      redisUrl: inject('redisUrl'),
      accounts: Object.fromEntries(accounts.map((name) => [name, { [video]: { cap } }])),
      emulator: { latency },
    });
    world.emulator.inventory({ DeleteVideo: { any: true } });
    for (const name of accounts) await started(world, name, name, numbered(`${name}-`, count), '--no-canary');
    const sent = (account: string) => callsOf(world, account).at.length;
    const moving = (calls: number) => {
      const before = accounts.map(sent);
      const more = (account: string, n: number) => sent(account) >= (before[n] ?? 0) + calls;
      return until('all four are at speed', () => accounts.every(more));
    };
    await moving(cap);

    for (const ms of await stop(world, 'pause', 'paused')) expect(ms).toBeLessThanOrEqual(1_000);
    for (const name of accounts) expect((await statusOf(world, name)).waits[0]?.for).toBe('resume');
    const gone = await emulatorNow(world);
    await Promise.all(accounts.map((name) => told(world, 'campaign', 'resume', name)));
    const next = (account: string) => callsOf(world, account).at.find((at) => at > gone);
    await until('all four are sent again', () => accounts.every((each) => next(each) !== undefined), 10_000);
    const nextMs = accounts.map((account) => Math.round((next(account) ?? Infinity) - gone));
    console.info('resume: first call after', nextMs);
    for (const ms of nextMs) expect(ms).toBeLessThanOrEqual(2_000);
    await moving(cap);

    for (const ms of await stop(world, 'cancel', 'cancelled')) expect(ms).toBeLessThanOrEqual(1_000);
    const calls = world.emulator.calls().length;
    await quiet(2_000);
    expect(world.emulator.calls().length).toBe(calls);
    for (const name of accounts) {
      // One that the emulator throttled, since it stood still and stamped it late, was sent again.
      const accepted = callsOf(world, name).calls.filter(({ result }) => result === 'accepted');
      const ids = accepted.flatMap((call) => call.ids);
      expect(new Set(ids).size).toBe(ids.length);
      const { calls: counted, ...status } = await statusOf(world, name);
      expect(status).toMatchObject({ state: 'cancelled', inFlight: 0 });
      // Those that were given back unsent are no calls.
      expect(counted).toBe(callsOf(world, name).at.length);
      const file = `${world.dir}/${name}.csv`;
      const report = await told<{ counts: object; final: boolean }>(
        ...([world, 'campaign', 'report', name, '-o', file] as const),
      );
      expect(report).toMatchObject({
        final: true,
        rows: count,
        counts: { deleted: ids.length, cancelled: count - ids.length },
      });
    }
    await expectAgreement(world);
  });
});

describe('an urgent request', () => {
  it('is settled within 2 s of its acceptance while a campaign of 1,000,000 is in its lane', async () => {
    const { world } = await openWorld({
      redisUrl: inject('redisUrl'),
      accounts: { acc: { [video]: { cap: 30 } } },
    });
    world.emulator.inventory({ DeleteVideo: { any: true } });
    await started(world, 'large', 'acc', numbered('l', 1_000_000), '--no-canary');
    // Until the lane's window is full: what is urgent has all of it to overtake.
    await until('it is at speed', () => callsOf(world, 'acc').at.length >= 60);
    const before = (await statusOf(world, 'large')).done;
    const ids = numbered('urgent', 100);
    for (const [n, id] of ids.entries()) {
      await world.enqueue('acc', video, [id], { urgent: true });
      // At all phases of the second that the cap is counted over, for more than a minute.
      await quiet(560 + 40 * (n % 5));
    }
    const settled = async (id: string) => (await world.ledger.lookup(id))[0];
    const last = ids.at(-1) ?? '';
    await until('the last one is settled', async () => (await settled(last))?.settlement === 'deleted');
    const found = await Promise.all(ids.map(settled));
    expect(found.map((each) => each?.settlement)).toEqual(ids.map(() => 'deleted'));
    const took = found.map((each) => (each ? each.settled - each.accepted : NaN)).sort((a, b) => a - b);
    const done = (await statusOf(world, 'large')).done - before;
    const [median, p99, max] = [took[50], took[98], took[99]];
    console.info('urgent, accepted to settled, ms', { median, p99, max, done });
    expect(max).toBeLessThanOrEqual(2_000);
    // The campaign had the rest of the lane: the urgent ones took no more than a call each.
    expect(done).toBeGreaterThan(20_000);
    expect(callsOf(world, 'acc').fullestSure).toBeLessThanOrEqual(30);
    await told(world, 'campaign', 'cancel', 'large');
    await expectAgreement(world);
  });
});
