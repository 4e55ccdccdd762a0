/**
 * What became of each id, as rows of CSV or NDJSON: a campaign's report, and dead letters. A row begins with its
 * entry, as an operation accepts it, so that rows are input for the next plan: a plain id where that says it all,
 * else an object (in CSV its JSON, which no id looks like).
 *
 * CSV is read by spreadsheets and terminals too: texts from outside can't be formulas there and hold nothing that
 * moves or hides; each row is one line. NDJSON has them exactly.
 */
import type { Settlement } from '../../deletion.ts';
import type { Campaign, CampaignTarget } from '../../ledger/campaign/campaign.ts';
import type { DeadLetter } from '../../ledger/dead.ts';
import { entryOf } from '../../providers/entry.ts';
import { operationNamed } from '../../providers/operations.ts';
import { iso, visible } from '../wording.ts';
import { hasEnded } from './states.ts';

export const formats = ['csv', 'ndjson'] as const;
export type Format = (typeof formats)[number];

export interface ReportRow {
  readonly entry: unknown;
  /** Where it stood in the plan's input; undefined where there was none. */
  readonly line: number | undefined;
  readonly account: string;
  readonly operation: string;
  readonly kind: string;
  readonly id: string;
  readonly parent: string;
  readonly options: string;
  /** Null while it is open. */
  readonly settlement: Settlement | null;
  readonly code: string;
  readonly message: string;
  /** The provider's, of the last answer. */
  readonly requestId: string;
  readonly attempts: number;
  /** An unanswered attempt may have deleted it. */
  readonly ambiguous: boolean;
  /** The ledger knew it already: no call was made for this campaign. */
  readonly known: boolean;
  /** In ms since 1970; 0 while it is open. */
  readonly settled: number;
  readonly requester: string;
  readonly reason: string;
  /** '' where it was asked for otherwise. */
  readonly campaign: string;
}

/** A line of the plan; one that was never settled is cancelled once its campaign is. */
export function campaignRow(campaign: Campaign, line: CampaignTarget): ReportRow {
  const { n, kind, id, parent, options, settlement } = line;
  const cancelled = settlement === null && campaign.state === 'cancelled';
  return {
    entry: entryOf(operationNamed(campaign.operation), { by: kind, id, parent }),
    line: n,
    account: campaign.account,
    operation: campaign.operation,
    kind,
    id,
    parent,
    options,
    settlement: cancelled ? 'cancelled' : settlement,
    code: cancelled ? 'CampaignCancelled' : line.code,
    message: line.message,
    requestId: line.providerRequest,
    attempts: line.attempts,
    ambiguous: line.ambiguous === 1,
    known: line.known === 1,
    settled: cancelled ? campaign.ended : line.settled,
    requester: campaign.requester,
    reason: campaign.why,
    campaign: campaign.name,
  };
}

export function deadRow({ target, providerRequest, seq: _seq, key: _key, ...letter }: DeadLetter): ReportRow {
  const { by: kind, id, parent, options } = target;
  const entry = entryOf(operationNamed(letter.operation), target);
  const line = undefined;
  return { entry, line, kind, id, parent, options, ...letter, requestId: providerRequest, known: false };
}

/** What `campaignTargets` is asked for, so that these rows result; undefined is all. */
export function statesFor(
  campaign: Campaign,
  only: readonly (Settlement | 'open')[] | undefined,
): readonly (Settlement | 'open')[] | undefined {
  if (campaign.state !== 'cancelled' || !only) return only;
  const settled = only.filter((state) => state !== 'open');
  return only.includes('cancelled') ? [...settled, 'open'] : settled;
}

/** Its rows don't change any more. */
export const isFinal = (campaign: Campaign): boolean => hasEnded(campaign);

export const render: Readonly<
  Record<Format, { readonly head: string; readonly row: (row: ReportRow) => string }>
> = {
  csv: {
    head: line([
      ...['entry', 'line', 'account', 'operation', 'kind', 'id', 'parent', 'options', 'settlement', 'state'],
      ...['code', 'message', 'requestId', 'attempts', 'ambiguous', 'known', 'settledAt'],
      ...['requester', 'reason', 'campaign'],
    ]),
    row(row) {
      const { entry, settlement, settled } = row;
      return line([
        // As it is accepted, to the letter. It begins with a letter, a digit or a brace: no formula does.
        typeof entry === 'string' ? entry : JSON.stringify(entry),
        String(row.line ?? ''),
        row.account,
        row.operation,
        row.kind,
        harmless(row.id),
        harmless(row.parent),
        harmless(row.options),
        settlement ?? '',
        settlement === null ? 'open' : '',
        harmless(row.code),
        harmless(row.message),
        harmless(row.requestId),
        String(row.attempts),
        String(row.ambiguous),
        String(row.known),
        settled > 0 ? iso(settled) : '',
        harmless(row.requester),
        harmless(row.reason),
        row.campaign,
      ]);
    },
  },
  ndjson: {
    head: '',
    row(row) {
      const { parent, options, settlement, settled } = row;
      // JSON leaves out what is undefined.
      const told = {
        entry: row.entry,
        line: row.line,
        account: row.account,
        operation: row.operation,
        kind: row.kind,
        id: row.id,
        parent: parent === '' ? undefined : parent,
        options: options === '' ? undefined : options,
        settlement: settlement ?? undefined,
        state: settlement === null ? 'open' : undefined,
        code: row.code,
        message: row.message,
        requestId: row.requestId,
        attempts: row.attempts,
        ambiguous: row.ambiguous,
        known: row.known,
        settledAt: settled > 0 ? iso(settled) : null,
        requester: row.requester,
        reason: row.reason,
        campaign: row.campaign,
      };
      return `${JSON.stringify(told)}\n`;
    },
  },
};

/** The first characters of formulas (OWASP, CSV Injection); those of full width are taken for them too. */
const formula = /^[=+\-@＝＋－＠]/;

function harmless(text: string): string {
  const shown = visible(text);
  return formula.test(shown) ? `'${shown}` : shown;
}

/** RFC 4180, but for its line end: LF, as NDJSON and `sort` have it. */
function line(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\n`;
}

/** A line as `sha256sum` writes it, and verifies with -c; `name` as seen from where it is verified. */
export function sumLine(sha256: string, name: string): string {
  if (!/[\\\r\n]/.test(name)) return `${sha256}  ${name}\n`;
  const escaped = name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  return `\\${sha256}  ${escaped}\n`;
}
