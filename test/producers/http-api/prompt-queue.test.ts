import { describe, expect, it } from 'vitest';
import { systemClock, type Clock } from '../../../src/clock.ts';
import { promptQueue } from '../../../src/producers/http-api/prompt-queue.ts';

/** Time passes only where a test says so; `adds` is how each add ends that was asked for. */
function setup() {
  let now = 0;
  const timers = new Set<{ readonly at: number; readonly then: () => void }>();
  const clock: Clock = {
    ...systemClock,
    monotonic: () => now,
    after(ms, then) {
      const timer = { at: now + ms, then };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  };
  const adds: PromiseWithResolvers<void>[] = [];
  const atHand = promptQueue(
    {
      add: () => {
        const add = resolvers();
        adds.push(add);
        return add.promise;
      },
    },
    clock,
  );
  const pass = (ms: number) => {
    now += ms;
    for (const timer of timers) if (timer.at <= now && timers.delete(timer)) timer.then();
  };
  return { atHand, adds, pass, timers, add: () => atHand()?.add('lane', []) };
}

interface PromiseWithResolvers<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

function resolvers(): PromiseWithResolvers<void> {
  let made: Omit<PromiseWithResolvers<void>, 'promise'> | undefined;
  const promise = new Promise<void>((resolve, reject) => (made = { resolve, reject }));
  return { promise, ...made! };
}

describe('promptQueue', () => {
  it('is at hand for all while it answers, and leaves no timer behind', async () => {
    const { add, adds, timers, atHand } = setup();
    const [first, second] = [add(), add()];
    adds.forEach(({ resolve }) => resolve());
    await Promise.all([first, second]);
    expect(timers.size).toBe(0);
    expect(atHand()).toBeDefined();
  });

  it('is left alone for a second after a failure, then one asks it again', async () => {
    const { add, adds, atHand, pass } = setup();
    const failed = add();
    adds[0]?.reject(new Error('gone'));
    await expect(failed).rejects.toThrow('gone');
    expect(atHand()).toBeUndefined();
    pass(999);
    expect(atHand()).toBeUndefined();
    pass(1);
    const asking = add();
    expect(asking).toBeDefined();
    expect(atHand()).toBeUndefined();
    adds[1]?.resolve();
    await asking;
    expect(atHand()).toBeDefined();
    expect(atHand()).toBeDefined();
  });

  it('is waited for 150 ms at most', async () => {
    const { add, adds, atHand, pass } = setup();
    const slow = add();
    pass(149);
    expect(atHand()).toBeDefined();
    pass(1);
    await expect(slow).rejects.toThrow('the queue did not answer within 150 ms');
    expect(atHand()).toBeUndefined();
    // What comes of it later is nobody's concern.
    adds[0]?.reject(new Error('too late to be told'));
  });
});
