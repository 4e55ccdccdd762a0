/** Every method of the client, at a real server with a worker behind it. */
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { ExpungeClient } from '../../../src/producers/client/client.ts';
import { apiKey, approverKey, operation, startService } from '../../package/service.ts';

const account = 'media-prod';

describe('ExpungeClient', () => {
  it('does all that the API can', async () => {
    const service = await startService(inject('redisUrl'));
    onTestFinished(() => service.close());
    const { world, url } = service;
    const client = new ExpungeClient({ url, apiKey });
    world.emulator.inventory({ DeleteVideo: { ids: ['a', 'b'] } });
    world.emulator.inventory({ DeleteVideo: { prefix: 'spring-', count: 30 } });

    const { id } = await client.deletions.create({
      account,
      operation,
      ids: ['a', 'b', 'gone'],
      reason: 'r',
    });
    await world.settled(id);
    const summary = await client.deletions.get(id);
    expect(summary).toMatchObject({ id, state: 'settled', requester: 'shop', reason: 'r', accepted: 3 });
    expect(summary.settlements).toEqual({ deleted: 2, absent: 1 });
    const ends = new Map<string, string | undefined>();
    for await (const target of client.deletions.targets(id, { pageSize: 1 }))
      ends.set(target.id, target.settlement);
    expect(Object.fromEntries(ends)).toEqual({ a: 'deleted', b: 'deleted', gone: 'absent' });
    expect((await client.lookup('a')).targets).toMatchObject([{ account, operation, settlement: 'deleted' }]);

    await client.lanes.pause(account, operation, { reason: 'round trip' });
    expect((await client.lanes.list()).lanes).toMatchObject([{ state: 'paused', by: 'shop' }]);
    const waiting = await client.deletions.create({ account, operation, ids: ['kept'], reason: 'r' });
    expect(await client.deletions.cancel(waiting.id)).toMatchObject({ cancelled: 1 });
    expect(await client.lanes.resume(account, operation)).toMatchObject({ state: 'open' });
    expect((await client.lanes.halt({ reason: 'drill' })).halt).toMatchObject({ reason: 'drill' });
    expect((await client.lanes.unhalt()).halt).toBeUndefined();

    const lines = Array.from({ length: 30 }, (_, n) => `spring-${n}`);
    const plan = await client.campaigns.plan(
      { name: 'spring', account, operation, reason: 'old', canary: false },
      { lines: [...lines, 'not,fine'] },
    );
    expect(plan).toMatchObject({ valid: 30, invalid: 1, invalidLines: [{ line: 31 }], needsApproval: true });
    const early = client.campaigns.run('spring', { plan: plan.hash, confirm: 30 });
    await expect(early).rejects.toMatchObject({ name: 'ProblemError', status: 409 });
    const approver = new ExpungeClient({ url, apiKey: approverKey });
    expect(await approver.campaigns.approve('spring', { plan: plan.hash })).toMatchObject({
      approvedBy: 'boss',
    });
    expect(await client.campaigns.run('spring', { plan: plan.hash, confirm: 30 })).toMatchObject({
      campaign: 'spring',
      state: expect.stringMatching(/^(running|completed)$/) as string,
    });
    await vi.waitFor(async () => expect((await client.campaigns.get('spring')).state).toBe('completed'), {
      timeout: 30_000,
      interval: 200,
    });
    const report = await client.campaigns.report('spring', { format: 'ndjson' });
    expect(report.final).toBe(true);
    const rows = (await new Response(report.body).text()).trimEnd().split('\n');
    expect(rows.filter((row) => row.includes('"settlement":"deleted"')).length).toBe(30);

    await client.campaigns.plan(
      { name: 'autumn', account, operation, notBefore: '+24h' },
      { lines: ['autumn-1'] },
    );
    const autumn = await client.campaigns.get('autumn');
    await client.campaigns.run('autumn', { plan: autumn.hash, confirm: 1 });
    expect(await client.campaigns.pause('autumn')).toMatchObject({ state: 'paused' });
    expect(await client.campaigns.resume('autumn', { reason: 'go on' })).toMatchObject({ state: 'running' });
    expect((await client.campaigns.cancel('autumn')).state).toMatch(/^cancell(ing|ed)$/);
    const names: string[] = [];
    for await (const { campaign } of client.campaigns.list()) names.push(campaign);
    expect(names).toEqual(['autumn', 'spring']);
    expect(service.deleted().includes('kept')).toBe(false);
  });
});
