/** A campaign's report, page by page, however long it is; and which of its rows are wanted. */
import { deadLetters, settlements, type Settlement } from '../../deletion.ts';
import type { Campaign } from '../../ledger/campaign/campaign.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { campaignRow, statesFor, type ReportRow } from './report.ts';

export type State = Settlement | 'open';

/** What `only` may name; `failed` is refused and exhausted. */
export const stateNames = ['failed', ...settlements, 'open'] as const;

/** Rows of one read: some MB at most. */
const page = 2_000;

/** `failed,cancelled`; or the word that names nothing. */
export function statesNamed(
  text: string,
): { readonly states: readonly State[] } | { readonly unknown: string } {
  const found = new Set<State>();
  for (const each of text.split(',')) {
    const named = stateNames.find((state) => state === each.trim());
    if (named === undefined) return { unknown: each };
    for (const state of named === 'failed' ? deadLetters : [named]) found.add(state);
  }
  return { states: [...found] };
}

/** `onOptions` is told of the options of each row. */
export async function* reportPages(
  ledger: Ledger,
  campaign: Campaign,
  only: readonly State[] | undefined,
  onOptions: (options: string) => void = () => undefined,
): AsyncGenerator<readonly ReportRow[]> {
  const states = statesFor(campaign, only);
  for (let after = 0; ;) {
    const lines = await ledger.campaignTargets(campaign.seq, after, page, states);
    if (lines.length === 0) return;
    for (const line of lines) onOptions(line.options);
    yield lines.map((line) => campaignRow(campaign, line));
    after = lines.at(-1)?.n ?? after;
  }
}
