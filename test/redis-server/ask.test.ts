import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ask } from '../../src/redis-server/ask.ts';

const servers: Server[] = [];
const sockets: Socket[] = [];

/** A server that hands each command it reads to `reply`. */
async function listen(reply: (socket: Socket, command: string) => void): Promise<number> {
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (data) => reply(socket, data.toString()));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
}

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

describe('ask', () => {
  it('writes a command as RESP, lengths in bytes', async () => {
    let seen = '';
    const port = await listen((socket, command) => {
      seen = command;
      socket.write('+OK\r\n');
    });
    await ask(port, ['SET', 'é']);
    expect(seen).toBe('*2\r\n$3\r\nSET\r\n$2\r\né\r\n');
  });

  it('gives a status and an error as one string with its first character', async () => {
    const port = await listen((socket, command) =>
      socket.write(command.includes('PING') ? '+PONG\r\n' : '-LOADING wait\r\n'),
    );
    expect(await ask(port, ['PING'])).toEqual(['+PONG']);
    expect(await ask(port, ['INFO'])).toEqual(['-LOADING wait']);
  });

  it('gives the strings of an array that arrives in pieces', async () => {
    const port = await listen((socket) => {
      socket.setNoDelay();
      const pieces = ['*2\r\n$3\r', '\ndir\r\n$5\r\n/da', 'ta\r\n'];
      const next = () => {
        const piece = pieces.shift();
        if (piece !== undefined) socket.write(piece, () => setImmediate(next));
      };
      next();
    });
    expect(await ask(port, ['CONFIG', 'GET', 'dir'])).toEqual(['dir', '/data']);
  });

  it('says that nobody listens', async () => {
    const port = await listen(() => undefined);
    await new Promise((resolve) => servers.splice(0)[0]?.close(resolve));
    expect(await ask(port, ['PING'])).toBe('refused');
  });

  it('says that somebody listens and answers nothing, or hangs up half-way', async () => {
    expect(await ask(await listen(() => undefined), ['PING'], 30)).toBe('silent');
    expect(await ask(await listen((socket) => socket.end('*2\r\n$3\r\ndir')), ['PING'])).toBe('silent');
  });
});
