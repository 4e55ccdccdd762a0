/** A worker process: drains and feeds the lanes it owns, and tells how it does. */
import { hostname } from 'node:os';
import type { Clock } from './clock.ts';
import type { Account, Config } from './config.ts';
import { counting } from './counting.ts';
import { tellBacklog, unownedToTell } from './lane-gauges.ts';
import type { ConfiguredLane } from './lanes.ts';
import type { Ledger } from './ledger/ledger.ts';
import { createLimiter, type Limiter } from './limiter.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { observing } from './observe.ts';
import { driveCampaigns } from './producers/campaign/drive.ts';
import { observeCampaigns } from './producers/campaign/gauges.ts';
import { feed } from './producers/feed.ts';
import { lacking } from './producers/may-ask.ts';
import { keepSwept } from './producers/sweep.ts';
import { originOf } from './providers/call.ts';
import { credentialSource } from './providers/credentials.ts';
import type { Operation } from './providers/operation.ts';
import { createTransport, type Transport } from './providers/transport.ts';
import type { Queues } from './queue.ts';
import { Fleet } from './workers/fleet.ts';
import { Circuit, Endpoint, circuitStates } from './workers/circuit.ts';
import type { LaneSetup, Means, UnitSetup } from './workers/means.ts';
import { oneForAll } from './workers/together.ts';

export interface WorkerOptions {
  readonly config: Config;
  readonly lanes: readonly ConfiguredLane[];
  readonly ledger: Ledger;
  readonly queues: Queues;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly userAgent: string;
  /** Of the HTTP exchange; for tests, which don't wait ten seconds for a timeout. */
  readonly timeouts?: { readonly headersMs: number; readonly totalMs: number };
}

export interface RunningWorker {
  readonly fleet: Fleet;
  /** What keeps it from working, in words; empty when it is ready. */
  unready(): Promise<readonly string[]>;
  /** Finishes what is in flight, gives its units up and closes its connections to the providers. */
  stop(): Promise<void>;
}

export function startWorker(options: WorkerOptions): RunningWorker {
  const { config, lanes, ledger, queues, clock, log, metrics, userAgent, timeouts } = options;
  const observer = observing(log, metrics);
  const storedKeys = oneForAll(clock, () => ledger.keys());
  const means: Means = {
    ...{ ledger, queues, clock, observer },
    ...{ retry: config.retry, brake: config.brake, foreignJobs: config.foreignJobs },
    signingKeys: config.signingKeys,
    mayAsk: async (requester, lane, targets) =>
      lacking([...config.api.keys, ...(await storedKeys())], requester, lane, targets),
  };
  const transports = new Map<string, Transport>();
  const transportOf = (provider: string): Transport => {
    const known = transports.get(provider);
    if (known) return known;
    const onSkew = (ms: number) => observer.clockDiffers(provider, ms);
    const created = createTransport({ clock, userAgent, onSkew, ...timeouts });
    transports.set(provider, created);
    return created;
  };
  const egress = new Map<string, Limiter>();
  for (const [name, { perSecond }] of Object.entries(config.egress))
    egress.set(name, createLimiter({ calls: perSecond, per: 'second' }, clock));

  const fleet = new Fleet(unitsOf(lanes, means, transportOf, egress), means, {
    host: hostname(),
    pid: process.pid,
  });
  observeGauges(fleet, options);
  const feeding = new AbortController();
  const trouble = (what: string, error: unknown) => observer.trouble(what, error);
  const openLanes = () => {
    const open = fleet.openLanes();
    return lanes.flatMap(({ name, operation }) => {
      const rate = open.get(name);
      return rate ? [{ name, operation, rate }] : [];
    });
  };
  const fed = feed({ ...{ ledger, queues, clock, trouble }, lanes: openLanes }, feeding.signal);
  // A campaign comes to rest in a lane that is stopped, too.
  const ownedLanes = () =>
    fleet
      .owned()
      .flatMap(({ unit, limiter }) =>
        unit.lanes.map(({ name, operation }) => ({ name, operation, rate: limiter.cap })),
      );
  const driven = driveCampaigns(
    { ...{ ledger, clock, trouble }, lanes: ownedLanes, open: () => fleet.openLanes() },
    feeding.signal,
  );
  const swept = keepSwept({ ledger, clock, trouble }, feeding.signal);
  fleet.start();

  return {
    fleet,
    async unready() {
      const redis = queues.ping().then(
        () => '',
        () => 'Redis does not answer',
      );
      const reasons = [
        fleet.ready ? '' : 'the ledger does not answer, or the worker is stopping',
        await redis,
      ];
      return reasons.filter((reason) => reason !== '');
    },
    async stop() {
      feeding.abort();
      await Promise.all([fed, driven, swept]);
      await fleet.stop();
      await Promise.all([...transports.values()].map((transport) => transport.close()));
      for (const limiter of egress.values()) limiter.stop();
    },
  };
}

