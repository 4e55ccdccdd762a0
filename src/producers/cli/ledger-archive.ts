/** `expunge ledger archive`: old settled targets leave the ledger for a file; their requests' tallies stay. */
import { resolve } from 'node:path';
import { leastArchivedMs } from '../../ledger/archive.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { targetAnswer } from '../target-answer.ts';
import { createArchive, type ArchiveFile } from './archive-file.ts';
import type { AddCommand, Context } from './program.ts';
import { CommandError, exits } from './terminal.ts';
import { withLedger } from './with-ledger.ts';
import { count, iso, shortened, when } from '../wording.ts';

interface Flags {
  readonly olderThan: string;
  readonly to: string;
}

/** So many batches of which nothing can be removed: somebody asks for the same ids again, but not for ever. */
const patience = 10;

export const addArchive: AddCommand = (ledger, run) => {
  ledger
    .command('archive')
    .description('move targets that were settled long ago into a file; an open one never')
    .requiredOption('--older-than <duration>', 'settled longer ago than this: 90d, at least 8d')
    .requiredOption(
      '--to <file>',
      'a new file, such as 2026.ndjson.gz: a line a target, as lookup --json tells it',
    )
    .action(run(archive));
};

async function archive(context: Context, { olderThan, to }: Flags): Promise<void> {
  const { terminal, cwd, stopped, exitWith } = context;
  const ms = readDuration(olderThan);
  const path = resolve(cwd, to);
  const config = context.config();
  let archived = 0;
  const before = await withLedger(context, config, async (ledger) => {
    const moment = await ledger.momentBefore(ms);
    const file = await createArchive(path).catch((error: unknown) => refused(path, error));
    try {
      for (let idle = 0; idle < patience && !stopped.aborted;) {
        const moved = await move(ledger, moment, file, path);
        if (moved === undefined) return moment;
        archived += moved;
        idle = moved > 0 ? 0 : idle + 1;
        terminal.draw(`${count(archived, 'target')} archived`);
      }
    } finally {
      await file.close();
    }
    if (stopped.aborted) return moment;
    throw new CommandError('some targets do not go: expunge ledger verify tells what is wrong', exits.failed);
  });
  const done = !stopped.aborted;
  if (!done) {
    exitWith(exits.failed);
    terminal.say('Stopped before the end: the rest is still in the ledger. Go on with another file.');
  }
  terminal.result(
    { archived, before: iso(before), file: archived > 0 ? path : null, done },
    archived > 0
      ? `${count(archived, 'target')} settled before ${when(before)} moved to ${path}`
      : `Nothing was settled before ${when(before)}: there is no file.`,
  );
}

/** One batch; undefined if there is none. The lines reach the disk before their targets leave the ledger. */
async function move(
  ledger: Ledger,
  before: number,
  file: ArchiveFile,
  path: string,
): Promise<number | undefined> {
  const part = await ledger.archivable(before);
  if (part.targets.length === 0) return undefined;
  await file.append(part.targets.map(targetAnswer)).catch((error: unknown) => {
    throw new CommandError(
      `${path} can't be written: ${(error as Error).message}\nWhat it holds so far has left the ledger, or is still in it too: keep the file.`,
      exits.failed,
    );
  });
  return ledger.removeArchived(part);
}

function refused(path: string, error: unknown): never {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EEXIST')
    throw new CommandError(
      `${path} exists: an archive is never written over. Name a new file.`,
      exits.refused,
    );
  throw new CommandError(`${path} can't be written: ${message}`, exits.usage);
}

const units = { h: 3_600_000, d: 86_400_000 } as const;

/** `240h`, `90d`, in milliseconds. */
function readDuration(text: string): number {
  const [, amount, unit] = /^(\d{1,6})([hd])$/.exec(text) ?? [];
  const ms = Number(amount) * units[unit as keyof typeof units];
  if (ms >= leastArchivedMs) return ms;
  throw new CommandError(
    `--older-than ${shortened(text)}: give hours or days, such as 240h or 90d, and at least ${leastArchivedMs / units.d}d`,
    exits.usage,
  );
}
