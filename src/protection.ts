/**
 * Protected ids: what must not be deleted whoever asks. They are checked when a request is made, and again directly
 * before a call, so that what was accepted before it became protected is not sent either.
 *
 * An id or URL is taken literally: another spelling of the same URL is another text. In a pattern `*` stands for
 * any characters and `?` for exactly one; there is no other syntax, and no pattern takes long whatever it is held
 * against.
 */

/** The ids of one file: each with the line that it stands on. */
export interface ProtectedFile {
  /** Absolute. */
  readonly path: string;
  readonly lines: ReadonlyMap<string, number>;
}

export interface ProtectedLists {
  readonly files: readonly ProtectedFile[];
  readonly patterns: readonly string[];
}

export interface Protection {
  /**
   * What protects this id, as words that follow "is protected by": `line 3 of /etc/expunge/keep.txt`. Undefined if
   * nothing does. Where the target has a parent (a thumbnail its asset), what protects that protects it too.
   */
  why(id: string, parent?: string): string | undefined;
}

/** Whatever one of the lists protects is protected. */
export function protectionOf(...lists: readonly (ProtectedLists | undefined)[]): Protection {
  const given = lists.filter((each) => each !== undefined);
  const files = given.flatMap((each) => each.files);
  const globs = given
    .flatMap(({ patterns }) => patterns)
    .map((pattern) => ({ pattern, fits: globOf(pattern) }));
  const byItself = (id: string): string | undefined => {
    for (const { path, lines } of files) {
      const line = lines.get(id);
      if (line !== undefined) return `line ${line} of ${path}`;
    }
    const glob = globs.find(({ fits }) => fits(id));
    return glob && `the pattern ${glob.pattern}`;
  };
  return {
    why(id, parent = '') {
      const own = byItself(id);
      if (own !== undefined || parent === '') return own;
      const inherited = byItself(parent);
      return inherited && `${inherited}, which protects ${parent} and what belongs to it`;
    },
  };
}

/** Whether a text as a whole fits the pattern. */
export function globOf(pattern: string): (text: string) => boolean {
  const tokens = Array.from(pattern);
  const [beginning = ''] = pattern.split(/[*?]/, 1);
  if (beginning === pattern) return (text) => text === pattern;
  return (text) => text.startsWith(beginning) && fits(tokens, Array.from(text));
}

/**
 * Where the text does not go on as the pattern does, the last star takes in one character more; earlier ones need
 * never be tried again. So it takes at most as many steps as the text has characters times those of the pattern.
 */
function fits(pattern: readonly string[], text: readonly string[]): boolean {
  let at = 0;
  let star = -1;
  let starEnd = 0;
  for (let next = 0; next < text.length;) {
    if (pattern[at] === '*') {
      star = at++;
      starEnd = next;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[next])) {
      at++;
      next++;
    } else if (star >= 0) {
      at = star + 1;
      next = ++starEnd;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
