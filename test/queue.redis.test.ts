/** The queue where Redis comes and goes, behind a network that the test owns. */
import { beforeEach, describe, expect, inject, it, onTestFinished } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { openQueues, type OfferedJob, type Queues } from '../src/queue.ts';
import { quiet, until } from './system/judge.ts';
import { Proxy } from './system/proxy.ts';

const lane = 'acc~alibaba.vod.delete-video';

let prefix: string;
let network: Proxy;
let queues: Queues;

beforeEach(async () => {
  prefix = `queue-${systemClock.id()}`;
  network = await Proxy.open(Number(new URL(inject('redisUrl')).port || 6379));
  queues = openQueues({
    ...{ url: `redis://127.0.0.1:${network.port}`, prefix, clock: systemClock },
    onError: () => undefined,
  });
  await queues.connected(5_000);
  onTestFinished(async () => {
    await queues.close();
    await network.close();
  });
});

const job = (id: string): OfferedJob => ({
  id,
  urgent: true,
  data: { v: 1, request: 'R', targets: [id], requester: 'ann', reason: '', issuedAt: 1, expiresAt: 2 },
});
const away = async () => {
  await network.make({ kind: 'refuse' });
  network.reset();
  await until('the loss is noticed', () =>
    queues.ping().then(
      () => false,
      () => true,
    ),
  );
};
const back = async () => {
  await network.heal();
  await until('Redis', () =>
    queues.ping().then(
      () => true,
      () => false,
    ),
  );
};

describe('openQueues', () => {
  it('adds jobs to a lane that it was first asked for while Redis was away', async () => {
    await away();
    await expect(queues.add(lane, [job('one')])).rejects.toThrow();
    await back();
    await queues.add(lane, [job('two')]);
    expect(await queues.counts(lane)).toMatchObject({ waiting: 1 });
  });

  it('hands out the jobs of a lane that is consumed since Redis was away', async () => {
    await queues.add(lane, [job('one')]);
    await away();
    const taken: string[] = [];
    const consumer = queues.consume(lane, async (_, id) => {
      taken.push(id);
      return { results: [] };
    });
    await back();
    await until('the job', () => taken.length === 1, 5_000);
    await consumer.close();
  });

  it('closes a consumer although Redis is away and a job at hand can’t be put back', async () => {
    await queues.add(lane, [job('one')]);
    let putBack = (): void => undefined;
    const consumer = queues.consume(
      lane,
      () => new Promise((resolve) => (putBack = () => resolve({ back: true }))),
    );
    await until('the job', async () => (await queues.active(lane)).length === 1);
    await away();
    putBack();
    const closed = consumer.close();
    await expect(Promise.race([closed, quiet(10_000).then(() => 'not closed')])).resolves.toBeUndefined();
  });
});
