/**
 * `expunge lane cap`: how fast a lane may send, until it is set anew. The ledger alone is needed; each lane's
 * owner follows at its next heartbeat.
 */
import type { Command } from 'commander';
import { mostCalls } from '../../config/account.ts';
import { perMinute } from '../../ledger/caps.ts';
import type { LaneRow } from '../../ledger/controls.ts';
import type { Cap } from '../../limiter.ts';
import { operations } from '../../providers/operations.ts';
import { configuredCap } from '../lanes-answer.ts';
import { change, laneIn } from './change.ts';
import type { Context, Run } from './program.ts';
import { CommandError, exits } from './terminal.ts';
import { count, grouped, shortened } from '../wording.ts';

export function addCap(lane: Command, run: Run): void {
  lane
    .command('cap')
    .description('how many calls a lane may send each second or minute, until it is set anew')
    .argument('<account>')
    .argument('<operation>')
    .argument('<calls>', 'a whole number; or default: what is configured')
    .option('--reason <text>', 'why, for whoever wonders')
    .action(run(setCap));
}

async function setCap(
  context: Context,
  account: string,
  operation: string,
  wanted: string,
  { reason = '' }: { readonly reason?: string },
) {
  const calls = callsOf(wanted);
  const config = context.config();
  await change(context, async (ledger, person) => {
    const lane = await laneIn(ledger, person, account, operation);
    const names = `${account} ${operation}`;
    const configured = configuredCap(lane, config);
    if (calls === lane.capSet?.calls)
      return calls === undefined
        ? `${names} had no cap but the configured one.`
        : `The cap of ${names} was ${grouped(calls)} already.`;
    if (calls !== undefined && configured) warn(context, operation, { ...configured, calls });
    await ledger.setCap(lane.lane, calls, reason, person.name);
    const shared = sharing(lane, await ledger.laneRows());
    const window = configured ? ` a ${configured.per}` : '';
    const told =
      calls === undefined
        ? `${names} may send what is configured again.`
        : `${names} may send ${count(calls, 'call')}${window} from now on.`;
    return `${told} Its worker follows within some 2 s.${shared}`;
  });
}

/** Undefined: the configured one. */
function callsOf(wanted: string): number | undefined {
  if (wanted === 'default') return undefined;
  const calls = /^\d{1,9}$/.test(wanted) ? Number(wanted) : 0;
  if (calls >= 1 && calls <= mostCalls) return calls;
  throw new CommandError(
    `"${shortened(wanted)}" is no cap: write a whole number from 1 to ${mostCalls}, or default.` +
      (calls === 0 && Number(wanted) === 0 ? ' To send nothing: expunge lane pause' : ''),
    exits.usage,
  );
}

/** Above the default is allowed, since caps are raised by contract, but said. */
function warn({ terminal }: Context, operation: string, cap: Cap): void {
  const known = operations.find(({ name }) => name === operation)?.cap;
  if (!known || perMinute(cap) <= perMinute(known)) return;
  const whose = known.documented ? 'the documented cap' : 'the default, none being documented';
  terminal.say(
    `Warning: ${count(cap.calls, 'call')} a ${cap.per} is above ${whose}, ${known.calls} a ${known.per}: ` +
      'the provider may throttle or block the account.',
  );
}

function sharing({ lane, unit }: LaneRow, lanes: readonly LaneRow[]): string {
  const others = lanes.filter((each) => each.unit === unit && each.lane !== lane);
  if (others.length === 0) return '';
  const names = others.map(({ account }) => account).join(', ');
  return ` It is one cap for its quota group: ${names} and this account have it together.`;
}
