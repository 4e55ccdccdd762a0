import { describe, expect, it } from 'vitest';
import { video } from '../../accounts.ts';
import { serve } from './world.ts';

const body = { account: 'media-prod', operation: video, ids: ['a1', 'a2'], reason: 'contract ended' };
const headers = { 'idempotency-key': 'key-1' };

describe('Idempotency-Key', () => {
  it('makes of 1,000 requests at once one, with 1,000 equal answers', async () => {
    const { ask, ledger } = await serve({ api: { requestsPerSecond: 1_000_000 } });
    const all = await Promise.all(
      Array.from({ length: 1_000 }, () => ask('/v1/deletions', { body, headers })),
    );
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(all.map(({ text }) => text)).size).toBe(1);
    expect((await ledger.lookup('a1'))[0]?.requests).toHaveLength(1);
    expect(all[0]?.json).toMatchObject({ accepted: 2, duplicates: 0 });
  });

  it('tells the first answer again, whatever has happened to the targets since', async () => {
    const { ask, ledger } = await serve();
    const first = await ask('/v1/deletions', { body, headers });
    await ledger.cancelRequest(String(first.json['id']), 'test', '');
    const again = await ask('/v1/deletions', { body, headers });
    expect(again.text).toBe(first.text);
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
  });

  it('tells a refusal again, even where it would be accepted now', async () => {
    const { ask } = await serve();
    const wrong = { ...body, operation: 'alibaba.vod.delete-nothing' };
    const first = await ask('/v1/deletions', { body: wrong, headers });
    const again = await ask('/v1/deletions', { body: wrong, headers });
    expect(first.status).toBe(400);
    expect(again).toMatchObject({ status: 400, text: first.text });
  });

  it('takes a body whose fields stand in another order for the same', async () => {
    const { ask } = await serve();
    const first = await ask('/v1/deletions', { body, headers });
    const turned = Object.fromEntries(Object.entries(body).reverse());
    expect((await ask('/v1/deletions', { body: turned, headers })).text).toBe(first.text);
  });

  it('refuses the same key for another body with 422, and does nothing', async () => {
    const { ask, ledger } = await serve();
    await ask('/v1/deletions', { body, headers });
    const { status, json } = await ask('/v1/deletions', { body: { ...body, ids: ['a3'] }, headers });
    expect(status).toBe(422);
    expect(json['type']).toBe('urn:expunge:problem:key-reused');
    expect(await ledger.lookup('a3')).toEqual([]);
  });

  it('is each person’s own', async () => {
    const { ask } = await serve({ keys: { ann: ['enqueue'], bob: ['enqueue'] } });
    const first = await ask('/v1/deletions', { body, headers, by: 'ann' });
    const other = await ask('/v1/deletions', { body, headers, by: 'bob' });
    expect(other.json['id']).not.toBe(first.json['id']);
    expect(other.json).toMatchObject({ accepted: 0, duplicates: 2 });
  });

  it('waits 10 s for a first one that is under way, then answers 409', async () => {
    let go = () => {};
    const held = new Promise<void>((resolve) => (go = resolve));
    const waits: (() => void)[] = [];
    const { systemClock } = await import('../../../src/clock.ts');
    const clock = {
      ...systemClock,
      after: (ms: number, then: () => void) => {
        if (ms !== 10_000) return systemClock.after(ms, then);
        waits.push(then);
        return () => undefined;
      },
    };
    let heldOnce: () => void = () => undefined;
    const recording = new Promise<void>((resolve) => (heldOnce = resolve));
    const { ask } = await serve({
      clock,
      ledger: (ledger) => ({
        ...ledger,
        async record(...given) {
          heldOnce();
          await held;
          return ledger.record(...given);
        },
      }),
    });
    const first = ask('/v1/deletions', { body, headers });
    await recording;
    const before = waits.length;
    const second = ask('/v1/deletions', { body, headers });
    // the second's own wait for its body and then for the first
    while (waits.length < before + 2) await new Promise((resolve) => setImmediate(resolve));
    waits.at(-1)?.();
    expect(await second).toMatchObject({ status: 409, json: { type: 'urn:expunge:problem:conflict' } });
    go();
    expect(await first).toMatchObject({ status: 202 });
  });

  it.each(['', ' ', 'ä', 'x'.repeat(256)])('is refused where it is malformed: %j', async (key) => {
    const { ask } = await serve();
    const sent = Buffer.from(key).toString('latin1');
    const { status, json } = await ask('/v1/deletions', { body, headers: { 'idempotency-key': sent } });
    expect(status).toBe(400);
    expect(json['errors']).toMatchObject([{ header: 'idempotency-key' }]);
  });
});
