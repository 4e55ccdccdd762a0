/** `expunge config print`: the effective configuration, without its secrets. */
import { redactedConfig } from '../../config.ts';
import type { AddCommand, Context } from './program.ts';

export const addConfig: AddCommand = (program, run) => {
  program
    .command('config')
    .description('the configuration')
    .command('print')
    .description('what is in force after environment, file and defaults; secrets are not shown')
    .action(run(print));
};

async function print({ terminal, config }: Context): Promise<void> {
  const shown = redactedConfig(config()) as object;
  terminal.result(shown, lines(shown, '').join('\n'));
}

/** Like YAML, for people to read: what has to be exact is there as JSON. */
function lines(value: object, indent: string): readonly string[] {
  return Object.entries(value).flatMap(([name, content]: [string, unknown]) => {
    const label = Array.isArray(value) ? `${indent}-` : `${indent}${name}:`;
    if (typeof content !== 'object' || content === null) return [`${label} ${scalar(content)}`];
    if (Object.keys(content).length === 0) return [`${label} ${Array.isArray(content) ? '[]' : '{}'}`];
    return [label, ...lines(content, `${indent}  `)];
  });
}

const scalar = (content: unknown): string =>
  typeof content === 'string' && !/^[\w./:@~+-]+$/.test(content) ? JSON.stringify(content) : String(content);
