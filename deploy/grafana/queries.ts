/**
 * What the dashboards ask Prometheus. Gauges of a lane are told by its owner alone; while a lane changes hands two
 * processes may have told of it within one scrape interval, so a gauge is the highest of them, never their sum.
 * Counters are added up over processes, after `rate`, which bridges restarts.
 */

/** What the variables of a dashboard choose. */
export const lane = 'account=~"$account", operation=~"$operation"';
export const operation = 'operation=~"$operation"';
export const campaign = 'campaign=~"$campaign"';
export const instance = 'instance=~"$instance"';

/** The legend of what is told of each lane. */
export const eachLane = '{{account}} {{operation}}';

/** A gauge of each lane. */
export const ofLane = (metric: string, more = ''): string =>
  `max by (account, operation) (${metric}{${lane}${more}})`;

/** 0 open, 1 paused, 2 halted. */
export const stateOfLane = `${ofLane('expunge_lane_state', ', state="paused"')} + 2 * ${ofLane('expunge_lane_state', ', state="halted"')}`;

/** 0 running, 1 pausing, 2 paused, 3 cancelling. */
export const stateOfCampaign = (which: string): string =>
  ['pausing', 'paused', 'cancelling']
    .map((state, n) => `${n + 1} * max by (campaign) (expunge_campaign_state{${which}state="${state}"})`)
    .join(' + ');

/** A counter's growth a second. */
export const perSecond = (by: string, metric: string, which: string): string =>
  `sum by (${by}) (rate(${metric}{${which}}[$__rate_interval]))`;

/**
 * A counter's growth over a time, that which the dashboard shows if nothing is said. A series that begins within it has
 * grown from nothing to what it is: `increase` alone would not count its first value, and show 0 for what happened
 * once. Its highest value, since its process may be gone by now.
 */
export function grown(by: string, metric: string, which: string, time = '$__range'): string {
  const counter = `${metric}{${which}}`;
  const growth = `(max_over_time(${counter}[${time}]) unless ${counter} offset ${time}) or increase(${counter}[${time}])`;
  return by === '' ? `sum(${growth})` : `sum by (${by}) (${growth})`;
}

/** The time within which so many of all stay. */
export const quantile = (share: number, by: string, histogram: string, which: string): string =>
  `histogram_quantile(${share}, ${perSecond(by === '' ? 'le' : `${by}, le`, `${histogram}_bucket`, which)})`;

/** The part of all, a second by the other; nothing while there is nothing. */
export const shareOf = (by: string, metric: string, some: string, all: string): string =>
  `${perSecond(by, metric, some)} / (${perSecond(by, metric, all)} > 0)`;

/** Of each lane. */
export const throttledCalls = {
  expr: shareOf('account, operation', 'expunge_provider_calls_total', `${lane}, result="throttled"`, lane),
  legend: eachLane,
};
export const settledIds = {
  expr: perSecond('settlement', 'expunge_targets_settled_total', lane),
  legend: '{{settlement}}',
};

/** 0 away, 1 it may lose jobs or can't keep them, 2 fine. */
export const redis = (by: string, which: string): string =>
  `min by (${by}) (expunge_redis_up${which}) * (2 - (max by (${by}) (expunge_redis_unfit${which}) or min by (${by}) (expunge_redis_up${which}) * 0))`;
/** 0 away, 1 it takes no writes, 2 fine. */
export const ledger = (by: string, which: string): string =>
  `min by (${by}) (expunge_ledger_up${which}) * (1 + min by (${by}) (expunge_ledger_writable${which}))`;
