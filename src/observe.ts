/** What happens in the workers, told as log lines and metrics: one line a call, none an id. */
import type { Deeds } from './ledger/deeds.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { beginLane, beginWorker } from './metrics/zeros.ts';
import type { CallReport, LaneSetup, Observer } from './workers/means.ts';

/** What the ledger is told to count by. */
export const counted = (metrics: Pick<Metrics, 'targetsAccepted' | 'targetsSettled'>): Deeds => ({
  settled: ({ account, operation }, settlement, targets) =>
    metrics.targetsSettled.add({ account, operation, settlement }, targets),
  released: ({ account, operation }, targets) =>
    metrics.targetsAccepted.add({ account, operation, source: 'campaign' }, targets),
});

export function observing(log: Log, metrics: Metrics): Observer {
  const labels = ({ account, operation }: LaneSetup) => ({ account, operation: operation.name });
  beginWorker(metrics);
  // What all lines of a lane have in common is written out once.
  const logs = new WeakMap<LaneSetup, Log>();
  const logOf = (lane: LaneSetup): Log => {
    const known = logs.get(lane) ?? log.child(labels(lane));
    logs.set(lane, known);
    return known;
  };

  function count(report: CallReport): void {
    const { lane, result, code, targets, ms, waitMs, known, took, retried, strangers } = report;
    const { operation } = labels(lane);
    metrics.providerCalls.add({ ...labels(lane), result });
    metrics.providerCallDuration.observe({ operation }, ms / 1_000);
    metrics.callTargets.observe({ operation }, targets);
    metrics.limiterWait.observe({ operation }, waitMs / 1_000);
    if (code) metrics.providerCodes.add({ operation, code });
    if (!known) metrics.unknownCodes.add({ operation });
    if (strangers > 0) metrics.strangeIds.add({ operation }, strangers);
    for (const each of took) metrics.targetSettle.observe({ operation }, each / 1_000);
    if (result !== 'answered' && result !== 'missing' && result !== 'rejected')
      metrics.retries.add({ operation, class: result }, result === 'transient' ? retried : targets);
  }

  return {
    call(report) {
      count(report);
      const { lane, call, result, code, message, known, requestId, targets, ms, waitMs } = report;
      const { named, settled, dead, retried, strangers } = report;
      const fields = {
        ...{ call, requestId, result, ids: targets, ...settled },
        ...{ ms: Math.round(ms), waitMs: Math.round(waitMs) },
        ...(retried > 0 && { retried }),
        ...(code ? { code, reason: message } : Object.keys(dead).length > 0 && { dead }),
      };
      const lines = logOf(lane);
      // Put together only where it is written.
      const ids = {
        call,
        get targets() {
          return named.map(({ target }) => target.id);
        },
      };
      lines.debug(ids, 'call of these');
      if (!known) lines.limited(`code ${code}`).warn(fields, 'a code that no table names');
      if (strangers > 0) lines.warn({ ...fields, strangers }, 'the answer names ids that were not sent');
      if (result === 'answered') lines.info(fields, 'call answered');
      else lines.info(fields, 'call failed');
    },

    adopted(lane, targets) {
      metrics.targetsAccepted.add({ ...labels(lane), source: 'job' }, targets);
    },

    guarded(lane, targets, why) {
      const fields = { ...labels(lane), ids: targets, refused: targets, code: 'Protected', reason: why };
      log.warn(fields, 'protected ids were refused and not sent');
    },

    jobRefused(lane, { reason, detail }, job) {
      metrics.jobsRefused.add({ reason });
      log.limited(`refused ${reason}`, 60_000).warn({ ...labels(lane), job, reason, detail }, 'job refused');
    },

    lane(lane, state, reason) {
      if (state === 'open') log.info(labels(lane), 'lane open');
      else log.warn({ ...labels(lane), state, reason }, 'lane stopped');
    },

    unit(unit, what) {
      if (what === 'taken') for (const lane of unit.lanes) beginLane(metrics, labels(lane));
      log.info({ unit: unit.name, lanes: unit.lanes.length }, `unit ${what}`);
    },

    circuit(lane, news) {
      const { provider, host } = lane.circuit.endpoint;
      const fields = { ...labels(lane), provider, host };
      switch (news.is) {
        case 'open': {
          const { failed, of, code, probeIn } = news;
          const reason =
            `${provider} at ${host} answers nothing usable: ${failed} of the last ${of} calls failed, the last ` +
            `with ${code}; probing again in ${(probeIn / 1_000).toFixed(1)} s`;
          return log.warn({ ...fields, code, reason }, 'circuit open: the lane sends probes only');
        }
        case 'probed': {
          const { code, probeIn } = news;
          return log.info({ ...fields, code, nextMs: Math.round(probeIn) }, 'a probe failed');
        }
        case 'closed':
          log.info(
            { ...fields, ms: Math.round(news.after), probes: news.probes },
            'circuit closed: the lane sends',
          );
      }
    },

    clockDiffers(provider, ms) {
      const aheadSeconds = Math.round(ms / 1_000);
      log.warn({ provider, aheadSeconds }, "this machine's clock is wrong: signing with the provider's date");
    },

    trouble(what, err) {
      log.limited(what).error({ err }, what);
    },
  };
}
