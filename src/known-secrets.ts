/**
 * Configured secrets, wherever they occur in a text. Each line of the log is searched for all of them, and a fleet of
 * many accounts has thousands: looked for one by one they took two fifths of a worker's time at 500 lanes.
 */

/** May grow; what was in it once is looked for as long as nothing is taken out. */
export type Secrets = ReadonlySet<string> | readonly string[];

/** Shorter ones are not looked for: they would blot out ordinary words. */
const shortest = 6;

interface Known {
  readonly count: number;
  /** What is looked for, by its first characters; the longest first. */
  readonly byStart: ReadonlyMap<string, readonly string[]>;
  readonly shortest: number;
}

const known = new WeakMap<Secrets, Known>();

/** The text with each of them replaced, as it stands or percent-encoded. */
export function withoutSecrets(text: string, secrets: Secrets, hidden: string): string {
  const { byStart, shortest: least } = knownOf(secrets);
  let shown = '';
  let from = 0;
  for (let at = 0; at + least <= text.length;) {
    const found = byStart.get(text.slice(at, at + shortest))?.find((form) => text.startsWith(form, at));
    if (found === undefined) {
      at += 1;
      continue;
    }
    shown += text.slice(from, at) + hidden;
    at += found.length;
    from = at;
  }
  return from === 0 ? text : shown + text.slice(from);
}

function knownOf(secrets: Secrets): Known {
  const count = 'size' in secrets ? secrets.size : secrets.length;
  const before = known.get(secrets);
  if (before?.count === count) return before;
  const forms = [...secrets]
    .filter(({ length }) => length >= shortest)
    // Through a Buffer: half a character can't be encoded.
    .flatMap((secret) => [secret, encodeURIComponent(Buffer.from(secret).toString())])
    .sort((one, other) => other.length - one.length);
  const byStart = new Map<string, string[]>();
  for (const form of new Set(forms)) {
    const start = form.slice(0, shortest);
    const alike = byStart.get(start);
    if (alike) alike.push(form);
    else byStart.set(start, [form]);
  }
  const made = { count, byStart, shortest: forms.at(-1)?.length ?? Infinity };
  known.set(secrets, made);
  return made;
}
