/** How wide a text is on a terminal, and how to make it fit. Texts hold no control characters (see `visible`). */

/** Characters of two columns: East Asian scripts and full-width forms (Unicode TR 11), pictures. */
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u;
/** Those that are written over the one before. */
const mark = /\p{M}/u;

const widthOf = (character: string): number => (mark.test(character) ? 0 : wide.test(character) ? 2 : 1);

/** The columns that it takes. */
export function width(text: string): number {
  let taken = 0;
  for (const character of text) taken += widthOf(character);
  return taken;
}

/** As much of it as has room. */
export function cut(text: string, columns: number): string {
  let taken = 0;
  let end = 0;
  for (const character of text) {
    taken += widthOf(character);
    if (taken > columns) return text.slice(0, end);
    end += character.length;
  }
  return text;
}

/** Lines of at most so many columns, broken between `pieces` where possible; lines after the first are set in. */
export function wrapped(pieces: readonly string[], columns: number, between = ' '): readonly string[] {
  const inset = '  ';
  const lines: string[] = [];
  let line = '';
  for (let piece of pieces) {
    const longer = line.trim() === '' ? line + piece : line + between + piece;
    if (width(longer) <= columns) {
      line = longer;
      continue;
    }
    if (line.trim() !== '') lines.push(line);
    line = lines.length > 0 ? inset : '';
    while (width(line + piece) > columns) {
      const part = cut(piece, columns - width(line)) || piece.slice(0, 1);
      lines.push(line + part);
      piece = piece.slice(part.length);
      line = inset;
    }
    line += piece;
  }
  return line.trim() === '' ? lines : [...lines, line];
}

/** A sentence, broken between its words. */
export const wrappedText = (text: string, columns: number): readonly string[] =>
  wrapped(text.split(' '), columns);
