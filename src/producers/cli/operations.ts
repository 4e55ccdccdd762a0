/** `expunge operations`: what can be deleted, how fast, and what the providers warn of. */
import type { Operation } from '../../providers/operation.ts';
import { operations } from '../../providers/operations.ts';
import { flagOf } from './option-flags.ts';
import type { AddCommand, Context } from './program.ts';
import { table } from './terminal.ts';

export const addOperations: AddCommand = (program, run) => {
  program
    .command('operations')
    .description('what can be deleted: kinds of id, limits, permissions, and what to beware of')
    .action(run(list));
};

async function list({ terminal }: Context): Promise<void> {
  terminal.result(operations.map(recordOf), [overview(), ...operations.map(details)].join('\n\n'));
}

function recordOf(operation: Operation): object {
  const { name, provider, action, title, batchLimit, cap, permission, kinds, options, warnings } = operation;
  return {
    ...{ name, provider, action, title, batchLimit, cap, permission },
    kinds: kinds.map(({ name: kind, field, title: meaning, example, neverReused }) => {
      return { name: kind, field, title: meaning, example, neverReused };
    }),
    ...(operation.parentField !== undefined && { parentField: operation.parentField }),
    options: options.map(({ name: option, title: meaning, values, widest }) => {
      return { name: option, flag: flagOf(option), title: meaning, values, widest };
    }),
    warnings,
  };
}

function overview(): string {
  const rows = operations.map(({ name, action, batchLimit, cap, kinds, permission }) => [
    ...[name, action, batchLimit, `${cap.calls}/${cap.per}${cap.documented ? '' : ' (not documented)'}`],
    ...[kinds.map((kind) => kind.name).join(', '), permission],
  ]);
  return table(['operation', 'action', 'ids a call', 'cap', 'kinds', 'permission'], rows);
}

function details({ name, title, kinds, options, parentField, warnings }: Operation): string {
  const forms = kinds.map((kind, index) => [
    `  ${index === 0 ? 'ID' : `--kind ${kind.name}`}`,
    `${kind.title}, such as ${kind.example}`,
  ]);
  const parent =
    parentField === undefined ? [] : [['  in .ndjson', `"${parentField}" beside "${kinds[0].field}"`]];
  const flags = options.map((option) => [`  ${flagOf(option.name)}`, `${option.title}: ${option.values}`]);
  const rows = [...forms, ...parent, ...flags];
  const widest = Math.max(...rows.map(([left = '']) => left.length));
  return [
    `${name}: ${title}`,
    ...rows.map(([left = '', right = '']) => `${left.padEnd(widest)}  ${right}`),
    ...warnings.map((warning) => `  ! ${warning}`),
  ].join('\n');
}
