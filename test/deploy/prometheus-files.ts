/** What a Prometheus of a test's own reads: the files of `deploy/prometheus`, at another pace and with other targets. */
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

/** The jobs that the rules know. */
export type Job = 'expunge-worker' | 'expunge-api';
/** `host:port` of a metrics port, or its whole URL; the instance is the address unless it is named. */
export type Target = string | { readonly address: string; readonly instance: string };
export type Targets = Readonly<Partial<Record<Job, readonly Target[]>>>;

export const jobs: readonly Job[] = ['expunge-worker', 'expunge-api'];
const ours = join(import.meta.dirname, '../../deploy/prometheus');
const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

export const addressOf = (target: Target): string => {
  const address = typeof target === 'string' ? target : target.address;
  return address.replace(/^http:\/\//, '').replace(/\/.*$/, '');
};

export const instanceOf = (target: Target): string =>
  typeof target === 'string' ? addressOf(target) : target.instance;

/** The text of a rules file whose durations are so many times shorter; windows and offsets hold `floor` seconds. */
export function hastened(rules: string, faster: number, floor: number): string {
  const shorter = (count: string, unit: string, least: number) =>
    `${Math.max(least, Math.round(((Number(count) * (seconds[unit] ?? NaN)) / faster) * 1_000) / 1_000) * 1_000}ms`;
  return rules
    .replace(/\[(\d+)([smhd])\]/g, (_, count: string, unit: string) => `[${shorter(count, unit, floor)}]`)
    .replace(
      /offset (\d+)([smhd])/g,
      (_, count: string, unit: string) => `offset ${shorter(count, unit, floor)}`,
    )
    .replace(
      /\bfor: (\d+)([smhd])$/gm,
      (_, count: string, unit: string) => `for: ${shorter(count, unit, 0)}`,
    );
}

/** All but the targets. */
export function writeFiles(
  dir: string,
  options: {
    readonly everySeconds: number;
    readonly faster: number;
    readonly rewrite: (rules: string) => string;
  },
): void {
  const { everySeconds, faster, rewrite } = options;
  mkdirSync(join(dir, 'rules'));
  for (const file of readdirSync(join(ours, 'rules'))) {
    const rules = readFileSync(join(ours, 'rules', file), 'utf8');
    const text = faster === 1 ? rules : hastened(rules, faster, 4 * everySeconds);
    writeFileSync(join(dir, 'rules', file), rewrite(text));
  }
  writeFileSync(join(dir, 'prometheus.yml'), configuration(everySeconds));
}

/** As the file of deploy has it, but for where the targets are: in files that may change under way. */
function configuration(everySeconds: number): string {
  const { global, scrape_configs: scrapes } = parse(readFileSync(join(ours, 'prometheus.yml'), 'utf8')) as {
    global: Readonly<Record<string, string>>;
    scrape_configs: readonly { readonly job_name: string }[];
  };
  const every = `${everySeconds * 1_000}ms`;
  // a scrape may not wait for longer than the next one
  const times = { scrape_interval: every, evaluation_interval: every, scrape_timeout: every };
  return stringify({
    global: { ...global, ...times },
    rule_files: ['rules/*.yml'],
    scrape_configs: scrapes
      .filter(({ job_name: name }) => jobs.some((job) => job === name))
      .map(({ dns_sd_configs: _, ...scrape }: { readonly job_name: string; dns_sd_configs?: unknown }) => ({
        ...scrape,
        file_sd_configs: [{ files: [`${scrape.job_name}.json`], refresh_interval: every }],
      })),
  });
}

/** Whole at once: it is read whenever it changes. */
export function writeTargets(dir: string, job: Job, targets: readonly Target[]): void {
  const groups = targets.map((target) => ({
    targets: [addressOf(target)],
    labels: typeof target === 'string' ? {} : { instance: target.instance },
  }));
  const file = join(dir, `${job}.json`);
  writeFileSync(`${file}.new`, JSON.stringify(groups));
  renameSync(`${file}.new`, file);
}
