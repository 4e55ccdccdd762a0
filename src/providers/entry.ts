/**
 * The way back from a Target to what `accept` takes: `accept(entryOf(target), optionsOf(target))` is the target
 * again. Queue jobs and reports are written with it.
 */
import type { Target } from '../deletion.ts';
import type { Operation } from './operation.ts';

/** The shortest form: a plain id where the operation's first kind is meant and no parent is named. */
export function entryOf(
  operation: Operation,
  { by, id, parent }: Pick<Target, 'by' | 'id' | 'parent'>,
): string | Record<string, string> {
  const { kinds, parentField } = operation;
  if (by === kinds[0].name && parent === '') return id;
  const field = kinds.find(({ name }) => name === by)?.field ?? 'id';
  return { by, [field]: id, ...(parentField && parent !== '' && { [parentField]: parent }) };
}

/** As in a request's `options`; undefined where the target has none. */
export function optionsOf({
  options,
}: Pick<Target, 'options'>): Record<string, string | boolean> | undefined {
  if (options === '') return undefined;
  const pairs = options.split('&').map((option) => {
    const at = option.indexOf('=');
    const value = option.slice(at + 1);
    return [option.slice(0, at), value === 'true' || value === 'false' ? value === 'true' : value] as const;
  });
  return Object.fromEntries(pairs);
}
