import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { video } from '../../accounts.ts';
import { serve } from './world.ts';

/** All that comes back for these bytes until the connection ends. */
async function send(url: string, bytes: string): Promise<string> {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1' });
  let answer = '';
  socket.on('data', (part) => (answer += part.toString()));
  socket.write(bytes);
  await once(socket, 'close');
  return answer;
}

const request = (id: string, length = 0): string => {
  const body = JSON.stringify({
    account: 'media-prod',
    operation: video,
    ids: [id],
    reason: 'contract ended',
  });
  const head = ['POST /v1/deletions HTTP/1.1', 'Host: 127.0.0.1', 'Content-Type: application/json'];
  return `${head.join('\r\n')}\r\nContent-Length: ${body.length + length}\r\n\r\n${body}`;
};

describe('bytes that are no HTTP', () => {
  it('are told so', async () => {
    const { url } = await serve();
    const answer = await send(url, 'HELLO\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer).toContain('urn:expunge:problem:invalid');
  });

  it('behind a request don’t change its answer: what is on record is told as such', async () => {
    const { url, ledger } = await serve();
    const answer = await send(url, `${request('m1')}\0\0 and more\r\n\r\n`);
    expect(await ledger.lookup('m1')).toHaveLength(1);
    expect(answer).toMatch(/^HTTP\/1\.1 202 /);
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
  });
});
