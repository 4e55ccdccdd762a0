/**
 * Logs: constant messages plus fields, one JSON object a line on stderr, coloured text where that is a terminal.
 * No line shows a secret (`redact.ts` says what that covers), and a fault that repeats can be kept to a line a second.
 */
import { pino } from 'pino';
import { prettyFactory } from 'pino-pretty';
import type { Clock } from './clock.ts';
import type { Secrets } from './known-secrets.ts';
import { redact, redactText } from './redact.ts';

export type Fields = Readonly<Record<string, unknown>>;
type Write = (fields: Fields, message: string) => void;
/** Lines are on stderr so soon; at once when the process exits. */
const flushMs = 100;
const levels = ['trace', 'debug', 'info', 'warn', 'error'] as const;

/** Messages are constant texts; what varies goes into fields: `log.info({ account, ids: 20, ms }, 'call answered')`. */
export type Lines = { readonly [level in (typeof levels)[number]]: Write };

export interface Log extends Lines {
  /** The same log with these fields in each line. */
  child(fields: Fields): Log;
  /**
   * At most one line per `key` in `everyMs` milliseconds (a second by default), for sources that may spin. The first
   * is written at once; of those held back the last is written when the time is over, with `heldBack`, the number of
   * lines that were not written before it. Keys are shared with all children.
   */
  limited(key: string, everyMs?: number): Lines;
}

export interface LogOptions {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly clock: Clock;
  /** Text for people instead of JSON. Default: whether stderr is a terminal; never for a `destination`. */
  readonly pretty?: boolean;
  /** Takes each line with its newline. Default: stderr, buffered so that a slow reader can't delay the pacing of calls. */
  readonly destination?: { write(line: string): unknown };
  /** Values to hide wherever they occur. It is read at every line, so its owner may add to it. */
  readonly secrets?: Secrets;
}

export function createLog({ level, clock, pretty, destination, secrets = [] }: LogOptions): Log {
  const people = pretty ?? (destination === undefined && process.stderr.isTTY);
  // A line a call at hundreds of calls a second: together they cost one write, a twelfth of what the thread had to do.
  const out =
    destination ?? pino.destination({ dest: 2, sync: false, minLength: 8_192, periodicFlush: flushMs });
  const format = people
    ? prettyFactory({ colorize: destination === undefined, translateTime: 'SYS:HH:MM:ss.l' })
    : null;
  const root = pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      // Errors are plain data by then; pino's own serializer would rename their fields.
      serializers: { err: (value: unknown) => value },
    },
    format ? { write: (line) => void out.write(format(line)) } : out,
  );

  const lines = (to: Write[]): Lines =>
    Object.fromEntries(levels.map((name, index) => [name, to[index]])) as unknown as Lines;

  /** By key: how many lines are held back, and the way to write the last of them. */
  const held = new Map<string, { count: number; last: (heldBack: number) => void }>();
  const limit = (key: string, everyMs: number, write: Write): Write => {
    const open = () => {
      const state = held.get(key);
      if (!state || state.count === 0) return void held.delete(key);
      held.set(key, { count: 0, last: state.last });
      clock.after(everyMs, open);
      state.last(state.count - 1);
    };
    return (fields, message) => {
      const state = held.get(key);
      if (state) {
        state.count += 1;
        state.last = (heldBack) => write({ ...fields, heldBack }, message);
        return;
      }
      held.set(key, { count: 0, last: () => undefined });
      clock.after(everyMs, open);
      write(fields, message);
    };
  };

  const wrap = (logger: typeof root): Log => {
    const writes = levels.map((name): Write => (fields, message) => {
      if (!logger.isLevelEnabled(name)) return;
      logger[name](redact(fields, secrets) as object, redactText(message, secrets));
    });
    return {
      ...lines(writes),
      child: (fields) => wrap(logger.child(redact(fields, secrets) as pino.Bindings)),
      limited: (key, everyMs = 1_000) => lines(writes.map((write) => limit(key, everyMs, write))),
    };
  };
  return wrap(root);
}
