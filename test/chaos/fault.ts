/** A fault of the campaign, and what faults draw from. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkerProcess } from '../system/worker-process.ts';
import type { Stage } from './stage.ts';

export interface Fault {
  readonly name: string;
  /** Rows of the fault model. */
  readonly row: string;
  /** Two faults of the same place never meet. */
  readonly place: 'worker' | 'redis' | 'provider' | 'ledger' | 'clock' | 'controls' | 'queue' | 'callers';
  /** How often it is drawn, against the others. */
  readonly weight: number;
  /** `random` is uniform in [0, 1). Resolves when it is over. */
  readonly strike: (stage: Stage, random: () => number) => Promise<void>;
  /** Only where the ledger is on PostgreSQL, or only where it is embedded. */
  readonly only?: 'postgres' | 'libsql';
}

export const seconds = (random: () => number, from: number, to: number): number =>
  1_000 * (from + random() * (to - from));
export const one = <Item>(random: () => number, items: readonly Item[]): Item | undefined =>
  items[Math.floor(random() * items.length)];

/** An owner that has sent something since it started, so that killing it interrupts calls. */
export async function owner(stage: Stage, random: () => number): Promise<WorkerProcess | undefined> {
  for (let tries = 0; tries < 100; tries++) {
    const sent = ({ lines }: WorkerProcess) => lines.some(({ msg }) => msg === 'call answered');
    const found = one(
      random,
      stage.workers.filter((worker) => worker.owned().size > 0 && sent(worker)),
    );
    if (found) return found;
    await sleep(100);
  }
  return undefined;
}
