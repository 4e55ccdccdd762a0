/**
 * What an operator sees is what happens: a real Prometheus scrapes a service that has a bad day, and each expression
 * of each dashboard and rule is asked of it. An expression that says nothing then is either wrong, or stands below
 * with the reason why it is right to be silent.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { filled, inputsOf, panels, rules, variables, type Expression } from '../deploy/expressions.ts';
import { prometheusPresent, type Line, type PrometheusProcess } from '../deploy/prometheus-process.ts';
import { badDay, play } from './bad-day.ts';
import { instances, Monitored } from './monitored.ts';

/** Seconds from the start of the day to the questions. */
const seconds = 52;

/** By where it stands: never true on such a day. What the alert compares is there all the same. */
const empty: Readonly<Record<string, string>> = {
  ExpungeSettlementBurnFast: 'nothing settled later than 900 s in a day of one minute',
  ExpungeSettlementBurnMedium: 'nothing settled later than 900 s in a day of one minute',
  ExpungeSettlementBurnSlow: 'nothing settled later than 900 s in a day of one minute',
  ExpungeOldestOpen: 'nothing waits for 900 s in a day of one minute',
  ExpungeLaneStuck: 'nothing waits for 900 s in a day of one minute',
  ExpungeDeadLettersGrowing: 'it compares with half an hour ago',
  ExpungeWindowOverCap: 'no window is ever over the cap',
  ExpungeLedgerAway: 'the ledger is a file, which answers as long as the process does',
};
/** True for moments only, if at all: whether a scrape sees it is chance. */
const chance: Readonly<Record<string, string>> = {
  ExpungeNoOwner: 'a lane that changes hands is nobody’s for less than a second',
  ExpungeLedgerSlow: 'it depends on the disk of the machine',
};
/** Inputs that need more past than a day of one minute has. */
const inputless: Readonly<Record<string, string>> = {
  'lane:expunge_dead_letters:max - lane:expunge_dead_letters:max offset 30m':
    'half an hour ago there was nothing',
};

interface Answer extends Expression {
  readonly lines: readonly Line[];
}

describe.skipIf(!prometheusPresent)('a bad day', () => {
  let answers: readonly Answer[] = [];
  let inputs: ReadonlyMap<string, readonly Line[]> = new Map();
  let values: ReadonlyMap<string, readonly string[]> = new Map();

  beforeAll(async () => {
    const run = await Monitored.open();
    try {
      const from = Date.now() / 1_000;
      await play(run, badDay(1), { scale: 1, seconds });
      // the last that can happen: whoever could tell anything is gone from here on
      await run.end('server:9464', 'SIGKILL');
      await upFell(run.prometheus);
      const ask = asking(run.prometheus, from);
      values = await ask.variables();
      answers = await each([...panels, ...rules], async (expression) => ({
        ...{ ...expression, lines: await ask.whether(expression.expr) },
      }));
      const compared = rules.filter(({ kind }) => kind === 'alert').flatMap(({ expr }) => inputsOf(expr));
      inputs = new Map(
        await each([...new Set(compared)], async (expr) => [expr, await ask.whether(expr)] as const),
      );
    } finally {
      await run.close();
    }
  }, 150_000);

  it('is told by every expression, but for those with a reason to be silent', () => {
    const silent = answers.filter(({ lines }) => lines.length === 0);
    const unexplained = silent.filter(({ where }) => !(where in empty) && !(where in chance));
    expect(unexplained.map(({ where, expr }) => `${where}: ${expr}`)).toEqual([]);
    const told = (where: string) => answers.some((each) => each.where === where && each.lines.length > 0);
    expect(Object.keys(empty).filter(told)).toEqual([]);
    const known = new Set(answers.map(({ where }) => where));
    expect([...Object.keys(empty), ...Object.keys(chance)].filter((where) => !known.has(where))).toEqual([]);
    const count = (kind: Expression['kind']) =>
      `${answers.filter((each) => each.kind === kind && each.lines.length > 0).length} of ${answers.filter((each) => each.kind === kind).length} ${kind}s`;
    console.info(`expressions with data: ${count('panel')}, ${count('record')}, ${count('alert')}`);
  });

  it('has what each alert compares, also where the alert is silent', () => {
    const silent = [...inputs].filter(([, lines]) => lines.length === 0).map(([expr]) => expr);
    expect(silent.sort()).toEqual(Object.keys(inputless).sort());
    expect(inputs.size).toBeGreaterThan(30);
  });

  it('gives each series the labels that its legend names', () => {
    const nameless = answers.flatMap(({ where, legend, lines }) =>
      [...legend.matchAll(/\{\{(\w+)\}\}/g)].flatMap(([, label = '']) =>
        lines.some(({ labels }) => !labels[label]) ? [`${where}: ${label}`] : [],
      ),
    );
    expect(nameless).toEqual([]);
  });

  it('gives the variables of the dashboards their values', () => {
    expect(Object.fromEntries(values)).toEqual({
      account: ['huawei-prod', 'media-prod'],
      campaign: ['old-trailers', 'spring-cleanup'],
      instance: ['server:9464', 'worker:9464'],
      operation: [
        'alibaba.ice.delete-media-infos',
        'alibaba.vod.delete-image',
        'alibaba.vod.delete-video',
        'huawei.vod.delete-thumbnails',
      ],
    });
  });
});

/** Resolves when Prometheus has found out that nobody is left. */
async function upFell(prometheus: PrometheusProcess): Promise<void> {
  while ((await prometheus.query('ALERTS{alertname="ExpungeNoApi"}')).length === 0);
}

/** One after the other: Prometheus shares two cores with all else. */
async function each<In, Out>(all: readonly In[], make: (one: In) => Promise<Out>): Promise<readonly Out[]> {
  const made: Out[] = [];
  for (const one of all) made.push(await make(one));
  return made;
}

/** What Grafana would have found, had it asked at any second from `from` to now. */
function asking(prometheus: PrometheusProcess, from: number) {
  // the last second asked for is not before the last that was scraped
  const to = Date.now() / 1_000 + 1;
  const rangeSeconds = Math.ceil(to - from);
  const inFull = (expr: string) => filled(expr, { rangeSeconds, everySeconds: 1, instances });
  return {
    async variables(): Promise<ReadonlyMap<string, readonly string[]>> {
      const entries = await each([...variables], async ([name, { from: selector, label }]) => {
        const expr = `group by (${label}) (last_over_time(${inFull(selector)}[${rangeSeconds}s]))`;
        const found = await prometheus.query(expr);
        return [name, found.map(({ labels }) => labels[label] ?? '').sort()] as const;
      });
      return new Map(entries);
    },
    /** The series that had a value; what stands in a panel for want of data is none. */
    async whether(expr: string): Promise<readonly Line[]> {
      const lines = await prometheus.range(inFull(expr).replaceAll(' or vector(0)', ''), from, to, 1);
      return lines.filter(({ points }) => points.some(([, value]) => Number.isFinite(value)));
    },
  };
}
