/**
 * A worker that is measured: `expunge serve --worker` with metrics and a log that can be switched off, which only this
 * program does. Its argument is the folder of its `expunge.json`. It goes through the four ways of being watched in
 * turn, changing at every so many calls, and notes the processor time of each turn; asked, it tells what it noted.
 */
import { ledgerOf, queuesOf, redisOf } from '../src/app.ts';
import { systemClock } from '../src/clock.ts';
import { loadConfig, secretsOf } from '../src/config.ts';
import { lanesOf } from '../src/lanes.ts';
import { createLog, type Log } from '../src/log.ts';
import { createMetrics, type Metrics } from '../src/metrics.ts';
import { startMetricsServer } from '../src/metrics-server.ts';
import { counted } from '../src/observe.ts';
import { operations } from '../src/providers/operations.ts';
import { observeDependencies } from '../src/serving-gauges.ts';
import { startWorker } from '../src/worker.ts';
import { ways, type Asked, type Told } from './ways.ts';

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

let on: { readonly metrics: boolean; readonly logs: boolean } = { metrics: true, logs: true };
let rounds: number[][] = [];
let callsATurn = 0;
let calls = 0;
let turn = 0;
let since = 0;

/** At each call. Rounds begin with another way each, so that none is always the one after `both`. */
function atCall(): void {
  if (callsATurn === 0 || ++calls < callsATurn) return;
  const spent = cpuMs();
  const round = Math.floor(turn / ways.length);
  (rounds[round] ??= [])[wayOf(turn)] = (spent - since) / callsATurn;
  begin(turn + 1);
}

const wayOf = (at: number): number => (at + Math.floor(at / ways.length)) % ways.length;

function begin(at: number): void {
  turn = at;
  calls = 0;
  on = ways[wayOf(at)] ?? on;
  since = cpuMs();
}

process.on('message', (message) => {
  if (typeof message !== 'object' || message === null || !('callsATurn' in message)) return;
  const told: Told = {
    rounds: rounds.filter((round) => Object.keys(round).length === ways.length),
    cpuMs: cpuMs(),
  };
  process.send?.(told);
  ({ callsATurn } = message as Asked);
  rounds = [];
  begin(0);
  if (callsATurn === 0) on = { metrics: true, logs: true };
});
process.on('disconnect', () => process.exit());

const dir = process.argv[2] ?? '';
const loaded = loadConfig({ file: `${dir}/expunge.json`, env: {}, cwd: dir, operations });
if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
const { config } = loaded;
const clock = systemClock;
const log = switchedLog(createLog({ level: 'info', clock, secrets: secretsOf(config) }));
const lanes = lanesOf(config);
const metrics = switchedMetrics(createMetrics({ build: { version: '0', node: process.version }, log }));
const onWrite = (ms: number) => metrics.ledgerWrite.observe({}, ms / 1_000);
const ledger = await ledgerOf(config, lanes, { onWrite, deeds: counted(metrics), clock });
const redis = await redisOf(config, { clock, log, env: {} });
const queues = await queuesOf(config, redis, clock, log);
observeDependencies(metrics, { ledger, queues, clock });
startWorker({ config, lanes, ledger, queues, clock, log, metrics, userAgent: 'expunge/0' });
const ready = async () => ({ ready: true, reasons: [] });
const server = await startMetricsServer({ host: '127.0.0.1', port: 0, metrics, ready, log });
process.send?.({ port: server.port });

function switchedLog(real: Log): Log {
  const lines = (to: Omit<Log, 'child' | 'limited'>) => {
    const write = (level: keyof typeof to) => (fields: Record<string, unknown>, message: string) => {
      if (on.logs) to[level](fields, message);
    };
    return {
      trace: write('trace'),
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
    };
  };
  return {
    ...lines(real),
    child: (fields) => switchedLog(real.child(fields)),
    limited: (key, everyMs) => lines(real.limited(key, everyMs)),
  };
}

function switchedMetrics(real: Metrics): Metrics {
  const switched = (name: string, instrument: object) =>
    Object.fromEntries(
      Object.entries(instrument).map(([verb, does]: [string, (...given: unknown[]) => void]) => [
        verb,
        (...given: unknown[]) => {
          if (on.metrics) does(...given);
          if (name === 'providerCalls') atCall();
        },
      ]),
    );
  const entries = Object.entries(real).map(([name, own]) => [
    name,
    typeof own === 'object' ? switched(name, own) : own,
  ]);
  return Object.fromEntries(entries) as Metrics;
}
