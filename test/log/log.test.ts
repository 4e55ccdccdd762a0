import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { createLog, type LogOptions } from '../../src/log.ts';

/** A clock that stands still until it is moved, and a log that writes into `lines`. */
function world(options: Partial<LogOptions> = {}) {
  let at = 0;
  let timers: { at: number; then: () => void }[] = [];
  const clock = {
    now: () => at,
    after(ms: number, then: () => void) {
      const timer = { at: at + ms, then };
      timers.push(timer);
      return () => void (timers = timers.filter((other) => other !== timer));
    },
  } as Clock;
  const raw: string[] = [];
  const log = createLog({
    level: 'trace',
    clock,
    destination: { write: (line) => raw.push(line) },
    ...options,
  });
  return {
    log,
    raw,
    lines: () => raw.map((line) => JSON.parse(line) as Record<string, unknown>),
    pending: () => timers.length,
    advance(ms: number) {
      at += ms;
      for (let due; (due = timers.find((timer) => timer.at <= at)); due.then())
        timers = timers.filter((timer) => timer !== due);
    },
  };
}

describe('createLog', () => {
  it('writes one JSON object a line with level, time, fields and message', () => {
    const { log, raw, lines } = world();
    log.info({ account: 'a', ids: 20 }, 'call answered');
    expect(raw[0]).toMatch(/^\{.*\}\n$/);
    expect(lines()).toEqual([
      {
        level: 'info',
        time: '1970-01-01T00:00:00.000Z',
        pid: process.pid,
        account: 'a',
        ids: 20,
        msg: 'call answered',
      },
    ]);
  });

  it('leaves out what is below its level', () => {
    const { log, lines } = world({ level: 'warn' });
    log.info({}, 'no');
    log.error({}, 'yes');
    log.child({ a: 1 }).limited('k').debug({}, 'no');
    expect(lines().map(({ msg }) => msg)).toEqual(['yes']);
  });

  it('gives children the fields of their parents', () => {
    const { log, lines } = world();
    log.child({ account: 'a' }).child({ operation: 'o' }).warn({ n: 1 }, 'm');
    expect(lines()[0]).toMatchObject({ account: 'a', operation: 'o', n: 1 });
  });

  it('hides secrets in fields, children, errors and messages, also those that are learned later', () => {
    const secrets = new Set(['configured-secret']);
    const { log, raw } = world({ secrets });
    const err = new Error('denied for configured-secret', { cause: { accessKeySecret: 'hunter2' } });
    log
      .child({ token: 'hunter2' })
      .error({ err, deep: [{ headers: [['Authorization', 'hunter2']] }] }, 'configured-secret');
    secrets.add('learned-secret');
    log.info({ body: 'x=learned-secret' }, 'm');
    expect(raw.join('')).not.toMatch(/hunter2|configured-secret|learned-secret/);
    expect(JSON.parse(raw[0]!)).toMatchObject({ err: { type: 'Error', message: 'denied for ***' } });
  });

  it('writes text for people when asked to', () => {
    const { log, raw } = world({ pretty: true });
    log.info({ account: 'a', token: 'hunter2' }, 'call answered');
    expect(raw.join('')).toMatch(/INFO.*call answered[^]*account: "a"/);
    expect(raw.join('')).not.toContain('hunter2');
  });
});

describe('limited', () => {
  it('lets a spinning source write a line a second, with the number of those held back', () => {
    const { log, lines, advance, pending } = world();
    const spin = (from: number, to: number) => {
      for (let n = from; n <= to; n++) log.limited('redis').error({ n }, 'redis failed');
    };
    spin(1, 1000);
    expect(lines()).toHaveLength(1);
    advance(999);
    expect(lines()).toHaveLength(1);
    advance(1);
    spin(1001, 3000);
    advance(1000);
    expect(lines().map(({ n, heldBack }) => [n, heldBack])).toEqual([
      [1, undefined],
      [1000, 998],
      [3000, 1999],
    ]);
    advance(1000);
    expect(pending()).toBe(0);
    spin(3001, 3001);
    expect(lines()).toHaveLength(4);
  });

  it('counts each key by itself, over all children', () => {
    const { log, lines } = world();
    log.limited('a').warn({}, 'a');
    log.child({ x: 1 }).limited('a').warn({}, 'a');
    log.limited('b', 5000).warn({}, 'b');
    expect(lines().map(({ msg }) => msg)).toEqual(['a', 'b']);
  });
});
