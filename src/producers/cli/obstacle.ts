/** What keeps a lane from sending, and what to type about it. */
import type { LaneRow } from '../../ledger/controls.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { visible } from '../wording.ts';

export interface Obstacle {
  readonly what: 'halt' | 'halted' | 'paused' | 'no worker' | 'none';
  /** One sentence; '' where there is none. */
  readonly text: string;
  /** The way out, as typed; '' where there is none. */
  readonly remedy: string;
}

export async function obstacleOf(ledger: Ledger, lane: string): Promise<Obstacle> {
  const halt = await ledger.halted();
  const status = (await ledger.laneRows()).find((each) => each.lane === lane);
  return obstacle(halt, status);
}

export function obstacle(
  halt: { readonly reason: string; readonly by: string } | undefined,
  lane: LaneRow | undefined,
): Obstacle {
  if (halt) {
    const text = `everything is halted by ${visible(halt.by)}: ${visible(halt.reason)}`;
    return { what: 'halt', text, remedy: 'expunge unhalt' };
  }
  if (!lane) return { what: 'none', text: '', remedy: '' };
  const { account, operation, state, by, reason, owner } = lane;
  const names = `${account} ${operation}`;
  const told = `the lane is ${state} by ${visible(by)}: ${visible(reason)}`;
  if (state === 'halted') return { what: state, text: told, remedy: `expunge unhalt ${names}` };
  if (state === 'paused') return { what: state, text: told, remedy: `expunge lane resume ${names}` };
  if (owner === '') return { what: 'no worker', text: 'no worker owns the lane', remedy: 'expunge serve' };
  return { what: 'none', text: '', remedy: '' };
}
