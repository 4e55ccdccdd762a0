/**
 * What all peers have in common: the vendor's client with its defaults, two operations with 12,000 ids each, and a
 * parent that says when to begin and when to stop. The rest of each is written as its users write it, from the pages
 * of the libraries, and holds no more than that.
 */
import PopCore from '@alicloud/pop-core';
import { Queue } from 'bullmq';
import { idsOf, lanes, type Action } from '../lanes.ts';

export interface Work {
  readonly redisUrl: string;
  /** Of its queues. */
  readonly prefix: string;
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** The ids of each operation. */
  readonly ids: { readonly from: string; readonly count: number };
}

/** What a program says of the ids that it is done with. */
export interface Said {
  readonly deleted: readonly string[];
  readonly failed: readonly string[];
}

/** What a peer answers in the end. */
export interface Told {
  readonly said: Readonly<Record<Action, Said>>;
}

const attempts = 3;
/** Before the second attempt; twice as much before each further one. */
export const pauseMs = 1_000;

export const queueJob = (id: string) => ({
  name: 'delete',
  data: { id },
  opts: { attempts, backoff: { type: 'exponential', delay: pauseMs } },
});

/** One call; rejects with the provider's code, or for want of an answer within 3 s, pop-core's default. */
export type Remove = (action: Action, ids: readonly string[]) => Promise<void>;

function removing({ endpoint, accessKeyId, accessKeySecret }: Work): Remove {
  const client = new PopCore({ endpoint, accessKeyId, accessKeySecret, apiVersion: '2017-03-21' });
  return async (action, ids) => {
    const list = ids.join(',');
    const parameters =
      action === 'DeleteVideo' ? { VideoIds: list } : { DeleteImageType: 'ImageId', ImageIds: list };
    await client.request(action, parameters, { method: 'POST' });
  };
}

/** What BullMQ holds of its jobs in the end. */
export async function saidByQueue({ redisUrl, prefix }: Work, action: Action): Promise<Said> {
  const queue = new Queue<{ id: string }>(action, { connection: { url: redisUrl }, prefix });
  const ids = async (state: 'completed' | 'failed') =>
    (await queue.getJobs([state], 0, -1)).map(({ data }) => data.id);
  const said = { deleted: await ids('completed'), failed: await ids('failed') };
  await queue.close();
  return said;
}

/** One lane of a loop without a queue: every batch has its attempts, and ends as deleted or as failed. */
export async function loop(
  batches: readonly (readonly string[])[],
  request: (batch: readonly string[]) => Promise<void>,
  concurrency: number,
  stopped: AbortSignal,
): Promise<Said> {
  const said = { deleted: [] as string[], failed: [] as string[] };
  const left = batches.values();
  async function worker(): Promise<void> {
    for (const batch of left) {
      if (stopped.aborted) return;
      said[(await tried(() => request(batch))) ? 'deleted' : 'failed'].push(...batch);
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker));
  return said;
}

async function tried(request: () => Promise<void>): Promise<boolean> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    try {
      await request();
      return true;
    } catch {
      if (attempt < attempts)
        await new Promise((resolve) => setTimeout(resolve, pauseMs * 2 ** (attempt - 1)));
    }
  }
  return false;
}

/** Runs `drain` for each lane when the parent says `go`; `stopped` when it says `stop`. */
export function peer(
  drain: (
    lane: { readonly action: Action; readonly cap: number; readonly ids: readonly string[] },
    work: Work,
    tools: { readonly remove: Remove; readonly stopped: AbortSignal },
  ) => Promise<Said>,
): void {
  const work = JSON.parse(process.argv[2] ?? '{}') as Work;
  const remove = removing(work);
  const stopping = new AbortController();
  const go = async () => {
    const { from, count } = work.ids;
    const tools = { remove, stopped: stopping.signal };
    const ends = lanes.map(async ({ action, cap }) => {
      const said = await drain({ action, cap, ids: idsOf(action, from, count) }, work, tools);
      process.send?.({ emptied: action });
      return [action, said] as const;
    });
    process.send?.({ said: Object.fromEntries(await Promise.all(ends)) });
  };
  process.on('message', (message) => {
    if (message === 'go') void go();
    if (message === 'stop') stopping.abort();
  });
  process.on('SIGTERM', () => process.exit());
  process.stdout.write(`${JSON.stringify({ started: true, metrics: 0 })}\n`);
}
