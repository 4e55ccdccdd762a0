/**
 * A world of its own for each system test: emulator, ledger file, worker, and a key prefix in the shared Redis.
 * Everything is real; only the accounts are made up.
 */
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/clock.ts';
import { loadConfig, type Config } from '../../src/config.ts';
import { signerWith } from '../../src/job-signature.ts';
import { laneEntries, lanesOf, type ConfiguredLane } from '../../src/lanes.ts';
import type { Deeds } from '../../src/ledger/deeds.ts';
import { openLedger, type Ledger } from '../../src/ledger/ledger.ts';
import { createLog } from '../../src/log.ts';
import { createMetrics, type Metrics } from '../../src/metrics.ts';
import { acceptAll } from '../../src/producers/accept.ts';
import { enqueue, type Enqueued } from '../../src/producers/enqueue.ts';
import { operations } from '../../src/providers/operations.ts';
import { openQueues, type Queues } from '../../src/queue.ts';
import { startWorker, type RunningWorker, type WorkerOptions } from '../../src/worker.ts';
import { startEmulator, type Emulator, type EmulatorOptions } from '../../src/emulator/emulator.ts';
import type { EmulatorAccount } from '../../src/emulator/account.ts';
import { keeping } from '../secrets/heard.ts';

export const secretOf = (account: string) => `secret-of-${account}`;

export interface WorldOptions {
  readonly redisUrl: string;
  /** Account name → operations with their caps; names that begin with `huawei` are Huawei's. */
  readonly accounts: Readonly<
    Record<string, Readonly<Record<string, { cap: number; per?: 'second' | 'minute' }>>>
  >;
  /** Sections of the configuration beside accounts. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** What the emulator enforces where it differs from the configuration: action → calls. */
  readonly realCaps?: EmulatorAccount['caps'];
  readonly emulator?: Partial<EmulatorOptions>;
  /** Where the accounts' endpoint is not the emulator itself: a proxy before it. */
  readonly endpoint?: string;
  readonly timeouts?: WorkerOptions['timeouts'];
  /** Secret that the worker uses, where it is not the right one. */
  readonly wrongSecretOf?: string;
  /** What all accounts have in common beside their place: a quota group, an egress group. */
  readonly common?: { readonly quotaGroup?: string; readonly egress?: string };
  /** Told what a worker of this process settles. */
  readonly deeds?: Deeds;
  /** Alibaba secrets stand in files, which `writeSecret` replaces. */
  readonly secretsInFiles?: boolean;
}

export class World {
  readonly emulator: Emulator;
  readonly config: Config;
  readonly lanes: readonly ConfiguredLane[];
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly dir: string;
  readonly logged: string[] = [];
  readonly #options: WorldOptions;
  readonly #workers: RunningWorker[] = [];
  readonly #accounts: readonly EmulatorAccount[];

  private constructor(
    made: Pick<World, 'emulator' | 'config' | 'lanes' | 'ledger' | 'queues' | 'dir'>,
    options: WorldOptions,
    accounts: readonly EmulatorAccount[],
  ) {
    this.emulator = made.emulator;
    this.config = made.config;
    this.lanes = made.lanes;
    this.ledger = made.ledger;
    this.queues = made.queues;
    this.dir = made.dir;
    this.#options = options;
    this.#accounts = accounts;
  }

  static async open(options: WorldOptions): Promise<World> {
    const dir = await mkdtemp(join(tmpdir(), 'expunge-world-'));
    const names = Object.keys(options.accounts);
    const accounts = names.map((name): EmulatorAccount => {
      return {
        name,
        provider: name.startsWith('huawei') ? 'huawei' : 'alibaba',
        accessKeyId: `key-of-${name}`,
        secret: secretOf(name),
        ...(name.startsWith('huawei') && { projectId: 'project' }),
        ...(options.common?.quotaGroup !== undefined && { quotaGroup: options.common.quotaGroup }),
        caps: { ...capsOf(options.accounts[name] ?? {}), ...options.realCaps },
      };
    });
    const emulator = await startEmulator({
      clock: systemClock,
      latency: { min: 5, max: 15 },
      ...options.emulator,
      accounts,
    });
    const config = configOf(dir, options.endpoint ?? emulator.url, options);
    const lanes = lanesOf(config);
    const { deeds } = options;
    const ledger = await openLedger(config.database.url, laneEntries(lanes), { ...(deeds && { deeds }) });
    const queues = openQueues({
      url: options.redisUrl,
      ca: config.redis.ca,
      prefix: config.redis.prefix,
      clock: systemClock,
      sign: signerWith(config.signingKeys),
      onError: () => undefined,
    });
    return new World({ emulator, config, lanes, ledger, queues, dir }, options, accounts);
  }

