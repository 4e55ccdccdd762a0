/** Time windows: `22:00-06:00 Asia/Shanghai`, each day; a campaign with one sends only then. */
import { never } from '../../ledger/dialect.ts';
import type { Campaign } from '../../ledger/campaign/campaign.ts';

export interface WindowNow {
  readonly open: boolean;
  /** When it closes, or opens, in ms since 1970. */
  readonly changesAt: number;
}

interface Window {
  /** Minutes since midnight. */
  readonly from: number;
  readonly to: number;
  readonly zone: string;
}

const form = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d) ([A-Za-z][\w+/-]*)$/;
const minuteMs = 60_000;
/** A day with an hour more or less is covered. */
const searchedMinutes = 2 * 24 * 60 + 120;

/** What is wrong with it, in words that follow its name; undefined if nothing is. */
export function windowProblem(text: string): string | undefined {
  const example = 'write it like 22:00-06:00 Asia/Shanghai';
  const window = parse(text);
  if (!window) return `is not a time window: ${example}`;
  if (window.from === window.to) return `never opens: ${example}`;
  try {
    clockIn(window.zone);
  } catch {
    return `names no time zone that is known here ("${window.zone}"): ${example}`;
  }
  return undefined;
}

/** Whether it is open at that moment (ms since 1970), and when that changes. The text is one without a problem. */
export function windowAt(text: string, at: number): WindowNow {
  const window = parse(text);
  if (!window) throw new Error(`no time window: ${text}`);
  const clock = clockIn(window.zone);
  const inside = (moment: number): boolean => {
    const minute = minuteOfDay(clock, moment);
    return window.from < window.to
      ? minute >= window.from && minute < window.to
      : minute >= window.from || minute < window.to;
  };
  const open = inside(at);
  // Minute by minute, by the zone's own clock: the days on which it is put forward or back are right too.
  let next = Math.floor(at / minuteMs) * minuteMs + minuteMs;
  for (let step = 0; step < searchedMinutes && inside(next) === open; step++) next += minuteMs;
  return { open, changesAt: next };
}

/** Until when a campaign may send by its window: 0 while that is closed, later than any time where it has none. */
export function sendsUntil({ rules: { window }, now }: Pick<Campaign, 'rules' | 'now'>): number {
  if (window === undefined) return never;
  const { open, changesAt } = windowAt(window, now);
  return open ? changesAt : 0;
}

function parse(text: string): Window | undefined {
  const [, fromHour, fromMinute, toHour, toMinute, zone = ''] = form.exec(text) ?? [];
  if (zone === '') return undefined;
  const minutes = (hour = '', minute = '') => 60 * Number(hour) + Number(minute);
  return { from: minutes(fromHour, fromMinute), to: minutes(toHour, toMinute), zone };
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Throws for a zone that nobody knows. */
function clockIn(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  clocks.set(timeZone, made);
  return made;
}

function minuteOfDay(clock: Intl.DateTimeFormat, at: number): number {
  const [hour, minute] = clock.format(at).split(':').map(Number);
  return 60 * Number(hour) + Number(minute);
}
