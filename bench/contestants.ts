/** Who drains the same work: ours, and what people write without it. */
import type { Contest, Drained, Work } from './contest.ts';
import { oursDrains } from './ours.ts';
import { peerDrains } from './peers/process.ts';

export interface Contestant {
  readonly name: string;
  /** Twenty ids a call; the others would take minutes. */
  readonly fast: boolean;
  drains(contest: Contest, account: string, work: Work): Promise<Drained>;
}

const ours = (processes: number, name: string): Contestant => ({
  ...{ name, fast: true },
  drains: (contest, account, work) => oursDrains(contest, account, processes, work),
});

const peer = (program: string, queued: boolean, fast: boolean, name: string): Contestant => ({
  ...{ name, fast },
  drains: (contest, account, work) => peerDrains(contest, account, { program, queued }, work),
});

export const oursInOne = ours(1, '`expunge serve --worker`, 1 process');
export const oursInFour = ours(4, '`expunge serve --worker`, 4 processes');
export const ideal = peer('batched-loop.ts', false, true, 'script: paced loop over pop-core, batches of 20');
export const slow: readonly Contestant[] = [
  peer('paced-loop.ts', false, false, 'script: paced loop over pop-core, one id a call'),
  peer('bullmq-limiter.ts', true, false, "BullMQ worker, BullMQ's limiter, one id a call"),
  peer('bullmq-bottleneck.ts', true, false, 'BullMQ worker, clustered Bottleneck, one id a call'),
];
