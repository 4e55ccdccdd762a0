/** The ways of being watched, and what `watching.ts` and the process that it measures tell each other of them. */
/** The first is the one that the others are compared with. */
export const ways = [
  { name: 'neither', metrics: false, logs: false },
  { name: 'metrics', metrics: true, logs: false },
  { name: 'logs', metrics: false, logs: true },
  { name: 'both', metrics: true, logs: true },
] as const;

/** Processor time of all threads for one call, of each way in one round through them. */
export type Round = readonly number[];

/** What it is told: how many calls a turn has (0: no turns, everything on), and to tell. */
export interface Asked {
  readonly callsATurn: number;
}
export interface Told {
  readonly rounds: readonly Round[];
  /** Since the process began. */
  readonly cpuMs: number;
}
