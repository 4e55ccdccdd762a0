/**
 * A stand-in for both providers on one port: the oracle of the tests, and what the demo deletes from. It is
 * written from the providers' pages and shares no code with the adapters, so that one mistake can't hide in both.
 *
 * It guarantees that nothing is deleted which a valid, timely, unthrottled call did not name; that every call is
 * on record, with the moment its head arrived, before it is answered; that its caps are exact over every rolling
 * window. It does not know regions or asynchronous ends, keeps one inventory for all accounts, and where the
 * pages are silent it chooses: see `switches.ts` and the head of each operation.
 */
import type { Clock } from '../clock.ts';
import type { EmulatorAccount } from './account.ts';
import { type Admin, isAdminPath, serveAdmin } from './admin.ts';
import { type InventoryInput, parseFaults, parseInventory, parseSwitches } from './admin-input.ts';
import type { Call } from './call-record.ts';
import { exchange } from './exchange.ts';
import type { Fault } from './faults.ts';
import { type Entry, openJournal } from './journal.ts';
import { seeded } from './seeded.ts';
import { listen } from './server.ts';
import { watchStalls } from './stalls.ts';
import { defaultSwitches, type Switches } from './switches.ts';
import { type Stats, World } from './world.ts';

export interface EmulatorOptions {
  readonly accounts: readonly EmulatorAccount[];
  /** 0, the default: a free one. */
  readonly port?: number;
  readonly host?: string;
  /** Where inventory, record and nonces survive a restart; left out: in memory only. */
  readonly dataDir?: string;
  /** Of all that happens by chance: the share of faults, latencies, stray line breaks. */
  readonly seed?: string | number;
  /** Milliseconds since 1970: dates are judged as if it were always then, to replay captured requests. */
  readonly frozenNow?: number;
  readonly clock: Clock;
  /** Milliseconds that every answer takes, drawn evenly from the range; 0 if left out. */
  readonly latency?: { readonly min: number; readonly max: number };
  /** Over the defaults of `switches.ts`. */
  readonly switches?: Partial<Switches>;
}

export interface Emulator {
  /** `http://127.0.0.1:9090` */
  readonly url: string;
  readonly port: number;
  /** The live record, in the order of arrival. */
  calls(): readonly Call[];
  stats(): Stats;
  /** Replaces all faults. Throws BadAdminInput, as do the next two. */
  setFaults(faults: readonly Fault[]): void;
  /** Adds to what exists. */
  inventory(definitions: InventoryInput): void;
  setSwitches(switches: Partial<Switches>): void;
  /** Forgets inventory, record, faults, nonces and spent caps; `at` goes on. */
  reset(): void;
  /** Cuts what connections there are; harmless a second time. */
  close(): Promise<void>;
}

/** Rejects if the port is taken, or the journal damaged elsewhere than in its last line. */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { clock, accounts, frozenNow, latency = { min: 0, max: 0 }, host = '127.0.0.1' } = options;
  const chance = (of: string) => seeded(`${options.seed ?? 'expunge'}/${of}`);
  const world = new World(accounts, { ...defaultSwitches, ...options.switches }, chance('faults'));
  const since = await restore(world, clock, options.dataDir);
  const stalls = watchStalls(clock, since);
  const wait = chance('latency');
  const parts = {
    world,
    clock,
    now: () => frozenNow ?? clock.now(),
    latency: () => (latency.max > 0 ? latency.min + wait() * (latency.max - latency.min) : 0),
    random: chance('operations'),
  };
  const start = () => world.journal?.append({ start: { at: since(), wall: clock.now() } });
  const admin: Admin = {
    health: () => ({ status: 'ok', at: since(), now: new Date(parts.now()).toISOString() }),
    stats: () => world.stats(stalls.stalls()),
    calls: () => world.calls(),
    inventory: (input) => world.commit({ inventory: parseInventory(input) }),
    setFaults: (input) => world.faults.set(parseFaults(input)),
    setSwitches(input) {
      world.commit({ switches: { ...world.switches, ...parseSwitches(input) } });
      return world.switches;
    },
    reset() {
      world.clear();
      stalls.clear();
      start();
    },
  };
  const release = () => {
    stalls.stop();
    world.journal?.close();
    world.journal = undefined;
  };
  const listening = await listen(host, options.port ?? 0, {
    clock,
    now: parts.now,
    since,
    exchange: (request) => exchange(request, parts),
    isAdmin: isAdminPath,
    admin: (route, body, response) => serveAdmin(admin, route, body, response),
  }).catch((cause: unknown) => {
    release();
    throw cause;
  });
  start();
  return {
    url: `http://${host}:${listening.port}`,
    port: listening.port,
    calls: () => world.calls(),
    stats: () => world.stats(stalls.stalls()),
    setFaults: admin.setFaults,
    inventory: admin.inventory,
    setSwitches: (switches) => void admin.setSwitches(switches),
    reset: admin.reset,
    async close() {
      await listening.close();
      release();
    },
  };
}

/**
 * Replays the journal and returns the emulator's clock: milliseconds since its first start, monotonic. Time
 * between two processes is taken from the wall clock, as nothing else tells it, and is never negative.
 */
async function restore(world: World, clock: Clock, dataDir: string | undefined): Promise<() => number> {
  let last = 0;
  let began = { at: 0, wall: clock.now() };
  if (dataDir !== undefined) {
    world.journal = await openJournal(dataDir, (entry: Entry) => {
      if ('start' in entry) began = entry.start;
      if ('call' in entry) last = Math.max(last, entry.call.at);
      world.replay(entry);
    });
  }
  const resumed = Math.max(last, began.at + clock.now() - began.wall);
  const origin = clock.monotonic() - resumed;
  return () => clock.monotonic() - origin;
}
