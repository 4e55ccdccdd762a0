/** The proxy itself: what it is told to do to a network is what its two ends meet. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { quiet, until } from './judge.ts';
import { Proxy } from './proxy.ts';

let proxy: Proxy;
/** What the server has read, of all connections. */
let received: string;

beforeEach(async () => {
  received = '';
  const server = createServer((socket) => {
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString();
      socket.write(`<${chunk.toString()}>`);
    });
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await Proxy.open((server.address() as AddressInfo).port);
  onTestFinished(async () => {
    await proxy.close();
    server.close();
  });
});

/** A connection through the proxy, with what it has heard and how it ended. */
async function client() {
  const socket: Socket = connect(proxy.port, '127.0.0.1');
  const heard = { text: '', end: '' };
  socket.on('data', (chunk: Buffer) => (heard.text += chunk.toString()));
  socket.on('error', ({ code = '' }: NodeJS.ErrnoException) => (heard.end = code));
  socket.on('end', () => (heard.end = 'end'));
  onTestFinished(() => void socket.destroy());
  await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
  return { socket, heard };
}
const hears = ({ heard }: { heard: { text: string } }, text: string) =>
  until(text, () => heard.text === text, 1_000);

describe('Proxy', () => {
  it('passes everything on, both ways', async () => {
    const one = await client();
    one.socket.write('one');
    await hears(one, '<one>');
    expect(proxy.connections).toBe(1);
    one.socket.end();
    await until('the end', () => one.heard.end === 'end' && proxy.connections === 0, 1_000);
  });

  it('swallows in a black hole, and has lost those connections for good', async () => {
    const before = await client();
    await proxy.make({ kind: 'black-hole' });
    const during = await client();
    before.socket.write('a');
    during.socket.write('b');
    await quiet(50);
    await proxy.heal();
    before.socket.write('c');
    const after = await client();
    after.socket.write('d');
    await hears(after, '<d>');
    expect(received).toBe('d');
    expect([before.heard, during.heard]).toEqual(Array.from({ length: 2 }, () => ({ text: '', end: '' })));
  });

  it.each([
    ['requests', ''],
    ['answers', 'a'],
  ] as const)('holds %s back while half-open, and delivers them afterwards', async (stopped, meanwhile) => {
    const one = await client();
    await proxy.make({ kind: 'half-open', stopped });
    one.socket.write('a');
    await quiet(50);
    expect({ received, heard: one.heard.text }).toEqual({ received: meanwhile, heard: '' });
    await proxy.heal();
    await hears(one, '<a>');
  });

  it('delays each direction, in order', async () => {
    const one = await client();
    await proxy.make({ kind: 'latency', ms: 100 });
    const began = performance.now();
    one.socket.write('a');
    await quiet(30);
    await proxy.heal();
    one.socket.write('b');
    await until('both', () => received === 'ab', 1_000);
    expect(performance.now() - began).toBeGreaterThanOrEqual(99);
  });

  it('refuses new connections, and lets those that stand be', async () => {
    const before = await client();
    await proxy.make({ kind: 'refuse' });
    expect((await client()).heard.end).toBe('ECONNREFUSED');
    before.socket.write('a');
    await hears(before, '<a>');
    await proxy.heal();
    expect((await client()).heard.end).toBe('');
  });

  it('cuts after so many bytes, and resets when told to', async () => {
    const [one, two] = [await client(), await client()];
    await proxy.make({ kind: 'cut', afterBytes: 5 });
    one.socket.write('abc');
    await until('the cut', () => one.heard.end === 'ECONNRESET', 1_000);
    expect(two.heard.end).toBe('');
    proxy.reset();
    await until('the reset', () => two.heard.end === 'ECONNRESET', 1_000);
    expect(proxy.connections).toBe(0);
  });
});
