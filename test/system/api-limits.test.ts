/** What keeps a connection open for nothing: real time, by the server's own timers. */
import { connect } from 'node:net';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { apiWorld, post, startServer } from './api-process.ts';

const head = 'POST /v1/deletions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n';

describe('a connection', () => {
  it('that says nothing, drips its head or drips its body is closed; the next one is served', async () => {
    const world = await apiWorld(inject('redisUrl'));
    onTestFinished(() => world.close());
    const server = await startServer(world);
    onTestFinished(() => server.stop());
    /** Writes `text`, then its rest a byte a second, until it is closed. */
    const drip = async (text: string, rest: string) => {
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1').on('error', () => undefined);
      let heard = '';
      socket.on('data', (data) => (heard += data.toString()));
      socket.write(text);
      const began = performance.now();
      let at = 0;
      const dripping = setInterval(() => at < rest.length && socket.write(rest[at++] ?? ''), 1_000);
      await new Promise((resolve) => socket.once('close', resolve));
      clearInterval(dripping);
      return { seconds: Math.round((performance.now() - began) / 1_000), status: heard.slice(9, 12) };
    };
    const [silent, ofHead, ofBody] = await Promise.all([
      drip('', ''),
      drip(head, `x: ${'y'.repeat(100)}`),
      drip(`${head}content-length: 1000\r\n\r\n`, '{'.repeat(100)),
    ]);
    console.info(
      `closed after: silent ${JSON.stringify(silent)}, head ${JSON.stringify(ofHead)}, body ${JSON.stringify(ofBody)}`,
    );
    expect(silent.seconds).toBeLessThanOrEqual(35);
    expect(ofHead.status).toBe('408');
    expect(ofHead.seconds).toBeLessThanOrEqual(20);
    expect(ofBody.status).toBe('408');
    expect(ofBody.seconds).toBeLessThanOrEqual(12);
    expect((await post(server, ['a'])).status).toBe(202);
  });
});
