/** A command line in a world of its own: a folder, a configuration, a ledger file; no Redis, nobody's data. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, onTestFinished } from 'vitest';
import { systemClock, type Clock } from '../../src/clock.ts';
import { loadConfig, type Config } from '../../src/config.ts';
import { laneEntries, lanesOf } from '../../src/lanes.ts';
import { LedgerAway } from '../../src/ledger/database.ts';
import { openLedger, type Ledger } from '../../src/ledger/ledger.ts';
import { commands } from '../../src/producers/cli/commands.ts';
import { runProgram } from '../../src/producers/cli/program.ts';
import { operations } from '../../src/providers/operations.ts';
import { accounts } from '../accounts.ts';
import { hear } from '../secrets/heard.ts';

export * from '../accounts.ts';

let opened: Promise<Ledger> | undefined;
let home = '';

/**
 * One ledger for all tests of a file, since opening one costs more than a test: each uses ids of its own, and
 * every lane is open, uncapped and empty of halts when a test begins. To be called at the head of each file.
 */
export function shareLedger(): void {
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'expunge-cli-ledger-'));
  });
  beforeEach(async () => {
    const open = await opened;
    if (!open) return;
    await open.unhaltAll('test');
    for (const { lane, capSet } of await open.lanes()) {
      await open.setLane(lane, 'open', '', 'test');
      if (capSet) await open.setCap(lane, undefined, '', 'test');
    }
  });
  afterAll(async () => {
    await (await opened)?.close();
    opened = undefined;
    rmSync(home, { recursive: true });
  });
}

/** Where it is, for tests that write past it. */
export const ledgerUrl = (): string => `file:${join(home, 'ledger.db')}`;

export const ledger = (): Promise<Ledger> =>
  (opened ??= openLedger(ledgerUrl(), laneEntries(lanesOf(configIn(home)))));

function configIn(cwd: string): Config {
  writeFileSync(join(cwd, 'expunge.yaml'), JSON.stringify({ accounts: accounts() }));
  const loaded = loadConfig({ env: {}, cwd, operations });
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
  return loaded.config;
}

/** Commands close what they open, and this one goes on. */
const shared = async (away = false): Promise<Ledger> => ({
  ...(await ledger()),
  close: async () => undefined,
  ...(away && { lookup: () => Promise.reject(new LedgerAway('disk full')) }),
});

export interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
  /** The last line of stdout: the result. */
  readonly json: Record<string, unknown>;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Both ends are terminals. */
  readonly tty?: boolean;
  readonly clock?: Clock;
  readonly stopped?: AbortSignal;
  /** Opens the configured ledger instead of the one that the tests share. */
  readonly ownLedger?: boolean;
  /** The ledger can't be read. */
  readonly ledgerAway?: boolean;
  /** Told of everything that is written to stderr, as it is written. */
  readonly onErr?: (all: string) => void;
}

/** The same command line program that a terminal runs, with texts in place of the streams. */
export function world(
  files: Readonly<Record<string, string | Uint8Array>> = {},
  settings: Readonly<Record<string, unknown>> = {},
) {
  const cwd = mkdtempSync(join(tmpdir(), 'expunge-cli-'));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  const config = { accounts: accounts(), ...settings };
  for (const [name, text] of Object.entries({ 'expunge.yaml': JSON.stringify(config), ...files }))
    writeFileSync(join(cwd, name), text);

  async function run(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
    const { tty = false, clock = systemClock, stopped = new AbortController().signal, onErr } = options;
    let out = '';
    let err = '';
    const exit = await runProgram({
      ...{ argv, clock, cwd, stopped, commands, env: options.env ?? {}, version: 'test' },
      ...(!options.ownLedger && { openLedger: () => shared(options.ledgerAway) }),
      stdin: Object.assign(Readable.from(options.stdin === undefined ? [] : [options.stdin]), { isTTY: tty }),
      stdout: { write: (text) => (out += text) },
      stderr: { isTTY: tty, columns: 120, write: (text) => onErr?.((err += text)) ?? (err += text) },
    });
    hear(out, 'stdout');
    hear(err);
    return {
      ...{ exit, out, err },
      get json() {
        return JSON.parse(out.trimEnd().split('\n').at(-1) ?? '') as Ran['json'];
      },
    };
  }

  return {
    cwd,
    run: (...argv: string[]) => run(argv),
    runWith: (options: RunOptions, ...argv: string[]) => run(argv, options),
  };
}
