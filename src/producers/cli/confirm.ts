/** The question before a large deletion: the count, typed by a person. */
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { Context } from './program.ts';
import { CommandError, exits } from './terminal.ts';
import { grouped } from '../wording.ts';

/** Up to so many ids nobody is asked. */
export const unasked = 1_000;

/** Returns if the deletion of so many may go on, else ends the command. */
export async function confirm({ stdin, terminal, stopped }: Context, targets: number): Promise<void> {
  if (targets <= unasked) return;
  if (stdin.isTTY !== true || !terminal.live)
    throw new CommandError(
      `These are ${grouped(targets)} targets and nobody is there to ask: add --yes. Nothing was enqueued.`,
      exits.refused,
    );
  terminal.draw(`This can't be undone. Type the number of targets, ${grouped(targets)}, to go on: `);
  const lines = createInterface({ input: Readable.from(stdin), signal: stopped });
  for await (const line of lines) {
    lines.close();
    if (line.replace(/[,\s]/g, '') === String(targets)) return;
    break;
  }
  throw new CommandError('That was not the number: nothing was enqueued.', exits.refused);
}
