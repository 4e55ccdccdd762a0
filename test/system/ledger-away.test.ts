/** The ledger fails under a worker at work: nothing is sent without a record, and sending goes on when it is back. */
import { execFileSync } from 'node:child_process';
import { describe, expect, inject, it, type TestContext } from 'vitest';
import { Backlog } from './backlog.ts';
import { quiet } from './judge.ts';
import { PostgresServer } from '../setup/postgres-server.ts';
import { Proxy } from './proxy.ts';

const caps = { 'alibaba.vod.delete-video': 15, 'alibaba.vod.delete-image': 20 };

/** A call may be sent for 1 s after its claim; whoever sends later has no record. */
const claimValidMs = 1_000;

const open = (context: TestContext, url: string | undefined, seconds: number) =>
  Backlog.open(context, {
    redisUrl: inject('redisUrl'),
    caps,
    seconds,
    settings: { metrics: { port: 0 }, ...(url !== undefined && { database: { url } }) },
  });

/** Calls that came after `since` plus the validity of a claim, until `to`. */
const sentWithout = (backlog: Backlog, since: number, to: number) =>
  backlog.world.emulator.calls().filter(({ at }) => at > since + claimValidMs && at < to).length;

describe('a ledger on a full disk', () => {
  it('stops sending, and is used again when there is room', async (context) => {
    const backlog = await open(context, undefined, 10);
    const { pid } = backlog.worker;
    const limit = (bytes: number | 'unlimited') =>
      execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`]);
    const full = await backlog.now();
    // The worker's own files can't be written: what a full disk does, to this process alone.
    limit(0);
    await quiet(4_000);
    const relieved = await backlog.now();
    const unready = await readiness(backlog);
    limit('unlimited');
    const resumed = await backlog.resumed(relieved);
    const without = sentWithout(backlog, full, relieved);
    await backlog.judge('disk full for 4 s', { without, unready, resumed });
    expect(without).toBe(0);
    expect(unready).toBe(503);
    for (const ms of resumed) expect(ms).toBeLessThan(4_000);
  });
});

describe.runIf(inject('postgresUrl'))('a ledger on PostgreSQL', () => {
  async function server({ onTestFinished }: TestContext) {
    const started = await PostgresServer.create();
    if (!started) throw new Error('PostgreSQL was there a moment ago');
    onTestFinished(() => started.remove());
    return started;
  }

  it('that crashes stops the sending, and is used again when it is back', async (context) => {
    const postgres = await server(context);
    const backlog = await open(context, postgres.url, 10);
    await postgres.stop('SIGQUIT');
    const down = await backlog.now();
    await quiet(4_000);
    const unready = await readiness(backlog);
    const back = await backlog.now();
    await postgres.start();
    const resumed = await backlog.resumed(back);
    const without = sentWithout(backlog, down, back);
    await backlog.judge('PostgreSQL down for 4 s', { without, unready, resumed });
    expect(without).toBe(0);
    expect(unready).toBe(503);
    for (const ms of resumed) expect(ms).toBeLessThan(4_000);
  });

  it('that is swallowed by the network, answers and all, is given up and found again', async (context) => {
    const postgres = await server(context);
    const proxy = await Proxy.open(Number(new URL(postgres.url).port));
    context.onTestFinished(() => proxy.close());
    const url = new URL(postgres.url);
    url.port = String(proxy.port);
    const backlog = await open(context, url.href, 14);
    const lost = await backlog.now();
    await proxy.make({ kind: 'black-hole' });
    await quiet(8_000);
    const healed = await backlog.now();
    await proxy.heal();
    const resumed = await backlog.resumed(healed);
    const without = sentWithout(backlog, lost, healed);
    await backlog.judge('PostgreSQL out of reach for 8 s', { without, resumed });
    expect(without).toBe(0);
    for (const ms of resumed) expect(ms).toBeLessThan(10_000);
  });
});

async function readiness({ worker }: Backlog): Promise<number> {
  return (await fetch(`${worker.metricsUrl}/readyz`)).status;
}
