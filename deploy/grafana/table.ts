/** A table of what stands now. */
import { placeable, refId, target, type Panel, type Placeable } from './panels.ts';

/**
 * What stands now, joined by the labels that the queries share; `columns` are the labels, each query's legend its own.
 * A query without a legend has no column, and other labels have none if they are `hidden`.
 */
export function table({
  columns,
  hidden = [],
  ...panel
}: Panel & {
  readonly columns: Readonly<Record<string, string>>;
  readonly hidden?: readonly string[];
}): Placeable {
  const many = panel.queries.length > 1;
  const values = panel.queries.map(
    ({ legend = '' }, n) => [many ? `Value #${refId(n)}` : 'Value', legend] as const,
  );
  const names = [...Object.entries(columns), ...values].filter(([, title]) => title !== '');
  const left = ['Time', '__name__', ...hidden, ...values.flatMap(([name, title]) => (title ? [] : [name]))];
  const made = placeable(
    'table',
    panel,
    8,
    { cellHeight: 'sm', showHeader: true },
    { align: 'auto', cellOptions: { type: 'auto' }, inspect: false },
  );
  return {
    ...made,
    json: {
      ...made.json,
      targets: panel.queries.map((query, n) => ({
        ...target(query, n),
        format: 'table',
        instant: true,
        range: false,
      })),
      transformations: [
        ...(many ? [{ id: 'merge', options: {} }] : []),
        {
          id: 'organize',
          options: {
            excludeByName: Object.fromEntries(left.map((name) => [name, true])),
            indexByName: Object.fromEntries(names.map(([name], n) => [name, n])),
            renameByName: Object.fromEntries(names),
          },
        },
      ],
    },
  };
}
