/**
 * `expunge campaign watch`: looks at a campaign in the ledger until it has ended. The work is the workers': whoever
 * looks can leave and come back.
 */
import { commandLine } from '../../campaign/door.ts';
import { pause } from '../../../clock.ts';
import type { Config } from '../../../config.ts';
import type { Campaign } from '../../../ledger/campaign/campaign.ts';
import type { Ledger } from '../../../ledger/ledger.ts';
import { surroundings } from '../../campaign/situation.ts';
import { hasEnded } from '../../campaign/states.ts';
import type { AddCommand, Context } from '../program.ts';
import { exits } from '../terminal.ts';
import { grouped } from '../../wording.ts';
import { withLedger } from '../with-ledger.ts';
import { chooseCampaign } from './choose.ts';
import type { View } from '../../campaign/standing.ts';
import { fieldsOf, isClean, viewOf } from '../../campaign/view.ts';
import { line, screen } from './view.ts';

const lookMs = 500;
/** Lines for people without a terminal, and looks at the lanes, which cost more. */
const lineMs = 5_000;
/** The same line again, while nothing moves: whoever reads a log sees that it is still being looked at. */
const sameMs = 60_000;
/** The rate of calls is that of so many ms. */
const lately = 15_000;
/** Less than this tells nothing of a rate. */
const least = 1_500;

export const addWatch: AddCommand = (campaign, run) =>
  void campaign
    .command('watch')
    .description('look on until it has ended; leaving it with Ctrl-C stops nothing')
    .argument('<name>')
    .action(
      run((context: Context, name: string) => {
        const config = context.config();
        return withLedger(context, config, (ledger) => watch(context, ledger, config, name));
      }),
    );

export async function watch(context: Context, ledger: Ledger, config: Config, name: string): Promise<void> {
  const { clock, terminal, stopped } = context;
  const rateOf = callMeter();
  let around: Awaited<ReturnType<typeof surroundings>> | undefined;
  let nextLine = -Infinity;
  let told = '';
  let moved = '';
  let quietUntil = -Infinity;
  for (;;) {
    const began = clock.monotonic();
    const campaign = await chooseCampaign(ledger, name);
    const due = began >= nextLine;
    if (!around || due || stateOf(campaign) !== told) around = await surroundings(ledger, config);
    const tookMs = clock.monotonic() - began;
    const view = viewOf(campaign, around(campaign), rateOf(campaign));
    if (hasEnded(campaign)) return end(context, view);
    if (stopped.aborted) return leave(context, view);
    terminal.draw(...screen(view, terminal.columns - 1), 'Ctrl-C leaves it running.');
    if (due || stateOf(campaign) !== told) {
      terminal.event({ event: 'progress', ...fieldsOf(view, commandLine) });
      const news = JSON.stringify([stateOf(campaign), campaign.calls, view.progress.waits]);
      const worth = news !== moved || began >= quietUntil;
      if (worth && !terminal.live && !terminal.json) terminal.say(line(view));
      if (worth) quietUntil = began + sameMs;
      moved = news;
      nextLine = began + lineMs;
      told = stateOf(campaign);
    }
    // The counting in a large ledger must not become its main work.
    await pause(clock, Math.max(lookMs, 5 * tookMs), stopped);
  }
}

/** What is told at once when it changes. */
const stateOf = ({ seq, state, since, stage, sending }: Campaign): string =>
  JSON.stringify([seq, state, since, stage, sending]);

/** Keeps the last seconds in mind and derives the rate of calls from them. */
function callMeter(): (campaign: Campaign) => number | undefined {
  const samples: { at: number; calls: number }[] = [];
  return ({ now, calls }) => {
    samples.push({ at: now, calls });
    while (samples.length > 2 && now - (samples[0]?.at ?? now) > lately) samples.shift();
    const first = samples[0] ?? { at: now, calls };
    return now - first.at < least ? undefined : ((calls - first.calls) * 1_000) / (now - first.at);
  };
}

function end({ terminal, exitWith }: Context, view: View): void {
  if (!isClean(view.campaign)) exitWith(exits.failed);
  terminal.result(fieldsOf(view, commandLine), screen(view, terminal.columns - 1).join('\n'));
}

/** Ends the looking on, not the work; what was waited for has not happened, and a script must not go on. */
function leave({ terminal, exitWith }: Context, view: View): void {
  const { name, state } = view.campaign;
  exitWith(exits.failed);
  terminal.result(
    fieldsOf(view, commandLine),
    `The campaign ${name} is ${state}, ${grouped(view.progress.remaining)} ids are open: it goes on without this command.\n` +
      `Back to it: expunge campaign watch ${name}\n` +
      `To stop it: expunge campaign pause ${name}`,
  );
}
