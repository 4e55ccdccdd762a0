/** One request as it came off the wire: nothing decoded, nothing merged, nothing trusted. */
export interface ReceivedRequest {
  /** Monotonic milliseconds since the emulator's start, when the request head was read. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly rawQuery: string;
  /** Lower-case name → the values in the order sent. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: Buffer;
}

/** Decoded names and values in the order sent; a name may stand in it more than once. */
export type Pairs = readonly (readonly [name: string, value: string])[];

export const headerOf = (request: ReceivedRequest, name: string): string | undefined =>
  request.headers.get(name)?.join(',');

export const valueOf = (pairs: Pairs, name: string): string | undefined =>
  pairs.find(([candidate]) => candidate === name)?.[1];

/** Decodes once. Text that is not percent-encoded UTF-8 stays as it is: it names nothing that exists. */
export function percentDecode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** RFC 3986: everything but letters, digits and `-_.~` is escaped, in upper-case hexadecimal. */
export const percentEncode = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/**
 * A plus in a query is a plus: no SDK writes a space so, and both providers sign `%20`. In a form body it is a
 * space, as the media type defines (WHATWG URL, application/x-www-form-urlencoded).
 */
export function parsePairs(text: string, from: 'query' | 'form'): Pairs {
  const decode = (part: string) => percentDecode(from === 'form' ? part.replaceAll('+', ' ') : part);
  return text
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      return equals < 0
        ? ([decode(part), ''] as const)
        : ([decode(part.slice(0, equals)), decode(part.slice(equals + 1))] as const);
    });
}

/** Form parameters, where the body says that it is a form; else none. */
export function formPairs(request: ReceivedRequest): Pairs {
  const type = headerOf(request, 'content-type') ?? '';
  return request.body.length > 0 && /^application\/x-www-form-urlencoded\b/i.test(type)
    ? parsePairs(request.body.toString('utf8'), 'form')
    : [];
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The form that is signed: decoded, sorted by name and then by value, encoded anew. */
export const canonicalQuery = (pairs: Pairs): string =>
  [...pairs]
    .sort((a, b) => order(a[0], b[0]) || order(a[1], b[1]))
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
    .join('&');

/** A name given twice, or undefined. */
export function repeatedName(pairs: Pairs): string | undefined {
  const seen = new Set<string>();
  for (const [name] of pairs) {
    if (seen.has(name)) return name;
    seen.add(name);
  }
  return undefined;
}
