/**
 * Settle: the verdicts on a call's targets, written to the ledger before anybody hears of them. While the
 * ledger is away the outcome waits here, and nothing new is sent meanwhile (no claim succeeds).
 */
import { pause } from '../clock.ts';
import { LedgerAway } from '../ledger/database.ts';
import type { CallEnd, Consequence } from '../ledger/settle.ts';
import type { Item } from './gather.ts';
import type { Means } from './means.ts';
import type { Verdict } from './verdict.ts';

export type Verdicts = ReadonlyMap<Item, Verdict>;

/** Targets with the same verdict, as one row of consequences each. */
export function consequences(verdicts: Verdicts): readonly Consequence[] {
  const groups = new Map<string, { verdict: Verdict; keys: string[] }>();
  for (const [item, verdict] of verdicts) {
    const name = JSON.stringify(verdict);
    const group = groups.get(name) ?? { verdict, keys: [] };
    group.keys.push(item.key);
    groups.set(name, group);
  }
  return [...groups.values()].map(({ verdict, keys }) => consequence(verdict, keys));
}

function consequence(verdict: Verdict, keys: readonly string[]): Consequence {
  switch (verdict.then) {
    case 'settle':
      return { ...verdict, keys };
    case 'retry': {
      const { delayMs, ambiguous, code, message } = verdict;
      if (!verdict.spent) return { then: 'release', ambiguous, keys };
      return { then: 'retry', delayMs, ambiguous, code, message, keys };
    }
    case 'split':
      return { then: 'release', ambiguous: verdict.ambiguous, keys };
    case 'defer':
    case 'halt':
      return { then: 'release', keys };
  }
}

const againMs = 500;

/** Resolves when it is written, however long the ledger is away. */
export async function settleDurably(
  { ledger, clock, observer }: Means,
  end: CallEnd,
  list: readonly Consequence[],
): Promise<void> {
  for (;;) {
    try {
      return await ledger.settle(end, list);
    } catch (error) {
      if (!(error instanceof LedgerAway)) throw error;
      observer.trouble('an outcome waits for the ledger', error);
      await pause(clock, againMs);
    }
  }
}
