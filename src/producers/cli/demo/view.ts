/** How the demo looks while it runs, and what it says at the end. */
import type { Tally } from '../../../ledger/lookup.ts';
import type { Operation } from '../../../providers/operation.ts';
import { table } from '../terminal.ts';
import type { Pace } from './emulator-admin.ts';
import type { Purge } from './round.ts';

export interface Progress {
  readonly purge: Purge;
  readonly tally: Tally;
  readonly total: number;
}

const settledOf = ({ tally, total }: Progress): number => total - (tally.open ?? 0);

/** One line: how far each operation is, and all of them together. */
export function progressLine(all: readonly Progress[], seconds: number): string {
  const parts = all.map((each) => {
    const share = Math.floor((100 * settledOf(each)) / each.total);
    return `${each.purge.title} ${share === 100 ? 'done' : `${String(share).padStart(2)} %`}`;
  });
  const settled = all.reduce((sum, each) => sum + settledOf(each), 0);
  const total = all.reduce((sum, each) => sum + each.total, 0);
  const width = 24;
  const filled = Math.floor((width * settled) / Math.max(1, total));
  const bar = `${'#'.repeat(filled)}${'.'.repeat(width - filled)}`;
  return `${String(Math.round(seconds)).padStart(3)} s [${bar}] ${settled}/${total}  ${parts.join(', ')}`;
}

export interface Ending {
  readonly progress: Progress;
  readonly operation: Operation;
  readonly pace: Pace;
}

const outcomes = ['deleted', 'absent', 'refused', 'exhausted', 'cancelled'] as const;

/** Outcomes and speed of each operation. */
export function endingTable(endings: readonly Ending[]): string {
  const head = [
    'operation',
    'ids',
    ...outcomes.slice(0, 4),
    'calls',
    'ids/call',
    'of the cap',
    'fullest window',
  ];
  const rows = endings.map(({ progress, operation, pace }) => {
    const { calls, per } = operation.cap;
    const perSecond = per === 'second' ? calls : calls / 60;
    return [
      operation.name,
      progress.total,
      ...outcomes.slice(0, 4).map((outcome) => progress.tally[outcome] ?? 0),
      pace.calls,
      pace.calls > 0 ? (pace.ids / pace.calls).toFixed(1) : '–',
      // Within its first minute a lane by the minute may be ahead of the even rate.
      per === 'second' ? `${((100 * pace.rate) / perSecond).toFixed(1)} %` : '–',
      `${pace.fullest} of ${calls} a ${per}`,
    ];
  });
  return table(head, rows);
}

/** Said only where arrivals were bunched by the emulator itself. */
export function bunchedNote(endings: readonly Ending[]): string | undefined {
  const bunched = endings.filter(({ pace, operation }) => pace.fullestBunched > operation.cap.calls);
  if (bunched.length === 0) return undefined;
  const most = bunched.map(({ operation, pace }) => `${operation.action} ${pace.fullestBunched}`).join(', ');
  return (
    `The machine is busy: the emulator stalled, and stamped what waited meanwhile as one bunch (${most}). ` +
    'Those moments are left out of "fullest window".'
  );
}
