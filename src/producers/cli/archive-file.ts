/**
 * An archive: NDJSON, one line a target, as `lookup --json` tells it, in gzip members that follow each other. Each
 * member is on disk before its targets leave the ledger: after a crash a line may stand in two archives, or in one
 * and in the ledger; none is lost. A member cut off by a crash holds nothing that has left the ledger.
 */
import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { constants, createGunzip, gzip } from 'node:zlib';
import type { Settlement } from '../../deletion.ts';
import type { Archived } from '../compare.ts';
import { linesOf } from '../lines.ts';
import { syncFolder } from '../new-file.ts';

export interface ArchiveFile {
  /** Resolves when the lines have reached the disk. */
  append(lines: readonly object[]): Promise<void>;
  /** Removes the file if nothing was written to it. */
  close(): Promise<void>;
}

/** A new file; rejects with EEXIST where there is one. */
export async function createArchive(path: string): Promise<ArchiveFile> {
  const file = await open(path, 'wx');
  await syncFolder(path);
  let written = false;
  return {
    async append(lines) {
      written = true;
      const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
      await file.appendFile(await promisify(gzip)(text));
      await file.sync();
    },
    async close() {
      await file.close();
      if (!written) await rm(path);
    },
  };
}

/** A line, as far as it is read again. */
interface Line {
  readonly account: string;
  readonly operation: string;
  readonly id: string;
  readonly settlement: Settlement;
  readonly ambiguous: boolean;
  readonly calls: readonly { readonly id: string; readonly result: string; readonly requestId: string }[];
}

/** A file that is missing, or no archive. */
export class NoArchive extends Error {
  override readonly name = 'NoArchive';
}

/** What stands in the files, one after the other; rejects with NoArchive. */
export async function* readArchives(paths: readonly string[]): AsyncGenerator<Archived> {
  for (const path of paths) {
    try {
      yield* readArchive(path);
    } catch (error) {
      throw new NoArchive(`${path}: ${(error as Error).message}`, { cause: error });
    }
  }
}

async function* readArchive(path: string): AsyncGenerator<Archived> {
  const unpacked = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH });
  const source = createReadStream(path).on('error', (error) => unpacked.destroy(error));
  source.pipe(unpacked);
  for await (const text of linesOf(unpacked)) {
    const line = parse(text);
    // Only the end of a member that was cut off is no line.
    if (!line) return;
    const { account, operation, id, settlement, ambiguous, calls } = line;
    yield {
      ...{ lane: `${account}~${operation}`, id, settlement, ambiguous: ambiguous ? 1 : 0 },
      calls: calls.map(({ requestId, ...call }) => ({ ...call, providerRequest: requestId })),
    };
  }
}

function parse(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined;
  }
}
