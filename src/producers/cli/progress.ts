/** How far a request is, as one line. */
import { deadLetters, settlements, type Settlement } from '../../deletion.ts';
import type { Tally } from '../../ledger/lookup.ts';
import { duration, grouped } from '../wording.ts';

export interface Progress {
  readonly total: number;
  readonly open: number;
  readonly settled: Readonly<Partial<Record<Settlement, number>>>;
  /** Targets settled a second, lately; undefined while too little was seen to tell. */
  readonly perSecond: number | undefined;
  /** Milliseconds until none is open, if it goes on so; undefined where nobody can tell. */
  readonly etaMs: number | undefined;
}

/** The rate is that of so many ms. */
const lately = 15_000;
/** Less than this tells nothing of a rate. */
const least = 1_500;

/** Keeps the last seconds in mind and derives the rate from them. */
export function progressMeter(): (tally: Tally, at: number) => Progress {
  const samples: { at: number; settled: number }[] = [];
  return (tally, at) => {
    const { open = 0, ...settled } = tally;
    const done = Object.values(settled).reduce((sum, each) => sum + each, 0);
    samples.push({ at, settled: done });
    while (samples.length > 2 && at - (samples[0]?.at ?? at) > lately) samples.shift();
    const first = samples[0] ?? { at, settled: done };
    const perSecond = at - first.at < least ? undefined : ((done - first.settled) * 1_000) / (at - first.at);
    const etaMs = perSecond === undefined || perSecond <= 0 ? undefined : (open / perSecond) * 1_000;
    return { total: open + done, open, settled, perSecond, etaMs };
  };
}

const width = 24;

/** `[######......] 1,200/2,000  deleted 1,190  absent 10  580 ids/s  about 2 s left` */
export function progressLine({ total, open, settled, perSecond, etaMs }: Progress, obstacle: string): string {
  const done = total - open;
  const filled = Math.floor((width * done) / Math.max(1, total));
  const bar = `[${'#'.repeat(filled)}${'.'.repeat(width - filled)}]`;
  const counts = settlements.flatMap((each) => {
    const n = settled[each] ?? 0;
    return n > 0 ? [`${each} ${grouped(n)}`] : [];
  });
  const rate = perSecond === undefined ? [] : [`${grouped(Math.round(perSecond))} ids/s`];
  const left = etaMs === undefined ? [] : [`about ${duration(etaMs)} left`];
  const end = obstacle === '' ? [...rate, ...left] : [obstacle];
  return [`${bar} ${grouped(done)}/${grouped(total)}`, ...counts, ...end].join('  ');
}

export const unwanted = ({ settled }: Progress): number =>
  deadLetters.reduce((sum, each) => sum + (settled[each] ?? 0), 0);
