/** How commands leave for Redis. */
import { expect, inject, it, onTestFinished, vi } from 'vitest';
import { openRedis } from '../src/redis.ts';

it('writes the commands of one tick together, and each of them is answered', async () => {
  const errors: Error[] = [];
  const redis = openRedis({ url: inject('redisUrl') }, 'consuming', (error) => void errors.push(error));
  onTestFinished(() => redis.disconnect());
  await redis.ping();
  const one = vi.spyOn(redis.stream, '_write');
  const several = vi.spyOn(redis.stream, '_writev');
  for (const count of [20, 3]) {
    const answers = Array.from({ length: count }, (_, n) => redis.echo(`said ${n}`));
    expect(await Promise.all(answers)).toEqual(Array.from({ length: count }, (_, n) => `said ${n}`));
  }
  expect(one).not.toHaveBeenCalled();
  expect(several.mock.calls.map(([chunks]) => chunks.length)).toEqual([20, 3]);
  expect(errors).toEqual([]);
});
