import {
  closeSync,
  createReadStream,
  existsSync,
  mkdirSync,
  openSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { DeleteAction } from './action.ts';
import type { Call } from './call-record.ts';
import type { Definition } from './inventory.ts';
import { jsonLine } from './json-line.ts';
import type { Switches } from './switches.ts';

export type Definitions = Partial<Record<DeleteAction, readonly Definition[]>>;

/** All that has to survive a kill. Faults don't: a restarted emulator is a healthy one. */
export type Entry =
  /** A process began: its `at` at that wall-clock time, so that the next one can go on from there. */
  | { readonly start: { readonly at: number; readonly wall: number } }
  | { readonly inventory: Definitions }
  | { readonly switches: Switches }
  /** `now`: the emulator's wall clock, for the nonce. `parts`: as in an Effect. */
  | {
      readonly call: Call;
      readonly nonce: string;
      readonly now: number;
      readonly parts?: readonly string[];
    };

/**
 * An append-only file of one JSON entry a line. Each is written, though not synced, before the call is answered:
 * it survives the death of the process, not that of the machine.
 */
export interface Journal {
  append(entry: Entry): void;
  /** Forgets everything before it. */
  restart(): void;
  close(): void;
}

/** Replays what `directory` holds, in order, and goes on from there. A torn last line is dropped for good. */
export async function openJournal(directory: string, replay: (entry: Entry) => void): Promise<Journal> {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'emulator.ndjson');
  if (existsSync(path)) truncateSync(path, await replayFile(path, replay));
  const file = openSync(path, 'a');
  return {
    append: (entry) => void writeSync(file, jsonLine(entry)),
    restart: () => truncateSync(path, 0),
    close: () => closeSync(file),
  };
}

/** Bytes up to the end of the last whole line. */
async function replayFile(path: string, replay: (entry: Entry) => void): Promise<number> {
  let whole = 0;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    for (let end; (end = rest.indexOf('\n')) >= 0; rest = rest.subarray(end + 1)) {
      replay(parse(rest.toString('utf8', 0, end), `${path}, byte ${whole}`));
      whole += end + 1;
    }
  }
  return whole;
}

function parse(line: string, where: string): Entry {
  try {
    return JSON.parse(line) as Entry;
  } catch (cause) {
    throw new Error(`${where}: damaged; only the end of a journal may be torn`, { cause });
  }
}