  /** The log goes to `logged`. */
  worker(
    metrics: Metrics = createMetrics({ build: { version: 'test', node: process.version } }),
  ): RunningWorker {
    const log = createLog({
      level: 'debug',
      clock: systemClock,
      destination: keeping(this.logged),
    });
    const { config, lanes, ledger, queues } = this;
    const { timeouts } = this.#options;
    const worker = startWorker({
      ...{ config, lanes, ledger, queues, metrics, log, clock: systemClock, userAgent: 'expunge/test' },
      ...(timeouts && { timeouts }),
    });
    this.#workers.push(worker);
    return worker;
  }

  /** With `secretsInFiles`: as an operator rotates or repairs a secret. */
  writeSecret(account: string, secret: string): void {
    writeFileSync(secretFile(this.dir, account), `${secret}\n`);
  }

  /** What the provider takes changes under way, as when somebody else spends the same cap. */
  setRealCap(account: string, action: keyof EmulatorAccount['caps'], calls: number): void {
    const caps = this.#accounts.find(({ name }) => name === account)?.caps;
    if (caps) caps[action] = { calls, per: 'second' };
  }

  lane(account: string, operation: string): ConfiguredLane {
    const lane = this.lanes.find(
      (each) => each.account.name === account && each.operation.name === operation,
    );
    if (!lane) throw new Error(`no lane ${account} ${operation}`);
    return lane;
  }

  /** One request for these entries. */
  async enqueue(
    account: string,
    operation: string,
    entries: readonly unknown[],
    {
      urgent = false,
      options,
      notBefore = 0,
      again = false,
    }: { urgent?: boolean; options?: unknown; notBefore?: number; again?: boolean } = {},
  ): Promise<Enqueued> {
    const lane = this.lane(account, operation);
    const accepted = acceptAll(account, lane.operation, entries, options);
    if ('problems' in accepted) throw new Error(JSON.stringify(accepted.problems));
    const request = { account, operation, requester: 'test', reason: 'test', urgent, notBefore, again };
    const { ledger, queues } = this;
    return enqueue(
      { ledger, queues, clock: systemClock, onQueueAway: () => undefined },
      lane.operation,
      lane.cap,
      request,
      accepted.targets,
    );
  }

  /** Resolves when none of the request's targets is open; rejects after `withinMs`. */
  async settled(request: string, withinMs = 60_000): Promise<Readonly<Record<string, number>>> {
    const until = performance.now() + withinMs;
    for (;;) {
      const { open = 0, ...rest } = await this.ledger.tally(request);
      if (open === 0) return rest;
      if (performance.now() > until)
        throw new Error(`${open} targets still open after ${withinMs} ms: ${JSON.stringify(rest)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop()));
    await this.queues.close();
    await this.ledger.close();
    await this.emulator.close();
    await rm(this.dir, { recursive: true });
  }
}

const actions: Readonly<Record<string, keyof EmulatorAccount['caps']>> = Object.fromEntries(
  operations.map(({ name, action }) => [name, action as keyof EmulatorAccount['caps']]),
);

function capsOf(limits: WorldOptions['accounts'][string]): EmulatorAccount['caps'] {
  const caps = Object.entries(limits).map(
    ([name, { cap, per = 'second' }]) => [actions[name] ?? name, { calls: cap, per }] as const,
  );
  return Object.fromEntries(caps);
}

const secretFile = (dir: string, account: string) => join(dir, `${account}.secret`);

function configOf(dir: string, endpoint: string, options: WorldOptions): Config {
  const accounts = Object.entries(options.accounts).map(([name, limits]) => {
    const secret = options.wrongSecretOf === name ? 'not-the-secret' : secretOf(name);
    const huawei = name.startsWith('huawei');
    const credentials = huawei
      ? { accessKey: `key-of-${name}`, secretKey: secret }
      : options.secretsInFiles
        ? { accessKeyId: `key-of-${name}`, accessKeySecretFile: secretFile(dir, name) }
        : { accessKeyId: `key-of-${name}`, accessKeySecret: secret };
    if (options.secretsInFiles && !huawei) writeFileSync(secretFile(dir, name), `${secret}\n`);
    const place = huawei
      ? { provider: 'huawei', region: 'cn-north-4', projectId: 'project' }
      : { provider: 'alibaba', region: 'cn-shanghai' };
    return [name, { ...place, ...options.common, endpoint, credentials, operations: limits }] as const;
  });
  const file = join(dir, 'expunge.json');
  const text = JSON.stringify({
    redis: { url: options.redisUrl, prefix: dir.slice(-6) },
    database: { url: 'file:ledger.db' },
    ...options.settings,
    accounts: Object.fromEntries(accounts),
  });
  writeFileSync(file, text);
  const loaded = loadConfig({ file, env: {}, cwd: dir, operations });
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
  return loaded.config;
}

/** Most calls in any rolling window, by the emulator's record of arrivals (throttled ones counted too). */
export function fullestWindow(at: readonly number[], windowMs: number): number {
  let first = 0;
  let most = 0;
  for (let last = 0; last < at.length; last++) {
    while ((at[last] ?? 0) - (at[first] ?? 0) >= windowMs) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
