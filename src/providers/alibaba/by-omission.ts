/**
 * Answers that name only what was *not* deleted: silence about an id says that its deletion was accepted. That is
 * thin evidence, so anything that could be a word about the id takes precedence over silence.
 *
 * An id in two lists gets the safer reading: refused before in doubt before absent. Refused ends in front of a
 * person; absent would close the case although another list says that the thing exists.
 */
import type { Batch, Outcome, Target } from '../../deletion.ts';
import { perTarget, strangersAmong } from '../answer.ts';
import type { Interpretation } from '../operation.ts';

/** A list of the answer: its name becomes the code of the outcomes that it gives. */
export interface Named {
  readonly list: string;
  readonly entries: readonly string[];
  readonly is: 'refused' | 'doubtful' | 'absent';
  readonly message: string;
}

const precedence: readonly Named['is'][] = ['refused', 'doubtful', 'absent'];

/**
 * @param renamed the answer may name a target otherwise than we did (a reference id by its video id, a URL by
 *   its media id). Then an entry that matches nothing may be about any of them, and silence proves nothing; in
 *   a call of one it can only be about that one.
 */
export function byOmission(
  requestId: string,
  batch: Batch,
  lists: readonly Named[],
  renamed: boolean,
): Interpretation {
  const ranked = precedence.flatMap((is) => lists.filter((list) => list.is === is));
  const strangers = strangersAmong(batch, ...lists.map(({ entries }) => entries));
  const unclear = renamed && strangers.length > 0;
  const aboutAll =
    unclear && batch.length === 1 ? ranked.find(({ entries }) => entries.length > 0) : undefined;
  return {
    requestId,
    strangers,
    outcome: perTarget(batch, ({ id }: Target): Outcome => {
      const named = ranked.find(({ entries }) => entries.includes(id));
      if (named) return outcomeOf(named);
      if (!unclear) return { is: 'deleted' };
      if (aboutAll?.is === 'refused') return outcomeOf(aboutAll);
      const message = 'the answer names something that was not sent under that name';
      return { is: 'unresolved', code: 'unmatched-entry', message, doubt: true };
    }),
  };
}

function outcomeOf({ is, list, message }: Named): Outcome {
  if (is === 'absent') return { is, code: list };
  if (is === 'refused') return { is, code: list, message };
  return { is: 'unresolved', code: list, message, doubt: true };
}
