/** What widens a deletion, said aloud. */
import type { Target } from '../deletion.ts';
import { optionOf } from '../providers/accept.ts';
import type { OptionSpec } from '../providers/operation.ts';
import { operations } from '../providers/operations.ts';
import { kebab } from './option-name.ts';

/** Every option that an operation has, each once. */
export const optionSpecs: readonly OptionSpec[] = [
  ...new Map(operations.flatMap(({ options }) => options).map((spec) => [spec.name, spec])).values(),
];

/** One line, in capitals, for each option that widens what is deleted as far as it can. */
export function wideningOf(target: Pick<Target, 'options'>): readonly string[] {
  return optionSpecs
    .filter(({ name, widest }) => optionOf(target, name) === widest)
    .map(({ name, widest, title }) => {
      const words = `${kebab(name).replaceAll('-', ' ')} = ${widest}`.toUpperCase();
      return `${words} (${title}).`;
    });
}
