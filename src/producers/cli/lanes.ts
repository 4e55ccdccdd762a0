/** `expunge lanes`: how each lane is, and why. */
import type { Config } from '../../config.ts';
import { answerOf, look, type Seen } from '../lanes-answer.ts';
import { capNotes, capText } from './caps.ts';
import { obstacle } from './obstacle.ts';
import type { AddCommand, Context } from './program.ts';
import { table } from './terminal.ts';
import { withLedger } from './with-ledger.ts';
import { count, duration, visible, when } from '../wording.ts';

export const addLanes: AddCommand = (program, run) => {
  program
    .command('lanes')
    .description('each account and operation: state, owner, open targets, dead letters, cap')
    .action(run(lanes));
};

async function lanes(context: Context): Promise<void> {
  const config = context.config();
  const seen = await withLedger(context, config, look);
  context.terminal.result(answerOf(seen, config), textOf(seen, config));
}

export function textOf({ halt, lanes: all }: Seen, config: Config): string {
  const head = ['account', 'operation', 'state', 'owner', 'open', 'dead letters', 'oldest', 'cap', 'reason'];
  const rows = all.map((lane) => [
    ...[lane.account, lane.operation, lane.state, lane.owner === '' ? 'no' : 'yes', lane.open, lane.dead],
    lane.oldestMs === undefined ? '' : duration(lane.oldestMs),
    capText(lane, config),
    lane.reason,
  ]);
  if (all.length === 0) return 'There are no lanes: add accounts to expunge.yaml.';
  const notes = [
    ...(halt
      ? [`EVERYTHING IS HALTED since ${when(halt.since)} by ${visible(halt.by)}: ${visible(halt.reason)}`]
      : []),
    ...waysOut({ halt, lanes: all }),
    ...capNotes(all, config),
  ];
  return [table(head, rows), ...(notes.length > 0 ? ['', ...notes] : [])].join('\n');
}

/** What to type about what keeps work from being done, one line each. */
function waysOut({ halt, lanes: all }: Seen): readonly string[] {
  if (halt) return ['expunge unhalt ends it.'];
  const idle = all.filter(({ state, owner, open }) => state === 'open' && owner === '' && open > 0);
  const open = idle.reduce((sum, lane) => sum + lane.open, 0);
  return [
    ...all
      .filter(({ state }) => state !== 'open')
      .map(
        (lane) =>
          `${lane.account} ${lane.operation} is ${lane.state}. Way out: ${obstacle(undefined, lane).remedy}`,
      ),
    ...(open > 0
      ? [`No worker owns ${count(idle.length, 'lane')} with ${count(open, 'open target')}: expunge serve`]
      : []),
  ];
}
