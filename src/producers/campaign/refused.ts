/** What a campaign's guards say instead of letting something happen. Nothing was sent. */

/**
 * What it hangs on. `hash`, `count`, `max`, `window`: what was asked differs from what was planned; `state`, `raced`:
 * it is not where that step begins; `source`: the list has changed; `spoilt`: the ledger does not hold what was
 * planned; `unapproved`: a second person has to approve it; `persons`: it has to be somebody else; `unknown`: it has
 * to be somebody whom a key proves; `scope`: this person may not.
 */
export type Because =
  | 'hash'
  | 'count'
  | 'max'
  | 'window'
  | 'state'
  | 'raced'
  | 'source'
  | 'spoilt'
  | 'unapproved'
  | 'persons'
  | 'unknown'
  | 'scope';

export class CampaignRefused extends Error {
  override readonly name = 'CampaignRefused';
  readonly because: Because;

  /** `message` without a full stop, with what can be done about it. */
  constructor(because: Because, message: string, options?: ErrorOptions) {
    super(message, options);
    this.because = because;
  }
}
