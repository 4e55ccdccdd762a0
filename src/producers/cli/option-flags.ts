/** The flags that say what a deletion takes with it, from the operations' own list; never set by default. */
import { Option, type Command } from 'commander';
import type { Target } from '../../deletion.ts';
import { optionOf } from '../../providers/accept.ts';
import { operations } from '../../providers/operations.ts';
import { isSwitch, kebab } from '../option-name.ts';
import { optionSpecs } from '../widening-words.ts';

export { wideningOf } from '../widening-words.ts';

export const flagOf = (name: string): string => `--${kebab(name)}`;

export function addOptionFlags(command: Command): void {
  for (const spec of optionSpecs) {
    const flag = flagOf(spec.name);
    const owners = operations.filter(({ options }) => options.some(({ name }) => name === spec.name));
    const title = `${spec.title} (${owners.map(({ name }) => name).join(', ')})`;
    if (!isSwitch(spec)) {
      command.addOption(new Option(`${flag} <value>`, `${title}: ${spec.values}`));
      continue;
    }
    command.addOption(new Option(flag, title));
    command.addOption(new Option(flag.replace(/^--/, '--no-'), `The opposite, said explicitly`));
  }
}

/** The options that were given, as a request's `options`; undefined where none was. */
export function optionsOf(flags: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined {
  const given = optionSpecs.filter(({ name }) => flags[name] !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given.map(({ name }) => [name, flags[name]]));
}

/** A target's options as they are written on a command line: `--image-type All`. */
export function flagsOf(target: Pick<Target, 'options'>): string {
  const given = optionSpecs.filter(({ name }) => optionOf(target, name) !== undefined);
  const flags = given.map((spec) => {
    const value = optionOf(target, spec.name) ?? '';
    if (!isSwitch(spec)) return `${flagOf(spec.name)} ${value}`;
    return value === 'true' ? flagOf(spec.name) : flagOf(spec.name).replace(/^--/, '--no-');
  });
  return flags.join(' ');
}
