/** The flags that say what a deletion takes with it, from the operations' own list; never set by default. */
import { Option, type Command } from 'commander';
import type { Target } from '../../deletion.ts';
import { optionOf } from '../../providers/accept.ts';
import type { OptionSpec } from '../../providers/operation.ts';
import { operations } from '../../providers/operations.ts';

/** `deletePhysicalFiles` → `delete-physical-files` */
const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

export const flagOf = (name: string): string => `--${kebab(name)}`;

const specs: readonly OptionSpec[] = [
  ...new Map(operations.flatMap(({ options }) => options).map((spec) => [spec.name, spec])).values(),
];

const isSwitch = ({ values }: OptionSpec): boolean => values === 'true | false';

export function addOptionFlags(command: Command): void {
  for (const spec of specs) {
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
  const given = specs.filter(({ name }) => flags[name] !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given.map(({ name }) => [name, flags[name]]));
}

/** One line, in capitals, for each option that widens what is deleted as far as it can. */
export function wideningOf(target: Pick<Target, 'options'>): readonly string[] {
  return specs
    .filter(({ name, widest }) => optionOf(target, name) === widest)
    .map(({ name, widest, title }) => {
      const words = `${kebab(name).replaceAll('-', ' ')} = ${widest}`.toUpperCase();
      return `${words} (${title}).`;
    });
}

/** A target's options as they are written on a command line: `--image-type All`. */
export function flagsOf(target: Pick<Target, 'options'>): string {
  const given = specs.filter(({ name }) => optionOf(target, name) !== undefined);
  const flags = given.map((spec) => {
    const value = optionOf(target, spec.name) ?? '';
    if (!isSwitch(spec)) return `${flagOf(spec.name)} ${value}`;
    return value === 'true' ? flagOf(spec.name) : flagOf(spec.name).replace(/^--/, '--no-');
  });
  return flags.join(' ');
}
