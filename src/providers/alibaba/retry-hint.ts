/**
 * How long a throttling gateway asks us to wait, in milliseconds; undefined where it doesn't say. Three forms are
 * in use: `x-acs-retry-after` in milliseconds (openapi-core 1.0.8), `x-ratelimit-user[-api]` with
 * `TimeLeft:2000` in milliseconds (older releases of the same library), and the standard `retry-after` in seconds.
 * The longest one counts.
 */
export function retryHint(headers: Readonly<Record<string, string>>): number | undefined {
  const timeLeft = (name: string) => /(?:^|,)\s*TimeLeft:(\d{1,9})\s*(?:,|$)/.exec(headers[name] ?? '')?.[1];
  const whole = (name: string) => /^\s*(\d{1,9})\s*$/.exec(headers[name] ?? '')?.[1];
  const seconds = whole('retry-after');
  const hints = [
    whole('x-acs-retry-after'),
    timeLeft('x-ratelimit-user-api'),
    timeLeft('x-ratelimit-user'),
    seconds && `${seconds}000`,
  ].flatMap((text) => (text ? [Number(text)] : []));
  return hints.length > 0 ? Math.min(Math.max(...hints), longest) : undefined;
}

/** A header must not silence a lane for good: one hour. */
const longest = 3_600_000;
