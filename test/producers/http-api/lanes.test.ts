import { describe, expect, it } from 'vitest';
import { video } from '../../accounts.ts';
import { serve } from './world.ts';

const path = `/v1/lanes/media-prod/${video}`;
interface Lanes {
  readonly halt?: object;
  readonly lanes: readonly { readonly account: string; readonly state: string; readonly by: string }[];
}

describe('/v1/lanes', () => {
  it('tells each lane, its state and its cap', async () => {
    const { ask } = await serve();
    const { status, json } = await ask('/v1/lanes');
    expect(status).toBe(200);
    const { lanes } = json as unknown as Lanes;
    expect(lanes).toHaveLength(4);
    expect(lanes).toContainEqual(
      expect.objectContaining({
        account: 'media-prod',
        operation: video,
        state: 'open',
        cap: { calls: 30, per: 'second' },
      }),
    );
  });

  it('shows a key only the accounts that it may read', async () => {
    const { ask } = await serve({ keys: { ann: ['read:hw-prod'] } });
    const { lanes } = (await ask('/v1/lanes', { by: 'ann' })).json as unknown as Lanes;
    expect(lanes.map(({ account }) => account)).toEqual(['hw-prod']);
  });

  it('pauses and resumes a lane in the name of the key, with a body or without', async () => {
    const { ask } = await serve({ keys: { ops: ['operate'] } });
    const paused = await ask(`${path}/pause`, { body: { reason: 'too many absents' }, by: 'ops' });
    expect(paused).toMatchObject({
      status: 200,
      json: { state: 'paused', by: 'ops', reason: 'too many absents' },
    });
    const resumed = await ask(`${path}/resume`, { method: 'POST', by: 'ops' });
    expect(resumed).toMatchObject({ status: 200, json: { state: 'open' } });
  });

  it('does not resume a halted lane', async () => {
    const { ask, ledger } = await serve();
    await ledger.setLane(`media-prod~${video}`, 'halted', 'wrong key', 'worker');
    expect(await ask(`${path}/resume`, { method: 'POST' })).toMatchObject({ status: 409 });
    expect(await ask('/v1/unhalt', { body: { account: 'media-prod', operation: video } })).toMatchObject({
      status: 200,
    });
    expect(await ask(`${path}/resume`, { method: 'POST' })).toMatchObject({
      status: 200,
      json: { state: 'open' },
    });
  });

  it.each(['/v1/lanes/nope/x/pause', '/v1/lanes/media-prod/nope/pause', `/v1/lanes/hw-prod/${video}/pause`])(
    'has no lane %s',
    async (wrong) => {
      const { ask } = await serve();
      expect(await ask(wrong, { method: 'POST' })).toMatchObject({ status: 404 });
    },
  );
});

describe('/v1/halt', () => {
  it('halts everything and ends it', async () => {
    const { ask, ledger } = await serve();
    const { json } = await ask('/v1/halt', { body: { reason: 'wrong list' } });
    expect(json['halt']).toMatchObject({ reason: 'wrong list', by: 'anonymous@loopback' });
    expect(await ledger.halted()).toBeDefined();
    expect((await ask('/v1/unhalt', { method: 'POST' })).json['halt']).toBeUndefined();
    expect(await ledger.halted()).toBeUndefined();
  });

  it('needs operate for every account', async () => {
    const { ask, ledger } = await serve({ keys: { one: ['operate:media-prod'] } });
    expect(await ask('/v1/halt', { body: { reason: 'x' }, by: 'one' })).toMatchObject({ status: 403 });
    expect(await ask('/v1/unhalt', { method: 'POST', by: 'one' })).toMatchObject({ status: 403 });
    const own = { account: 'media-prod', operation: video };
    expect(await ask('/v1/unhalt', { body: own, by: 'one' })).toMatchObject({ status: 200 });
    expect(await ledger.halted()).toBeUndefined();
  });

  it('wants to know why', async () => {
    const { ask } = await serve();
    const { status, json } = await ask('/v1/halt', { body: {} });
    expect(status).toBe(400);
    expect(json['errors']).toMatchObject([{ pointer: '/reason', problem: 'is missing' }]);
  });
});
