/** `enqueue --wait`: watches a request in the ledger until none of its targets is open. */
import { pause } from '../../clock.ts';
import { deadLetters, settlements } from '../../deletion.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Operation } from '../../providers/operation.ts';
import { obstacleOf } from './obstacle.ts';
import type { Context } from './program.ts';
import { progressLine, progressMeter, unwanted, type Progress } from './progress.ts';
import { exits, table } from './terminal.ts';
import { count, duration, shortened } from '../wording.ts';

export interface Watched {
  /** What `enqueue` answers; the outcome is added to it. */
  readonly result: { readonly request: string };
  readonly lane: string;
  readonly operation: Operation;
}

const lookMs = 500;
/** Lines for people without a terminal, and looks at the lane, which cost more. */
const lineMs = 5_000;
/** Dead letters that are shown; the ledger has all. */
const mostShown = 10;

export async function wait(context: Context, ledger: Ledger, watched: Watched): Promise<void> {
  const { clock, terminal, stopped, exitWith } = context;
  const { request } = watched.result;
  const meter = progressMeter();
  const began = clock.monotonic();
  let nextLine = -Infinity;
  let obstacle = '';
  for (;;) {
    const at = clock.monotonic();
    const progress = meter(await ledger.tally(request), at);
    // The counting of a large request must not become the ledger's main work.
    const tookMs = clock.monotonic() - at;
    if (progress.open === 0) return end(context, ledger, watched, progress, at - began);
    if (stopped.aborted) {
      // What was waited for has not happened: a script must not go on as if it had.
      exitWith(exits.failed);
      return leave(context, watched, progress);
    }
    const due = at >= nextLine;
    if (due) {
      const found = await obstacleOf(ledger, watched.lane);
      const text = found.text && `${found.text}. Way out: ${found.remedy}`;
      if (text && text !== obstacle) terminal.say(`Nothing is sent now: ${text}`);
      obstacle = text;
      terminal.event(eventOf(watched, progress, found.text));
      nextLine = at + lineMs;
    }
    const standing = obstacle && 'stands still';
    terminal.draw(progressLine(progress, standing).slice(0, terminal.columns - 1));
    if (due && !terminal.live && !terminal.json) terminal.say(progressLine(progress, standing));
    await pause(clock, Math.max(lookMs, 5 * tookMs), stopped);
  }
}

const eventOf = ({ result }: Watched, { open, settled, perSecond, etaMs }: Progress, obstacle: string) => ({
  ...{ event: 'progress', request: result.request, open, settlements: settled },
  perSecond: perSecond === undefined ? null : Math.round(perSecond * 10) / 10,
  etaSeconds: etaMs === undefined || obstacle !== '' ? null : Math.round(etaMs / 1_000),
  ...(obstacle && { obstacle }),
});

/** Ctrl-C ends the watching, not the work. */
function leave({ terminal }: Context, { result }: Watched, { open, settled }: Progress): void {
  terminal.result(
    { ...result, open, settlements: settled },
    `${count(open, 'target')} still open: the work goes on without this command.\n` +
      `Look at it with: expunge lanes; expunge lookup ID`,
  );
}

async function end(
  { terminal, exitWith }: Context,
  ledger: Ledger,
  { result, operation }: Watched,
  progress: Progress,
  ms: number,
): Promise<void> {
  const dead = await ledger.settledAs(result.request, deadLetters, mostShown);
  const rows = settlements.flatMap((each) => {
    const n = progress.settled[each] ?? 0;
    return n > 0 ? [[each, n]] : [];
  });
  const letters = dead.map(({ id, settlement, code, message }) => [
    shortened(id),
    settlement ?? '',
    code,
    shortened(message, 100),
  ]);
  const bad = unwanted(progress);
  if (bad > 0) exitWith(exits.failed);
  const text = [
    `Settled in ${duration(ms)}:`,
    table(['settlement', 'targets'], rows),
    ...(bad > 0 ? ['', `Dead letters${bad > letters.length ? `, ${letters.length} of ${bad}` : ''}:`] : []),
    ...(bad > 0 ? [table(['id', 'settlement', 'code', 'message'], letters)] : []),
    '',
    ...operation.warnings.map((warning) => `! ${warning}`),
  ];
  terminal.result({ ...result, open: 0, settlements: progress.settled, deadLetters: dead }, text.join('\n'));
}
