/**
 * RFC 8785 (JSON Canonicalization Scheme): one text for equal JSON. Members are sorted by UTF-16 code units, there is
 * no white space, and strings and numbers are written as ECMAScript's JSON.stringify does. That is what runs here, so
 * the rest is these lines rather than a library.
 *
 * Takes what JSON.parse gives; a member that is undefined is left out.
 */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, content]) => content !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, content]) => `${JSON.stringify(name)}:${canonical(content)}`);
  return `{${members.join(',')}}`;
}
