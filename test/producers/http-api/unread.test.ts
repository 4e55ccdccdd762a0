/** What is sent to a server that has answered already, or that can't answer. */
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { systemClock, type Clock } from '../../../src/clock.ts';
import { serve } from './world.ts';

/** Whatever takes exactly so long is over at once. */
const hurried = (whatMs: number): Clock => ({
  ...systemClock,
  after: (ms, then) => systemClock.after(ms === whatMs ? 50 : ms, then),
});

describe('discardTheRest', () => {
  it.each(['/v1/deletions', '/v1/campaigns?name=a&account=b&operation=c&reason=d', '/nowhere'])(
    'ends a connection that goes on sending after its answer: POST %s',
    async (target) => {
      const { url } = await serve({ keys: { ann: ['enqueue'] }, clock: hurried(10_000) });
      const told = await new Promise<string>((resolve, reject) => {
        const socket = connect(Number(new URL(url).port), '127.0.0.1');
        let answer = '';
        let sent = 0;
        const part = Buffer.alloc(65_536, 'a');
        const more = (): void => {
          if (socket.destroyed) return;
          sent += part.length;
          if (sent > 2 ** 31) reject(new Error(`${sent} bytes were taken after: ${answer}`));
          else socket.write(part, more);
        };
        socket.on('data', (text) => (answer += String(text)));
        socket.on('error', () => undefined).on('close', () => resolve(answer));
        socket.write(
          `POST ${target} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 99999999999\r\n\r\n`,
        );
        more();
      });
      expect(told).toMatch(/^HTTP\/1\.1 40[14] /);
    },
  );
});

describe('authenticate', () => {
  it('answers that the ledger is away where it is silent', async () => {
    const silent = () => new Promise<never>(() => undefined);
    const { ask } = await serve({
      keys: { ann: ['read'] },
      clock: hurried(5_000),
      ledger: (ledger) => ({ ...ledger, keys: silent, accepting: silent }),
    });
    const { status, headers } = await ask('/v1/lanes', { by: 'ann' });
    expect([status, headers.get('retry-after')]).toEqual([503, '5']);
    expect(await ask('/readyz')).toMatchObject({ status: 503 });
  });
});
