/** Times to come, as people write them. */
import type { Fault } from '../providers/identifier.ts';
import { iso, when } from './wording.ts';

export const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
/** A date later than this is taken for a slip of the pen. */
export const mostMs = 366 * unitMs.d;
/** A time without a zone would mean another moment on another machine. */
const isoWithZone = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;

/** `2026-11-20T22:00:00+08:00`, or `+90s`, `+15m`, `+24h`, `+2d` from now; milliseconds since 1970. */
export function readMoment(text: string, now: number): number | Fault {
  const wrong = (problem: string): Fault => ({
    problem,
    remedy:
      `give a time with its zone, such as ${iso(now + unitMs.h).slice(0, 19)}Z, ` +
      `or a delay such as +15m, +24h or +2d`,
  });
  const [, amount, unit] = /^\+(\d{1,9})([smhd])$/.exec(text) ?? [];
  const at =
    amount === undefined
      ? isoWithZone.test(text)
        ? Date.parse(text)
        : Number.NaN
      : now + Number(amount) * unitMs[unit as keyof typeof unitMs];
  if (Number.isNaN(at)) return wrong('is not a time');
  if (at < now) return wrong(`has passed (${when(at)})`);
  if (at > now + mostMs) return wrong('is more than a year ahead');
  return at;
}
