/**
 * The allow-lists of ids. Several ids travel as one comma-joined text, so an id with a comma in it would delete
 * something else. What is not plainly an id is refused: never trimmed, never repaired.
 */

/** What is wrong with a text, and what to do about it. */
export interface Fault {
  readonly problem: string;
  readonly remedy: string;
}

export type Check = (text: string) => Fault | undefined;

/**
 * Image, video, media, asset and task ids. The pages show hexadecimal ids and short words with dashes
 * (`e44ebf1147hdsa2d2adbea8b`, `2xxxxx30`, `task-a`); their asterisks are masks. No page states a length.
 */
export const checkId: Check = (text) =>
  faultOf(text, {
    least: 1,
    most: 128,
    first: /^[A-Za-z0-9]/,
    remedy: 'Give the id exactly as the provider shows it: letters, digits, _ and -.',
  });

/** Custom ids of videos: 6 to 64 of letters, digits, _ and - (ApsaraVideo VOD, GetVideoInfos). */
export const checkReferenceId: Check = (text) =>
  faultOf(text, {
    least: 6,
    most: 64,
    first: /^/,
    remedy: 'A reference id is 6 to 64 letters, digits, _ and -.',
  });

function faultOf(
  text: string,
  rule: { least: number; most: number; first: RegExp; remedy: string },
): Fault | undefined {
  const { remedy } = rule;
  if (text === '') return { problem: 'is empty', remedy };
  // Before anything walks over the text: it may be megabytes long.
  if (text.length > rule.most) return { problem: `is longer than ${String(rule.most)} characters`, remedy };
  const stranger = /[^A-Za-z0-9_-]/u.exec(text)?.[0];
  if (stranger !== undefined) return { problem: `holds ${codePoint(stranger)}`, remedy };
  if (text.length < rule.least)
    return { problem: `is shorter than ${String(rule.least)} characters`, remedy };
  if (!rule.first.test(text)) return { problem: 'does not begin with a letter or digit', remedy };
  return undefined;
}

/** `U+002C`: safe to print, whatever the character does to a terminal. */
export const codePoint = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
