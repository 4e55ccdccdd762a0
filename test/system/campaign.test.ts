/** What stands between a list and its first deletion: each guard refuses, and nothing reaches the provider. */
import { appendFileSync } from 'node:fs';
import { describe, expect, inject, it } from 'vitest';
import {
  callsOf,
  list,
  openWorld,
  planned,
  started,
  statusOf,
  told,
  type,
  video,
  type Who,
} from './campaigns.ts';
import { expectAgreement, quiet, until } from './judge.ts';
import { numbered } from './targets.ts';

describe('expunge campaign', () => {
  it('refuses with exit 3 whatever is not exactly what was planned and agreed to, and sends nothing', async () => {
    const { world } = await openWorld({
      redisUrl: inject('redisUrl'),
      accounts: { acc: { [video]: { cap: 20 } } },
      settings: { approval: { above: 20 }, protected: { patterns: ['keep-*'] } },
    });
    world.emulator.inventory({ DeleteVideo: { any: true } });
    const planFlags = (file: string) => ['--account', 'acc', '--operation', video, '--file', file];
    const few = await planned(world, 'few', 'acc', numbered('few', 10));
    const most = await planned(world, 'most', 'acc', numbered('most', 10), '--max', '10');
    const many = await planned(world, 'many', 'acc', numbered('many', 30));
    const agreed = await planned(world, 'agreed', 'acc', numbered('agreed', 30));
    const changed = await planned(world, 'changed', 'acc', numbered('changed', 10));
    appendFileSync(`${world.dir}/changed.txt`, 'one-more\n');
    const kept = list(world, 'kept.txt', ['one', 'keep-this', 'two']);
    const long = list(world, 'long.txt', numbered('long', 10));
    expect((await type(world, 'ben', 'campaign', 'approve', 'agreed')).exit).toBe(0);

    const run = (name: string, hash: string, count: number, ...flags: readonly string[]) =>
      ['run', name, '--plan', hash, '--confirm', String(count), ...flags] as const;
    const refused: readonly (readonly [Who, readonly string[], RegExp])[] = [
      ['ann', run('few', many.hash, 10), /is not the hash of this plan/],
      ['ann', run('few', few.hash, 11), /--confirm says 11, the plan has 10 targets/],
      ['ann', run('few', few.hash, 10, '--max', '9'), /more than --max 9/],
      ['ann', run('most', most.hash, 10, '--max', '9'), /more than --max 9/],
      ['ann', ['plan', 'long', ...planFlags(long), '--max', '9'], /more targets than --max 9/],
      ['ann', run('many', many.hash, 30), /a second person has to approve/],
      ['ann', ['approve', 'many'], /ann planned many and can't approve it/],
      ['ben', ['approve', 'many', '--plan', few.hash], /is not the hash of this plan/],
      ['ben', run('agreed', agreed.hash, 30), /ben approved it and can't run it/],
      ['nobody', ['approve', 'many'], /approving takes a person/],
      ['stranger', ['approve', 'many'], /EXPUNGE_API_KEY is no key of api.keys/],
      ['rob', ['approve', 'many'], /rob would need the scope approve:acc/],
      ['rob', ['plan', 'robs', ...planFlags(long)], /needs the scope campaign/],
      ['rob', run('few', few.hash, 10), /needs the scope campaign/],
      ['ann', ['plan', 'kept', ...planFlags(kept)], /may not be deleted[^]*keep-this[^]*is protected by/],
      ['ann', run('changed', changed.hash, 10), /changed\.txt has changed since it was planned/],
    ];
    for (const [who, argv, why] of refused) {
      const { exit, said } = await type(world, who, 'campaign', ...argv);
      expect(said, `${who}: ${argv.join(' ')}`).toMatch(why);
      expect(exit, said).toBe(3);
    }
    await quiet(1_000);
    expect(world.emulator.calls()).toEqual([]);
    expect((await statusOf(world, 'many')).state).toBe('planned');

    // What is as it should be goes at once: it was the guards that held the rest.
    await told(world, 'campaign', ...run('few', few.hash, 10));
    await told(world, 'campaign', ...run('agreed', agreed.hash, 30));
    for (const name of ['few', 'agreed'])
      await until(`${name} is completed`, async () => (await statusOf(world, name)).state === 'completed');
    const sent = callsOf(world, 'acc').calls.flatMap(({ ids }) => ids);
    expect([...sent].sort()).toEqual([...numbered('few', 10), ...numbered('agreed', 30)].sort());
    const again = await type(world, 'ann', 'campaign', ...run('few', few.hash, 10));
    expect(again.said).toMatch(/it was run already/);
    expect(again.exit).toBe(3);
    await expectAgreement(world);
  });

  it('deletes for an urgent request what a paused campaign names too, and for one of two what the other gave up', async () => {
    const { world } = await openWorld({
      redisUrl: inject('redisUrl'),
      accounts: { acc: { [video]: { cap: 20 } } },
    });
    world.emulator.inventory({ DeleteVideo: { any: true } });
    const sentOf = (id: string) => callsOf(world, 'acc').calls.filter(({ ids }) => ids.includes(id)).length;
    await started(world, 'paused', 'acc', numbered('p', 4_000), '--no-canary');
    await until('some calls', () => callsOf(world, 'acc').at.length >= 10);
    await told(world, 'campaign', 'pause', 'paused');
    const calls = callsOf(world, 'acc').at.length;
    // Released long ago and withheld; and nothing but a line of the plan yet.
    const sent = new Set(callsOf(world, 'acc').calls.flatMap(({ ids }) => ids));
    const withheld = numbered('p', 4_000).find((id) => !sent.has(id)) ?? '';
    const urgent = [withheld, 'p3999'];
    const asked = performance.now();
    const { request } = await world.enqueue('acc', video, urgent, { urgent: true });
    expect(await world.settled(request, 5_000)).toEqual({ deleted: 2 });
    const tookMs = performance.now() - asked;
    expect(
      callsOf(world, 'acc')
        .calls.slice(calls)
        .flatMap(({ ids }) => ids)
        .sort(),
    ).toEqual([...urgent].sort());
    const { state, done } = await statusOf(world, 'paused');
    // A line that it has not got to is answered from the ledger when it does.
    expect({ state, done }).toEqual({ state: 'paused', done: sent.size + 1 });

    // Much of what it has released is another campaign's as well; then it is cancelled, and that is the other's alone.
    const from = sent.size + 400;
    const shared = numbered('p', 2_000, from);
    await told(world, 'campaign', 'resume', 'paused');
    await started(world, 'other', 'acc', shared, '--no-canary');
    await until('both are under way', () => callsOf(world, 'acc').at.length >= calls + 30);
    await told(world, 'campaign', 'cancel', 'paused');
    const held = ((await world.ledger.campaign('paused'))?.releasedCount ?? 0) - from;
    const gone = new Set(callsOf(world, 'acc').calls.flatMap(({ ids }) => ids));
    const handed = shared.slice(0, held).filter((id) => !gone.has(id)).length;
    await until('the other ends', async () => (await statusOf(world, 'other')).state === 'completed', 20_000);
    const other = await statusOf(world, 'other');
    expect(other.done).toBe(2_000);
    expect(Object.keys(other.settlements)).toEqual(['deleted']);
    for (const id of shared) expect(sentOf(id), id).toBe(1);
    const cancelled = await statusOf(world, 'paused');
    console.info('shared ids', {
      urgentMs: Math.round(tookMs),
      withheld,
      handed,
      cancelled: cancelled.settlements,
    });
    expect(handed).toBeGreaterThan(200);
    expect(cancelled.state).toBe('cancelled');
    await expectAgreement(world);
  });
});
