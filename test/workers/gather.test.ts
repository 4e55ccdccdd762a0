import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bins, isRetried, split, type Item } from '../../src/workers/gather.ts';
import { targetOf } from '../target.ts';

const video = 'alibaba.vod.delete-video';
const thumbnails = 'huawei.vod.delete-thumbnails';

function item(id: string, { urgent = false, asset = '', attempts = 0 } = {}): Item {
  const target = asset ? targetOf(thumbnails, { task: id, asset }) : targetOf(video, id);
  return { key: id, target, urgent, attempts, ambiguous: false, since: 0, waiters: [] };
}

function bins(limit = 20): Bins {
  return new Bins((target) => target.parent, limit);
}

const keys = (gathered: { items: readonly Item[] } | undefined) => gathered?.items.map(({ key }) => key);

describe('Bins', () => {
  it('fills a call up to the batch limit, in order of arrival', () => {
    const waiting = bins(3);
    for (const id of ['a1', 'a2', 'a3', 'a4']) waiting.add(item(id), 0);
    expect(waiting.hasFull()).toBe(true);
    expect(keys(waiting.take(0))).toEqual(['a1', 'a2', 'a3']);
    expect(waiting.hasFull()).toBe(false);
    expect(keys(waiting.take(0))).toEqual(['a4']);
    expect(waiting.take(0)).toBeUndefined();
  });

  it('puts urgent items first and fills their call with the rest of their bin', () => {
    const waiting = bins(3);
    for (const id of ['a1', 'a2', 'a3', 'a4']) waiting.add(item(id), 0);
    waiting.add(item('now', { urgent: true }), 0);
    expect(keys(waiting.take(0))).toEqual(['now', 'a1', 'a2']);
  });

  it('never mixes batch keys', () => {
    const waiting = bins(10);
    for (let n = 0; n < 6; n++) waiting.add(item(`t${n}`, { asset: n % 2 ? 'odd' : 'even' }), 0);
    for (let call = waiting.take(0); call; call = waiting.take(0))
      expect(new Set(call.items.map(({ target }) => target.parent)).size).toBe(1);
  });

  it('never mixes what was tried before with what was not, and knows whether that waits', () => {
    const waiting = bins(10);
    for (let n = 0; n < 6; n++) waiting.add(item(`t${n}`, { attempts: n % 2 }), 0);
    expect(waiting.hasFresh()).toBe(true);
    const calls = [waiting.take(0)!, waiting.take(0)!];
    expect(calls.map(({ items }) => items.length)).toEqual([3, 3]);
    expect(calls.map(isRetried).toSorted()).toEqual([false, true]);
    waiting.putPack([item('again', { attempts: 1 })]);
    waiting.add(item('again2', { attempts: 2 }), 0);
    expect(waiting.hasFresh()).toBe(false);
    waiting.putPack([item('split')]);
    expect(waiting.hasFresh()).toBe(true);
  });

  it('hastens an item that was tried before', () => {
    const waiting = bins(1);
    const late = item('late', { attempts: 1 });
    for (const each of [item('a1', { attempts: 1 }), late]) waiting.add(each, 0);
    waiting.hasten(late, 0);
    expect(keys(waiting.take(0))).toEqual(['late']);
  });

  it('prefers full bins, but lets none wait longer than a second for others', () => {
    const waiting = bins(2);
    waiting.add(item('small', { asset: 'small' }), 0);
    for (let n = 0; n < 4; n++) waiting.add(item(`b${n}`, { asset: 'big' }), 0);
    expect(keys(waiting.take(500))).toEqual(['b0', 'b1']);
    expect(keys(waiting.take(1_500))).toEqual(['small']);
  });

  it('sends a pack as it is, before bulk and after urgent items', () => {
    const waiting = bins(20);
    waiting.add(item('bulk'), 0);
    waiting.putPack([item('p1'), item('p2')]);
    waiting.add(item('now', { urgent: true }), 0);
    expect(keys(waiting.take(0))).toEqual(['now', 'bulk']);
    waiting.add(item('later'), 0);
    expect(keys(waiting.take(0))).toEqual(['p1', 'p2']);
  });

  it('puts a call back where it came from', () => {
    const waiting = bins(2);
    for (const id of ['a1', 'a2', 'a3']) waiting.add(item(id), 0);
    const taken = waiting.take(0);
    if (taken) waiting.putBack(taken, 0);
    expect(keys(waiting.take(0))).toEqual(['a1', 'a2']);
    waiting.putBack({ items: [item('p1')], pack: true }, 0);
    expect(keys(waiting.take(0))).toEqual(['p1']);
  });

  it('hastens an item that waits', () => {
    const waiting = bins(2);
    const late = item('late');
    for (const each of [item('a1'), item('a2'), late]) waiting.add(each, 0);
    waiting.hasten(late, 0);
    expect(keys(waiting.take(0))).toEqual(['late', 'a1']);
  });

  it('gives out each item exactly once and counts what waits', () => {
    const step = fc.record({
      urgent: fc.boolean(),
      asset: fc.constantFrom('x', 'y', 'z'),
      take: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), (steps, limit) => {
        const waiting = bins(limit);
        const given: string[] = [];
        steps.forEach(({ urgent, asset, take }, n) => {
          waiting.add(item(`i${n}`, { urgent, asset }), n);
          if (take) given.push(...(keys(waiting.take(n)) ?? []));
          expect(waiting.waiting).toBe(n + 1 - given.length);
        });
        given.push(...waiting.empty().map(({ key }) => key));
        expect(given.toSorted()).toEqual(steps.map((_, n) => `i${n}`).toSorted());
        expect(waiting.waiting).toBe(0);
      }),
    );
  });
});

describe('split', () => {
  const batch = (size: number) => {
    const [head = item('none'), ...rest] = Array.from({ length: size }, (_, n) => item(`s${n}`));
    return [head, ...rest] as const;
  };

  it('makes four parts of a full batch, then single targets', () => {
    expect(split(batch(20), 20).map((part) => part.length)).toEqual([5, 5, 5, 5]);
    expect(split(batch(5), 20).map((part) => part.length)).toEqual([1, 1, 1, 1, 1]);
    expect(split(batch(10), 10).map((part) => part.length)).toEqual([3, 3, 3, 1]);
  });

  it('finds one bad target of a full batch in at most ten calls, and twenty in twenty-five', () => {
    const calls = (bad: (key: string) => boolean, items: readonly [Item, ...Item[]]): number => {
      if (!items.some(({ key }) => bad(key)) || items.length === 1) return 1;
      return split(items, 20).reduce((sum, part) => sum + calls(bad, part), 1);
    };
    for (let n = 0; n < 20; n++) expect(calls((key) => key === `s${n}`, batch(20))).toBeLessThanOrEqual(10);
    expect(calls(() => true, batch(20))).toBeLessThanOrEqual(25);
  });
});
