/**
 * Deeds: what this process has done to targets, for those who count. Whoever commits a settlement counts it, by the
 * rows that its own statement changed, and nobody else does; so what all processes count is what the ledger holds, but
 * for what a process that is killed had committed and not yet told, and for commits other than a call's whose answer
 * was lost.
 */
import type { Settlement } from '../deletion.ts';
import type { Row } from './database.ts';

export interface LaneName {
  readonly account: string;
  readonly operation: string;
}

export interface Deeds {
  settled(lane: LaneName, settlement: Settlement, targets: number): void;
  /** Lines of a campaign became targets, and were accepted thereby. */
  released(lane: LaneName, targets: number): void;
}

/** The same by what the database answers: rows of changed targets, each with its `lane` and `settlement`. */
export interface Told {
  settled(rows: readonly Row[] | undefined): void;
  released(rows: readonly Row[] | undefined): void;
}

/** `lanes` by their numbers. What is settled in a lane that was registered since then is not told: that is rare. */
export function telling(deeds: Deeds | undefined, lanes: ReadonlyMap<number, LaneName>): Told {
  const tell = (rows: readonly Row[] = [], say: (lane: LaneName, row: Row, targets: number) => void) => {
    const alike = new Map<string, { readonly row: Row; targets: number }>();
    for (const row of rows) {
      const name = `${String(row['lane'])} ${String(row['settlement'])}`;
      const seen = alike.get(name);
      if (seen) seen.targets++;
      else alike.set(name, { row, targets: 1 });
    }
    for (const { row, targets } of alike.values()) {
      const lane = lanes.get(Number(row['lane']));
      if (lane) say(lane, row, targets);
    }
  };
  return {
    settled: (rows) =>
      tell(rows, (lane, row, targets) => deeds?.settled(lane, row['settlement'] as Settlement, targets)),
    released: (rows) => tell(rows, (lane, _, targets) => deeds?.released(lane, targets)),
  };
}