function unitsOf(
  lanes: readonly ConfiguredLane[],
  { clock, observer }: Means,
  transportOf: (provider: string) => Transport,
  egress: ReadonlyMap<string, Limiter>,
): readonly UnitSetup[] {
  const units = new Map<string, UnitSetup & { readonly lanes: LaneSetup[] }>();
  const endpoints = new Map<string, Endpoint>();
  const endpointOf = (operation: Operation, { provider, site }: Account): Endpoint => {
    const { host } = new URL(originOf(operation, site));
    const endpoint = endpoints.get(`${provider} ${host}`) ?? new Endpoint(provider, host);
    endpoints.set(`${provider} ${host}`, endpoint);
    return endpoint;
  };
  for (const { name, account, operation, cap, unit, protection } of lanes) {
    const source = credentialSource(account.credentials, { clock });
    const setup: LaneSetup = {
      ...{ name, operation, protection, account: account.name, site: account.site },
      credentials: () => source.current(),
      transport: transportOf(account.provider),
      egress: account.egress === undefined ? undefined : egress.get(account.egress),
      circuit: new Circuit(endpointOf(operation, account), clock, (news) => observer.circuit(setup, news)),
    };
    const known = units.get(unit);
    if (known) known.lanes.push(setup);
    else units.set(unit, { name: unit, cap, lanes: [setup] });
  }
  return [...units.values()];
}

/** Gauges of lanes are told by their owner, so that sums over processes are right. */
function observeGauges(fleet: Fleet, { config, ledger, queues, clock, metrics }: WorkerOptions): void {
  const count = counting(ledger, clock);
  metrics.onScrape(async () => {
    const owned = new Set<string>();
    for (const { unit, limiter } of fleet.owned())
      for (const { name, account, operation } of unit.lanes) {
        owned.add(name);
        const labels = { account, operation: operation.name };
        metrics.laneOwned.set(labels, 1);
        metrics.limiterCap.set(labels, limiter.cap.calls);
        const period = limiter.cap.per === 'second' ? 1 : 60;
        metrics.limiterPeriod.set({ ...labels, unit: unit.name }, period);
        metrics.limiterRate.set(labels, limiter.rate * period);
      }
    const [halt, lanes] = await Promise.all([ledger.halted(), ledger.laneRows()]);
    metrics.halted.set(halt !== undefined);
    const unowned = unownedToTell(lanes, owned);
    for (const { account, operation } of unowned) metrics.laneOwned.set({ account, operation }, 0);
    const told = [...lanes.filter(({ lane }) => owned.has(lane)), ...unowned];
    for (const { account, operation, state } of told) metrics.laneState.set({ account, operation }, state);
    await observeCampaigns(ledger, config, metrics, { halt, lanes, owned });
    const backlogs = await count(told.map(({ lane }) => lane));
    for (const row of told) {
      const backlog = backlogs.get(row.lane);
      if (backlog) tellBacklog(metrics, row, backlog);
    }
  });
  metrics.onScrape(() => {
    for (const { provider, state } of worstCircuits(fleet)) metrics.circuitState.set({ provider }, state);
  });
  metrics.onScrape(() => {
    for (const { unit, limiter } of fleet.owned()) {
      const calls = limiter.takeWindowMax();
      for (const { account, operation } of unit.lanes)
        metrics.limiterWindowMax.observe({ account, operation: operation.name }, calls);
    }
  });
  metrics.onScrape(async () => {
    // Asked of all at once: one by one, fifty lanes would wait for fifty round trips.
    const lanes = fleet.owned().flatMap(({ unit }) => unit.lanes);
    const ask = async ({ name, account, operation }: LaneSetup) => {
      const counts = await queues.counts(name);
      for (const state of ['waiting', 'prioritized', 'delayed', 'active', 'failed'] as const)
        metrics.queueJobs.set({ account, operation: operation.name, state }, counts[state] ?? 0);
    };
    await Promise.all(lanes.map(ask));
  });
}

function worstCircuits(fleet: Fleet) {
  const circuits = fleet.owned().flatMap(({ unit }) => unit.lanes.map(({ circuit }) => circuit));
  const providers = new Set(circuits.map(({ endpoint }) => endpoint.provider));
  return [...providers].map((provider) => {
    const own = circuits.filter(({ endpoint }) => endpoint.provider === provider);
    const state = circuitStates.findLast((each) => own.some((circuit) => circuit.state === each)) ?? 'closed';
    return { provider, state };
  });
}
