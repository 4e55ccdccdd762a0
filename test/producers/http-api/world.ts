/** The HTTP API as it is served, on a loopback port, over a ledger of its own; without Redis, as if it were away. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { systemClock, type Clock } from '../../../src/clock.ts';
import { loadConfig, type Config } from '../../../src/config.ts';
import { laneEntries, lanesOf } from '../../../src/lanes.ts';
import { openLedger, type Ledger } from '../../../src/ledger/ledger.ts';
import { createLog } from '../../../src/log.ts';
import { createMetrics } from '../../../src/metrics.ts';
import type { Api } from '../../../src/producers/http-api/api.ts';
import { startApi } from '../../../src/producers/http-api/server.ts';
import { sha256Of } from '../../../src/producers/person.ts';
import { operations } from '../../../src/providers/operations.ts';
import { accounts } from '../../accounts.ts';
import { keeping } from '../../secrets/heard.ts';

/** Key text → its scopes; the key of somebody called `ann` is `ann-key`. */
export type Keys = Readonly<Record<string, readonly string[]>>;

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Record<string, never>;
}

export interface Sent {
  readonly method?: string;
  readonly body?: unknown;
  /** As it stands, instead of `body`. */
  readonly raw?: NonNullable<RequestInit['body']>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly by?: string;
}

export interface Served {
  readonly url: string;
  readonly config: Config;
  readonly ledger: Ledger;
  readonly logged: string[];
  /** The metrics, as they are scraped. */
  scrape(): Promise<string>;
  ask(path: string, sent?: Sent): Promise<Answered>;
  close(): Promise<void>;
}

/** Ends with its test, or with `close`. */
export async function serve(
  options: {
    readonly keys?: Keys;
    readonly settings?: Readonly<Record<string, unknown>>;
    readonly api?: Readonly<Record<string, unknown>>;
    readonly over?: Partial<Api>;
    readonly clock?: Clock;
    /** Left to the caller: whoever serves for a whole file closes it. */
    readonly kept?: boolean;
    /** Wraps the ledger: to make it fail. */
    readonly ledger?: (ledger: Ledger) => Ledger;
  } = {},
): Promise<Served> {
  const { keys = {}, settings, api = {}, clock = systemClock } = options;
  const cwd = mkdtempSync(join(tmpdir(), 'expunge-api-'));
  const listed = Object.entries(keys).map(([name, scopes]) => ({
    name,
    scopes,
    sha256: sha256Of(`${name}-key`),
  }));
  const written = { accounts: accounts(), api: { port: 0, keys: listed, ...api }, ...settings };
  writeFileSync(join(cwd, 'expunge.yaml'), JSON.stringify(written));
  const loaded = loadConfig({ env: {}, cwd, operations });
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
  const { config } = loaded;
  const lanes = lanesOf(config);
  const ledger = await openLedger(config.database.url, laneEntries(lanes));
  const logged: string[] = [];
  const log = createLog({ level: 'debug', clock, destination: keeping(logged) });
  const metrics = createMetrics({ build: { version: 'test', node: process.version } });
  const queues = { add: () => Promise.reject(new Error('no Redis here')) };
  const used = options.ledger?.(ledger) ?? ledger;
  const running = await startApi({
    ...{ config, lanes, ledger: used, queues, clock, log, metrics, version: 'test', ...options.over },
  });
  const url = `http://127.0.0.1:${running.port}`;
  const close = async () => {
    await running.close();
    await ledger.close();
    rmSync(cwd, { recursive: true, force: true });
  };
  if (!options.kept) onTestFinished(close);
  return {
    ...{ url, config, ledger, logged, close },
    scrape: () => metrics.render(),
    async ask(path, { method, body, raw, headers, by } = {}) {
      const answer = await fetch(`${url}${path}`, {
        method: method ?? (body === undefined && raw === undefined ? 'GET' : 'POST'),
        headers: {
          ...(by !== undefined && { authorization: `Bearer ${by}-key` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(raw !== undefined && { body: raw, duplex: 'half' }),
      });
      const text = await answer.text();
      return {
        ...{ status: answer.status, headers: answer.headers, text },
        get json() {
          return JSON.parse(text) as Answered['json'];
        },
      };
    },
  };
}
