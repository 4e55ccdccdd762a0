/**
 * Ours at the work that the peers have too: `expunge serve --worker` as users run it, its ledger on disk, and queue
 * jobs of one id each, signed, as a producer in any language puts them into the queue (docs/jobs.md).
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Queue } from 'bullmq';
import { queueName } from '../src/job.ts';
import { signJob } from '../src/job-signature.ts';
import { laneName } from '../src/deletion.ts';
import { accessKeysOf, compareWithEmulator } from '../src/producers/compare.ts';
import { everyTarget } from '../test/system/targets.ts';
import { World } from '../test/system/world.ts';
import type { Contest, Drained, Work } from './contest.ts';
import { each, idsOf, lanes, type Action } from './lanes.ts';
import type { Said } from './peers/peer.ts';
import { Measured } from './process.ts';

const signingKey = { id: 'bench', key: 'a key of at least thirty-two characters' };
const operationOf = Object.fromEntries(lanes.map(({ action, operation }) => [action, operation]));
const laneOf = (account: string, action: Action) => laneName(account, operationOf[action] ?? '');
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Rejects where the ledger and the provider's record differ. */
export async function oursDrains(
  contest: Contest,
  account: string,
  processes: number,
  work: Work,
): Promise<Drained> {
  const world = await World.open({
    redisUrl: contest.redis.url,
    endpoint: contest.emulator.url,
    accounts: { [account]: Object.fromEntries(lanes.map(({ operation, cap }) => [operation, { cap }])) },
    settings: { metrics: { port: 0 }, signingKeys: [signingKey] },
  });
  const workers: Measured[] = [];
  try {
    // Closed until all processes are up and the lanes shared out: what starting them costs is not what is measured.
    for (const { action } of lanes)
      await world.ledger.setLane(laneOf(account, action), 'paused', 'not yet', 'bench');
    for (const { action } of lanes) await putJobs(world, account, action, work);
    const serve = ['../src/main.ts', 'serve', '--worker', '--json', '--config', `${world.dir}/expunge.json`];
    const nodeArgs = (process.env['BENCH_NODE_ARGS'] ?? '').split(' ').filter(Boolean);
    const start = () => Measured.start(serve, nodeArgs);
    workers.push(...(await Promise.all(Array.from({ length: processes }, start))));
    await pause(3_000);
    for (const worker of workers) worker.watch();
    for (const { action } of lanes) await world.ledger.setLane(laneOf(account, action), 'open', '', 'bench');
    const ended = await emptied(world, contest, account);
    const spent = await Promise.all(workers.map((worker) => worker.since()));
    const cpuMs = spent.reduce((sum, since) => sum + since.cpuMs, 0);
    await Promise.all(workers.splice(0).map((worker) => worker.stop()));
    await agree(world, contest, account);
    return { account, said: await saidByLedger(world), ended, cpuMs };
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
    await world.close();
  }
}

async function putJobs(world: World, account: string, action: Action, { from, count }: Work): Promise<void> {
  const name = queueName(laneOf(account, action));
  const { url, prefix } = world.config.redis;
  const queue = new Queue(name, { connection: { url: url ?? '' }, prefix });
  const issuedAt = Date.now();
  const asked = { requester: 'bench', reason: 'measured', issuedAt, expiresAt: issuedAt + 3_600_000 };
  await queue.addBulk(
    idsOf(action, from, count).map((id) => ({
      name: 'delete',
      data: signJob(name, { v: 1, request: id, targets: [id], ...asked }, signingKey),
      opts: { priority: 10 },
    })),
  );
  await queue.close();
}

/** When no job of the lane was left, by the emulator's clock. */
async function emptied(world: World, contest: Contest, account: string): Promise<Drained['ended']> {
  const end = each(() => Infinity);
  while (Object.values(end).includes(Infinity)) {
    await pause(50);
    for (const { action } of lanes) {
      const { waiting, prioritized, active, delayed } = await world.queues.counts(laneOf(account, action));
      const left = [waiting, prioritized, active, delayed].some((jobs) => jobs !== 0);
      if (!left && end[action] === Infinity) end[action] = contest.now();
    }
  }
  return end;
}

/** Absent is as good as deleted: each id was there, and an unanswered call of ours has taken it away. */
async function saidByLedger(world: World): Promise<Drained['said']> {
  const said = each(() => ({ deleted: [] as string[], failed: [] as string[] }));
  for (const { lane, id, settlement } of await everyTarget(world)) {
    const of = lanes.find(({ operation }) => lane.endsWith(`~${operation}`));
    if (!of || settlement === null) continue;
    said[of.action][settlement === 'deleted' || settlement === 'absent' ? 'deleted' : 'failed'].push(id);
  }
  return said satisfies Record<Action, Said>;
}

/** As `expunge` itself compares them, with the provider's record of this account alone. */
async function agree(world: World, contest: Contest, account: string): Promise<void> {
  const calls = Object.values(await contest.callsOf(account)).flat();
  const record = createServer((_, response) =>
    response.end(calls.map((call) => JSON.stringify(call)).join('\n')),
  );
  await once(record.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(record.address() as AddressInfo).port}`;
  const accessKeys = accessKeysOf(Object.values(world.config.accounts));
  const compared = await compareWithEmulator(world.ledger, url, () => true, { accessKeys });
  record.close();
  const { findings } = await world.ledger.verify();
  if (compared.total + findings.length > 0)
    throw new Error(JSON.stringify([...compared.differences, ...findings], undefined, 1));
}
