/** Texts for people: what came from outside made harmless to a terminal, numbers and times made readable. */

/** Control, format, surrogate, private, unassigned; separators but the space: nothing that draws, moves or hides. */
const unprintable = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;

/** Every character that a terminal would act upon or not show, written as `<U+000A>`. */
export const visible = (text: string): string =>
  text.replace(
    unprintable,
    (character) => `<U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`,
  );

/** The same, cut to about `most` characters. */
export const shortened = (text: string, most = 60): string =>
  text.length > most ? `${visible(text.slice(0, most))}…` : visible(text);

/** `12,345` */
export const grouped = (value: number): string => value.toLocaleString('en-US');

/** `1 target`, `12,345 targets` */
export const count = (value: number, one: string, many = `${one}s`): string =>
  `${grouped(value)} ${value === 1 ? one : many}`;

/** `45 s`, `3 min 20 s`, `2 h 5 min`, `4 d 1 h` */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const units = [
    ['d', Math.floor(seconds / 86_400)],
    ['h', Math.floor(seconds / 3_600) % 24],
    ['min', Math.floor(seconds / 60) % 60],
    ['s', seconds % 60],
  ] as const;
  const first = units.findIndex(([, value]) => value > 0);
  if (first < 0) return '0 s';
  const shown = units.slice(first, first + 2).filter(([, value]) => value > 0);
  return shown.map(([unit, value]) => `${value} ${unit}`).join(' ');
}

/** `2026-11-20T08:15:30.000Z` of milliseconds since 1970. */
export const iso = (at: number): string => new Date(at).toISOString();

/** `2026-11-20 08:15:30 UTC` */
export const when = (at: number): string => `${iso(at).slice(0, 19).replace('T', ' ')} UTC`;
