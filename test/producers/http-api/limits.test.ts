/** What a connection may do to the server: too many, too slow, too large, or nothing at all. */
import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock, type Clock } from '../../../src/clock.ts';
import { serve, type Served } from './world.ts';

const video = 'alibaba.vod.delete-video';
const body = JSON.stringify({ account: 'media-prod', operation: video, ids: ['a'], reason: 'test' });
const head = (length: number, more = '') =>
  `POST /v1/deletions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n${more}\r\n`;

/** A connection of our own: what it heard, and a promise for its end. */
function open({ url }: Served) {
  const socket: Socket = connect(Number(new URL(url).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  const heard = { text: '' };
  socket.on('data', (data) => (heard.text += data.toString()));
  socket.on('error', () => undefined);
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(heard.text)));
  const connected = new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  });
  const answered = new Promise<string>((resolve) =>
    socket.on('data', () => heard.text.includes('\r\n\r\n') && resolve(heard.text)),
  );
  return { socket, closed, connected, answered };
}

/** Its timers run only when a test says that so much time has passed. */
function heldClock() {
  const timers = new Set<{ readonly ms: number; readonly then: () => void }>();
  let watching: { readonly ms: number; readonly seen: () => void } | undefined;
  const clock: Clock = {
    ...systemClock,
    after(ms, then) {
      const timer = { ms, then };
      timers.add(timer);
      if (watching?.ms === ms) watching.seen();
      return () => timers.delete(timer);
    },
  };
  return {
    clock,
    /** Resolves when somebody begins to wait for so long. */
    waitedFor: (ms: number) => new Promise<void>((seen) => (watching = { ms, seen })),
    pass: (ms: number) => {
      for (const timer of timers) if (timer.ms <= ms && timers.delete(timer)) timer.then();
    },
    waiting: (ms: number) => [...timers].filter((timer) => timer.ms === ms).length,
  };
}

describe('a body that drips', () => {
  it('is answered 408 when 10 s have passed, and its connection is closed', async () => {
    const { clock, waitedFor, pass } = heldClock();
    const api = await serve({ clock });
    const seen = waitedFor(10_000);
    const slow = open(api);
    slow.socket.write(head(body.length) + body.slice(0, 10));
    await seen;
    // By the answer to another one it is being read.
    await api.ask('/livez');
    slow.socket.write(body.slice(10, 12));
    pass(9_999);
    expect(slow.socket.destroyed).toBe(false);
    pass(10_000);
    const text = await slow.closed;
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect(text).toContain('The body did not arrive within 10 s.');
    expect(await api.ledger.lookup('a')).toEqual([]);
  });

  it('that is whole in time leaves no timer behind', async () => {
    const { clock, waiting } = heldClock();
    const api = await serve({ clock });
    const { status } = await api.ask('/v1/deletions', { body: JSON.parse(body) as object });
    expect(status).toBe(202);
    expect(waiting(10_000)).toBe(0);
  });
});

describe('an answer', () => {
  it('may take longer than a body', async () => {
    const { clock, pass } = heldClock();
    let asked = (): void => undefined;
    let goOn = (): void => undefined;
    const reached = new Promise<void>((resolve) => (asked = resolve));
    const allowed = new Promise<void>((resolve) => (goOn = resolve));
    const api = await serve({
      clock,
      ledger: (ledger) => ({
        ...ledger,
        async lookup(text) {
          asked();
          await allowed;
          return ledger.lookup(text);
        },
      }),
    });
    const answer = api.ask('/v1/targets/a');
    await reached;
    pass(10_000);
    goOn();
    expect((await answer).status).toBe(404);
  });
});

describe('a head', () => {
  it('of more than 16 KiB is answered 431', async () => {
    const api = await serve();
    const large = open(api);
    large.socket.write(head(2, `x: ${'y'.repeat(17_000)}\r\n`));
    expect(await large.closed).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('that is no HTTP is answered 400', async () => {
    const api = await serve();
    const other = open(api);
    other.socket.write('\x16\x03\x01 hello\r\n\r\n');
    expect(await other.closed).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('connections', () => {
  it('above 1,000 are closed at the door, and the others are served as before', async () => {
    const api = await serve();
    const held = Array.from({ length: 1_000 }, () => open(api));
    await Promise.all(held.map(({ connected }) => connected));
    const [first] = held;
    first?.socket.write(head(body.length) + body);
    expect(await first?.answered).toMatch(/^HTTP\/1\.1 202 /);
    const many = Array.from({ length: 200 }, () => open(api));
    expect(new Set(await Promise.all(many.map(({ closed }) => closed)))).toEqual(new Set(['']));
    expect(held.filter(({ socket }) => socket.destroyed)).toEqual([]);
    first?.socket.destroy();
    await first?.closed;
    // As soon as the server has seen it go there is room for one.
    await expect
      .poll(async () => {
        const next = open(api);
        next.socket.write(head(body.length) + body);
        return Promise.race([next.answered, next.closed]);
      })
      .toMatch(/^HTTP\/1\.1 202 /);
  });
});
