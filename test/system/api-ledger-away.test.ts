/** Without its ledger the API accepts nothing and says so; it comes back by itself. */
import { execFileSync } from 'node:child_process';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { PostgresServer } from '../setup/postgres-server.ts';
import { apiWorld, post, readiness, startServer } from './api-process.ts';
import { expectAgreement, until } from './judge.ts';
import { everyTarget, numbered } from './targets.ts';

async function setup(settings: Readonly<Record<string, unknown>> = {}) {
  const world = await apiWorld(inject('redisUrl'), { settings });
  onTestFinished(() => world.close());
  const server = await startServer(world, undefined, ['--api', '--worker']);
  onTestFinished(() => server.stop());
  return { world, server };
}

/** What holds before, while and after the ledger is away. */
async function judge(
  { world, server }: Awaited<ReturnType<typeof setup>>,
  away: () => Promise<unknown>,
  back: () => Promise<unknown>,
): Promise<void> {
  const first = await post(server, numbered('a', 20), 'first');
  expect(await world.settled(first.body.id)).toEqual({ deleted: 20 });
  await away();
  const sent = world.emulator.calls().length;
  const refused = await Promise.all(
    numbered('k', 20).map((key) => post(server, numbered(`${key}-`, 20), key)),
  );
  expect(await readiness(server)).toBe(503);
  expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([503]));
  for (const { retryAfter, body } of refused) {
    expect(Number(retryAfter)).toBeGreaterThan(0);
    expect(body).toMatchObject({ type: 'urn:expunge:problem:unavailable', status: 503 });
  }
  expect(world.emulator.calls()).toHaveLength(sent);
  await back();
  const began = performance.now();
  await until('it is ready', async () => (await readiness(server)) === 200, 15_000);
  expect(world.emulator.calls()).toHaveLength(sent);
  expect((await everyTarget(world)).length).toBe(20);
  const again = await post(server, numbered('k0-', 20), 'k0');
  const ms = Math.round(performance.now() - began);
  console.info(
    `ledger away: longest refusal ${Math.round(Math.max(...refused.map(({ ms: took }) => took)))} ms, accepted ${ms} ms after its return`,
  );
  expect(again).toMatchObject({ status: 202, body: { accepted: 20 } });
  expect(await world.settled(again.body.id)).toEqual({ deleted: 20 });
  await expectAgreement(world);
}

describe('POST /v1/deletions without a ledger', () => {
  it('is answered 503 with Retry-After while the disk is full', async () => {
    const parts = await setup();
    const limit = (bytes: number | 'unlimited') => async () =>
      execFileSync('prlimit', ['--pid', String(parts.server.pid), `--fsize=${bytes}:`]);
    await judge(parts, limit(0), limit('unlimited'));
  });

  it.runIf(inject('postgresUrl'))('is answered 503 with Retry-After while PostgreSQL is down', async () => {
    const postgres = await PostgresServer.create();
    if (!postgres) throw new Error('PostgreSQL was there a moment ago');
    onTestFinished(() => postgres.remove());
    await judge(
      await setup({ database: { url: postgres.url } }),
      () => postgres.stop('SIGQUIT'),
      () => postgres.start(),
    );
  });
});
