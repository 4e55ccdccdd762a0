import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock, type Clock } from '../../src/clock.ts';
import type { SignedRequest } from '../../src/providers/signing.ts';
import { createTransport, type TransportOptions } from '../../src/providers/transport.ts';
import { handClock } from './world.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A TCP server that keeps every byte it gets; `answer` sees each request head that has arrived in full. */
async function rawServer(answer: (socket: Socket, count: number) => void) {
  const sockets: Socket[] = [];
  let bytes = '';
  const server = createServer((socket) => {
    sockets.push(socket);
    let pending = '';
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      bytes += data.toString('latin1');
      pending += data.toString('latin1');
      for (let at = pending.indexOf('\r\n\r\n'); at >= 0; at = pending.indexOf('\r\n\r\n')) {
        pending = pending.slice(at + 4);
        answer(socket, bytes.split('\r\n\r\n').length - 1);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    sockets,
    received: () => bytes,
    requests: () => bytes.split('\r\n\r\n').length - 1,
  };
}

function transport(options: Partial<TransportOptions> & { clock?: Clock } = {}) {
  const made = createTransport({ clock: systemClock, userAgent: 'expunge/test', ...options });
  ends.push(() => made.close());
  return made;
}

const post = (origin: string, path = '/?VideoIds=a'): SignedRequest => ({
  method: 'POST',
  origin,
  path,
  headers: { host: origin.replace(/^https?:\/\//, ''), accept: 'application/json' },
});

const ok = (socket: Socket, body = '{}') =>
  socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\nX-Id: 7\r\n\r\n${body}`);

const yes = () => true;

const closing = (socket: Socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()));

describe('createTransport', () => {
  it('answers with the status, the headers and the body', async () => {
    const { origin, received } = await rawServer((socket) => ok(socket, '{"RequestId":"x"}'));
    const sent = await transport().send(post(origin), yes);
    expect(sent).toMatchObject({
      reply: { status: 200, body: '{"RequestId":"x"}', headers: { 'x-id': '7' } },
    });
    expect(received()).toMatch(/^POST \/\?VideoIds=a HTTP\/1\.1\r\nhost: 127\.0\.0\.1:\d+\r\n/);
    expect(received()).toContain('user-agent: expunge/test\r\n');
    expect(received()).toContain('content-length: 0\r\n');
  });

  it('asks onWrite once, on a connection that stands, before a byte is written', async () => {
    const { origin, server, received } = await rawServer((socket) => ok(socket));
    const connected = once(server, 'connection');
    const asked: string[] = [];
    const sent = await transport().send(post(origin), () => {
      asked.push(received());
      return true;
    });
    await connected;
    expect(asked).toEqual(['']);
    expect(sent).toHaveProperty('reply');
  });

  it('writes nothing after a veto on a cold connection, and keeps the connection', async () => {
    const { origin, received, sockets } = await rawServer((socket) => ok(socket));
    const { send } = transport({ connections: 1 });
    expect(await send(post(origin, '/?VideoIds=vetoed'), () => false)).toEqual({ vetoed: true });
    expect(await send(post(origin, '/?VideoIds=b'), yes)).toHaveProperty('reply');
    expect(received()).not.toContain('vetoed');
    expect(received().match(/POST/g)).toHaveLength(1);
    expect(sockets).toHaveLength(1);
  });

  it('writes nothing after a veto on a warm connection, and keeps the connection', async () => {
    const { origin, received, sockets } = await rawServer((socket) => ok(socket));
    const { send } = transport({ connections: 1 });
    await send(post(origin, '/?VideoIds=a'), yes);
    for (let i = 0; i < 5; i++) {
      expect(await send(post(origin, '/?VideoIds=vetoed'), () => false)).toEqual({ vetoed: true });
    }
    await send(post(origin, '/?VideoIds=b'), yes);
    expect(received().match(/POST \S+/g)).toEqual(['POST /?VideoIds=a', 'POST /?VideoIds=b']);
    expect(sockets).toHaveLength(1);
  });

  it('says that nothing was sent where nobody listens', async () => {
    const { origin, server } = await rawServer(() => undefined);
    server.close();
    await once(server, 'close');
    let asked = 0;
    const sent = await transport().send(post(origin), () => ++asked > 0);
    expect(sent).toMatchObject({
      written: false,
      failure: { code: 'connect-refused', class: 'transient', ambiguous: false, known: true },
    });
    expect(asked).toBe(0);
  });

  it('says that nothing was sent where the connection does not come about', async () => {
    const { origin, received } = await rawServer(() => undefined);
    const sent = await transport({ connectMs: 100 }).send(post(origin.replace('http:', 'https:')), yes);
    expect(sent).toMatchObject({ written: false, failure: { code: 'connect-timeout', ambiguous: false } });
    expect(received()).not.toContain('POST');
  });

  it('fails as a timeout, ambiguous, and destroys the socket where no answer comes', async () => {
    let closed: Promise<unknown> | undefined;
    const { origin, requests } = await rawServer((socket) => {
      closed = closing(socket);
    });
    const sent = await transport({ headersMs: 100 }).send(post(origin), yes);
    expect(sent).toMatchObject({ written: true, failure: { code: 'timeout', ambiguous: true } });
    await closed;
    expect(requests()).toBe(1);
  });

  it('ends a body that drips for ever after the total time', async () => {
    const clock = handClock();
    let closed: Promise<unknown> | undefined;
    const { origin } = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n');
      const drip = setInterval(() => socket.write('x'), 5);
      closed = closing(socket).then(() => clearInterval(drip));
      setImmediate(() => clock.advance(20_000));
    });
    const sent = await transport({ clock }).send(post(origin), yes);
    expect(sent).toMatchObject({ written: true, ms: 20_000, failure: { code: 'timeout', ambiguous: true } });
    await closed;
  });

  it('gives up unsent what found no free connection in the total time', async () => {
    const clock = handClock();
    const { origin, requests } = await rawServer(() => undefined);
    const { send } = transport({ clock, connections: 1 });
    const written = new Promise<void>((resolve) => {
      void send(post(origin), () => (resolve(), true));
    });
    await written;
    const second = send(post(origin, '/?VideoIds=late'), yes);
    clock.advance(20_000);
    expect(await second).toMatchObject({
      written: false,
      failure: { code: 'connect-timeout', ambiguous: false },
    });
    expect(requests()).toBeLessThan(2);
  });

  it.each([
    ['reset', 'a reset before the head', (socket: Socket) => socket.resetAndDestroy()],
    ['reset', 'an end before the head', (socket: Socket) => socket.end()],
    [
      'reset',
      'a body cut off',
      (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"RequestId"'),
    ],
    [
      'too-large',
      'a body above 256 KB',
      (socket: Socket) =>
        socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 300000\r\n\r\n${'x'.repeat(300_000)}`),
    ],
    ['unreadable', 'what is not HTTP', (socket: Socket) => socket.write('hello\r\n\r\n')],
    [
      'timeout',
      'a body that stops',
      (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx'),
    ],
  ])('fails as %s, ambiguous, and sends once, on %s', async (code, _, answer) => {
    const { origin, requests } = await rawServer(answer);
    const sent = await transport({ bodyMs: 100 }).send(post(origin), yes);
    expect(sent).toMatchObject({ written: true, failure: { code, ambiguous: true, class: 'transient' } });
    expect(requests()).toBe(1);
  });

  it('writes a request once, although the connection that was kept has died', async () => {
    const { origin, received } = await rawServer((socket, count) => {
      if (count === 1) ok(socket);
      else socket.destroy();
    });
    const { send } = transport();
    await send(post(origin, '/?VideoIds=a'), yes);
    const sent = await send(post(origin, '/?VideoIds=b'), yes);
    expect(sent).toMatchObject({ failure: { code: 'reset', ambiguous: true } });
    expect(received().match(/VideoIds=b/g)).toHaveLength(1);
  });

  it('hands on a redirect as it is', async () => {
    const { origin, requests } = await rawServer((socket) =>
      socket.write('HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n'),
    );
    expect(await transport().send(post(origin), yes)).toMatchObject({ reply: { status: 302, body: '' } });
    expect(requests()).toBe(1);
  });

  it('takes the answer that follows an informational one', async () => {
    const { origin } = await rawServer((socket) => {
      socket.write('HTTP/1.1 103 Early Hints\r\n\r\n');
      ok(socket, '{"a":1}');
    });
    expect(await transport().send(post(origin), yes)).toMatchObject({
      reply: { status: 200, body: '{"a":1}' },
    });
  });

  it('fails as a value on a request that cannot be written', async () => {
    const { origin, requests } = await rawServer((socket) => ok(socket));
    const broken = { ...post(origin), headers: { 'x-auth-token': 'a\r\nb: c' } };
    const sent = await transport().send(broken, yes);
    expect(sent).toMatchObject({ written: false, failure: { code: 'connect-failed', ambiguous: false } });
    expect(JSON.stringify(sent)).not.toContain('b: c');
    expect(requests()).toBe(0);
  });

  it('opens no more connections than it may', async () => {
    const { origin, sockets } = await rawServer((socket) => ok(socket));
    const { send } = transport({ connections: 2 });
    const all = await Promise.all(Array.from({ length: 20 }, () => send(post(origin), yes)));
    expect(all.every((sent) => 'reply' in sent)).toBe(true);
    expect(sockets).toHaveLength(2);
  });

  it('closes after the calls under way have ended, and sends nothing afterwards', async () => {
    let answer = () => {};
    const { origin, requests } = await rawServer((socket) => {
      answer = () => ok(socket);
      arrived();
    });
    let arrived = () => {};
    const arrival = new Promise<void>((resolve) => (arrived = resolve));
    const made = createTransport({ clock: systemClock });
    const first = made.send(post(origin), yes);
    await arrival;
    const closing = made.close();
    expect(await made.send(post(origin), yes)).toMatchObject({ written: false });
    answer();
    expect(await first).toHaveProperty('reply');
    await closing;
    expect(requests()).toBe(1);
  });
});
