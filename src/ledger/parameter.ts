/** Values to bind to statements, as every database can hold them. */

/** A value that is asked for each time its statement is used. */
export class Late {
  readonly value: () => unknown;

  constructor(value: () => unknown) {
    this.value = value;
  }
}

/** Text without NUL, where SQLite's drivers end it, and half characters: PostgreSQL can hold neither. */
const wellFormed = (value: string): string => value.toWellFormed().replaceAll('\0', '\uFFFD');

export function storable(value: unknown): unknown {
  if (typeof value === 'string') return wellFormed(value);
  return value instanceof Late ? storable(value.value()) : value;
}

/**
 * As a JSON text; one that is still to come is one already then. What no database can hold stands in JSON as an
 * escape, and nothing else of ours does: most texts are done at once.
 */
export function json(value: unknown): unknown {
  if (value instanceof Late) return value;
  const text = JSON.stringify(value);
  return text.includes('\\u') ? JSON.stringify(value, (_name, each: unknown) => storable(each)) : text;
}
