import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { LedgerAway } from '../../../src/ledger/database.ts';
import { sha256Of } from '../../../src/producers/person.ts';
import { video } from '../../accounts.ts';
import { serve } from './world.ts';

const body = { account: 'media-prod', operation: video, ids: ['a1'], reason: 'contract ended' };

describe('who asks', () => {
  it('must show a key that is known, once there are any', async () => {
    const { ask, ledger } = await serve({ keys: { ann: ['enqueue'] } });
    for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: 'ann-key' }]) {
      const { status, json, headers: told } = await ask('/v1/deletions', { body, headers });
      expect(status).toBe(401);
      expect(told.get('www-authenticate')).toBe('Bearer');
      expect(json['type']).toBe('urn:expunge:problem:unauthenticated');
    }
    expect(await ledger.lookup('a1')).toEqual([]);
  });

  it('may hold a key of the ledger, until it is revoked', async () => {
    const { ask, ledger } = await serve({ keys: { other: ['read'] } });
    const entry = { name: 'cat', scopes: ['enqueue'], livesMs: 0, newName: true };
    await ledger.addKey({ ...entry, sha256: sha256Of('cat-key') }, 'test');
    expect(await ask('/v1/deletions', { body, by: 'cat' })).toMatchObject({ status: 202 });
    await ledger.revokeKey('cat', undefined, 'test');
    await expect.poll(async () => (await ask('/v1/deletions', { body, by: 'cat' })).status).toBe(401);
  });

  it('is nobody again where the last key was revoked: its end opens no door', async () => {
    const { ask, ledger } = await serve();
    const entry = { name: 'cat', scopes: ['enqueue'], livesMs: 0, newName: true };
    await ledger.addKey({ ...entry, sha256: sha256Of('cat-key') }, 'test');
    await ledger.revokeKey('cat', undefined, 'test');
    expect(await ask('/v1/deletions', { body })).toMatchObject({ status: 401 });
  });

  it('is no page in a browser where there are no keys', async () => {
    const { ask, url, ledger } = await serve();
    const crossSite = await ask('/v1/deletions', { body, headers: { origin: 'https://evil.example' } });
    expect(crossSite.status).toBe(403);
    const { port } = new URL(url);
    const rebound = await new Promise<number | undefined>((resolve, reject) => {
      const asked = request({
        port,
        host: '127.0.0.1',
        path: '/v1/lanes',
        headers: { host: 'evil.example' },
      });
      asked.on('response', (answer) => resolve(answer.resume().statusCode)).on('error', reject);
      asked.end();
    });
    expect(rebound).toBe(403);
    expect(await ledger.lookup('a1')).toEqual([]);
  });

  it.each([
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { forwarded: 'for=192.0.2.1' },
    { via: '1.1 proxy' },
    { 'x-forwarded-for': '192.0.2.1' },
    { 'x-forwarded-host': 'api.example' },
    { 'x-real-ip': '192.0.2.1' },
  ])('is no page that reads, and nobody behind a proxy, where there are no keys: %o', async (headers) => {
    const { ask } = await serve();
    expect(await ask('/v1/lanes', { headers })).toMatchObject({ status: 403 });
  });

  it('is asked for no key by a page of this server itself', async () => {
    const { ask } = await serve();
    expect(await ask('/v1/lanes', { headers: { 'sec-fetch-site': 'same-origin' } })).toMatchObject({
      status: 200,
    });
  });

  it('fills no log without a key', async () => {
    const { ask, logged } = await serve({ keys: { ann: ['enqueue'] } });
    for (let n = 0; n < 20; n++) expect(await ask('/v1/deletions', { body })).toMatchObject({ status: 401 });
    expect(logged.filter((line) => line.includes('"status":401')).length).toBeLessThan(5);
  });

  it('is told that the ledger is away, rather than let in or turned away', async () => {
    const { ask } = await serve({
      keys: { ann: ['enqueue'] },
      ledger: (ledger) => ({ ...ledger, keys: () => Promise.reject(new LedgerAway('disk full')) }),
    });
    const { status, headers, json } = await ask('/v1/deletions', { body, by: 'ann' });
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toBe('5');
    expect(json['type']).toBe('urn:expunge:problem:unavailable');
  });

  it('may look at the page for people so often a second and no more, without a key', async () => {
    const { ask } = await serve({ keys: { ann: ['read'] } });
    const all = await Promise.all(Array.from({ length: 300 }, () => ask('/docs/json')));
    expect(all.some(({ status }) => status === 200)).toBe(true);
    expect(all.some(({ status }) => status === 429)).toBe(true);
  });

  it('may ask so often a second and no more', async () => {
    const { ask } = await serve({ keys: { ann: ['read'], bob: ['read'] }, api: { requestsPerSecond: 5 } });
    const all = await Promise.all(Array.from({ length: 20 }, () => ask('/v1/lanes', { by: 'ann' })));
    const late = all.filter(({ status }) => status === 429);
    expect(late.length).toBeGreaterThan(9);
    expect(late[0]?.headers.get('retry-after')).toBe('1');
    expect(late[0]?.json).toMatchObject({ status: 429, type: 'urn:expunge:problem:too-many' });
    // another key has its own
    expect(await ask('/v1/lanes', { by: 'bob' })).toMatchObject({ status: 200 });
  });
});
