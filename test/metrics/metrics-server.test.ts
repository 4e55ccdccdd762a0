import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createLog } from '../../src/log.ts';
import { startMetricsServer, type Readiness } from '../../src/metrics-server.ts';

async function world(ready: () => Promise<Readiness> = async () => ({ ready: true, reasons: [] }), port = 0) {
  const lines: string[] = [];
  const log = createLog({
    level: 'info',
    clock: systemClock,
    destination: { write: (line) => lines.push(line) },
  });
  const metrics = { render: async () => 'expunge_up 1\n', contentType: 'text/plain; version=0.0.4' as never };
  const server = await startMetricsServer({ host: '127.0.0.1', port, metrics, ready, log });
  onTestFinished(() => server.close());
  const get = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${server.port}${path}`, init);
  return { server, get, lines };
}

describe('startMetricsServer', () => {
  it('serves the metrics in their content type', async () => {
    const { get } = await world();
    const response = await get('/metrics?x=1');
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/plain; version=0.0.4',
    ]);
    expect(await response.text()).toBe('expunge_up 1\n');
  });

  it('says that it lives, whatever else', async () => {
    const { get } = await world(() => Promise.reject(new Error('ledger away')));
    expect((await get('/livez')).status).toBe(200);
  });

  it('is ready with 200, and not ready with 503 and the reasons', async () => {
    let state: Readiness = { ready: true, reasons: [] };
    const { get } = await world(async () => state);
    expect((await get('/readyz')).status).toBe(200);
    state = { ready: false, reasons: ['redis does not answer'] };
    const response = await get('/readyz');
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual(state);
  });

  it('is not ready when the check fails, and shows the fault in the log only', async () => {
    const { get, lines } = await world(() => Promise.reject(new Error('ledger at db.example')));
    const response = await get('/readyz');
    expect(response.status).toBe(503);
    expect(await response.text()).not.toContain('db.example');
    expect(lines.join('')).toContain('db.example');
  });

  it('knows no other path and no other method', async () => {
    const { get } = await world();
    expect((await get('/')).status).toBe(404);
    expect((await get('/metrics', { method: 'POST', body: 'x' })).status).toBe(405);
  });

  it('takes the next free port when its own is taken, and says so', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void taken.close());
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const { server, lines } = await world(undefined, port);
    expect(server.port).toBeGreaterThan(port);
    expect(lines.join('')).toMatch(new RegExp(`"port":${server.port},"configured":${port}.*next free one`));
  });

  it('rejects for a host that is not ours', async () => {
    const log = createLog({ level: 'silent', clock: systemClock, destination: { write: () => undefined } });
    const metrics = { render: async () => '', contentType: 'text/plain' as never };
    const options = {
      host: '192.0.2.1',
      port: 0,
      metrics,
      ready: async () => ({ ready: true, reasons: [] }),
      log,
    };
    await expect(startMetricsServer(options)).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
  });
});
