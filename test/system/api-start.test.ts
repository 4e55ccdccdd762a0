/** How a server of the API starts, refuses to start, and ends. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { sha256Of } from '../../src/producers/person.ts';
import { accounts } from '../accounts.ts';
import { apiWorld, post, readiness, slowPost, startServer } from './api-process.ts';
import { until } from './judge.ts';
import { numbered } from './targets.ts';

/** A Redis that is not there. */
const nowhere = { redis: { url: 'redis://127.0.0.1:1' } };

/** `expunge serve --api` with this configuration; resolves when it has ended by itself. */
async function ends(config: object): Promise<{ readonly exit: number | null; readonly said: string }> {
  const cwd = mkdtempSync(join(tmpdir(), 'expunge-start-'));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  writeFileSync(join(cwd, 'expunge.yaml'), JSON.stringify({ ...nowhere, metrics: { port: 0 }, ...config }));
  const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
  const args = ['--import', import.meta.resolve('tsx'), main, 'serve', '--api'];
  const child = spawn(process.execPath, args, { cwd, env: { PATH: process.env['PATH'] } });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said += text.toString()));
  const [exit] = (await once(child, 'close')) as [number | null];
  return { exit, said };
}

describe('expunge serve --api', () => {
  it('refuses to be open to the network without keys, and says what to do', async () => {
    const { exit, said } = await ends({ accounts: accounts(), api: { host: '0.0.0.0', port: 0 } });
    expect(said).toContain(
      'the HTTP API would be open to the network at 0.0.0.0: nobody has an API key. ' +
        'Create one (expunge keys create NAME --scopes …), or set api.host to 127.0.0.1.',
    );
    expect(exit).toBe(2);
  });

  it('refuses a port that is taken, and says which', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    const { exit, said } = await ends({ accounts: accounts(), api: { port } });
    expect(said).toContain(`port ${port} of 127.0.0.1 is taken`);
    expect(exit).toBe(2);
  });

  it('refuses to serve no accounts', async () => {
    const { exit, said } = await ends({ api: { port: 0 } });
    expect(said).toContain(
      'no accounts are configured: there is nothing to serve. Add accounts to expunge.yaml.',
    );
    expect(exit).toBe(2);
  });

  it('says in its log that whoever is on this machine may use it, as long as there are no keys', async () => {
    const world = await apiWorld(inject('redisUrl'));
    onTestFinished(() => world.close());
    const open = await startServer(world);
    onTestFinished(() => open.stop());
    const warned = () => open.lines.filter(({ level }) => level === 'warn').map(({ msg }) => msg);
    await until('the warning', () => warned().length > 0);
    expect(warned()).toEqual([
      'the HTTP API listens on loopback, without API keys: whoever is on this machine may use it',
    ]);
  });

  it('says no such thing where there are keys, and lets nobody in without one', async () => {
    const keys = [{ name: 'ann', sha256: sha256Of('ann-key'), scopes: ['enqueue'] }];
    const world = await apiWorld(inject('redisUrl'), { settings: { api: { port: 0, keys } } });
    onTestFinished(() => world.close());
    const server = await startServer(world);
    onTestFinished(() => server.stop());
    await until('its lines', () => server.lines.some(({ msg }) => msg === 'API started'));
    expect(server.lines.filter(({ level }) => level !== 'info')).toEqual([]);
    expect((await post(server, ['a'])).status).toBe(401);
  });

  it('needs neither Redis nor a worker', async () => {
    const world = await apiWorld('redis://127.0.0.1:1');
    onTestFinished(() => world.close());
    const server = await startServer(world);
    onTestFinished(() => server.stop());
    expect((await post(server, numbered('a', 20))).status).toBe(202);
    expect(await readiness(server)).toBe(200);
    expect((await fetch(`${server.metricsUrl}/readyz`)).status).toBe(200);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'answers requests under way at %s, takes no others, and exits with 0',
    async (signal) => {
      const world = await apiWorld(inject('redisUrl'));
      onTestFinished(() => world.close());
      const server = await startServer(world);
      onTestFinished(() => server.stop());
      const slow = await slowPost(server, numbered('slow', 20));
      server.signal(signal);
      const refused = () =>
        post(server, ['late']).then(
          ({ status }) => status !== 202,
          () => true,
        );
      await until('nobody new is let in', refused);
      const finished = performance.now();
      slow.finish();
      expect(await slow.answer).toBe(202);
      expect(await server.ended).toEqual({ code: 0, signal: null });
      expect(performance.now() - finished).toBeLessThan(3_000);
      expect(await world.ledger.lookup('slow19')).toHaveLength(1);
      expect(await world.ledger.lookup('late')).toHaveLength(0);
    },
  );
});
