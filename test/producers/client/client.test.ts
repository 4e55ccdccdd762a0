import { describe, expect, it } from 'vitest';
import { ProblemError, Unreachable } from '../../../src/producers/client/client.ts';
import { against, hangUp, json, silence } from './server.ts';

const deletion = { account: 'media-prod', operation: 'alibaba.vod.delete-video', ids: ['a'], reason: 'test' };
const accepted = { id: 'R1', accepted: 1, duplicates: 0, alreadySettled: 0 };
const away = {
  type: 'urn:expunge:problem:unavailable',
  title: '',
  status: 503,
  detail: 'away',
  request: 'r',
};

const ended = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'no error',
    (error: unknown) => error,
  );

describe('ExpungeClient', () => {
  it('shows its key and sends JSON with an Idempotency-Key of its own', async () => {
    const { client, heard } = await against([json(202, accepted)]);
    expect(await client.deletions.create(deletion)).toEqual(accepted);
    const [first] = heard;
    expect(first).toMatchObject({ method: 'POST', url: '/v1/deletions' });
    expect(first?.headers).toMatchObject({
      authorization: 'Bearer expunge_test',
      'content-type': 'application/json',
      'idempotency-key': expect.stringMatching(/^[0-9A-Z]{26}$/) as string,
    });
    expect(JSON.parse(first?.body ?? '')).toEqual(deletion);
  });

  it('makes another key for each call, and takes the one that it is given', async () => {
    const { client, heard } = await against([json(202, accepted)]);
    await client.deletions.create(deletion);
    await client.deletions.create(deletion);
    await client.deletions.create(deletion, { idempotencyKey: 'mine' });
    const keys = heard.map(({ headers }) => headers['idempotency-key']);
    expect(new Set(keys).size).toBe(3);
    expect(keys[2]).toBe('mine');
  });

  it('sends the same body with the same key again after a broken connection, 429, 503 and 502', async () => {
    const { client, heard } = await against([
      hangUp,
      json(429, {}, { 'retry-after': '1' }),
      json(503, away),
      json(502, {}),
      json(202, accepted),
    ]);
    expect(await client.deletions.create(deletion)).toEqual(accepted);
    expect(heard.length).toBe(5);
    expect(new Set(heard.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(new Set(heard.map(({ body }) => body)).size).toBe(1);
  });

  it('asks again where its first request is still under way', async () => {
    const { client, heard } = await against([json(409, {}, { 'retry-after': '2' }), json(202, accepted)]);
    expect(await client.deletions.create(deletion)).toEqual(accepted);
    expect(heard.length).toBe(2);
  });

  it('waits as long as Retry-After says, in seconds or as a date', async () => {
    const date = new Date(Date.now() + 30_000).toUTCString();
    const { client, waits } = await against([
      json(503, away, { 'retry-after': '7' }),
      json(503, away, { 'retry-after': date }),
      json(202, accepted),
    ]);
    await client.deletions.create(deletion);
    expect(waits[0]).toBe(7_000);
    expect(waits[1]).toBeGreaterThan(25_000);
    expect(waits[1]).toBeLessThanOrEqual(30_000);
  });

  it('does not wait for a server that wants more than a minute', async () => {
    const { client, heard } = await against([json(429, {}, { 'retry-after': '3600' })]);
    expect(await ended(client.deletions.create(deletion))).toMatchObject({ status: 429, retryAfter: 3_600 });
    expect(heard.length).toBe(1);
  });

  it('backs off, twice as long each time, up to ten seconds', async () => {
    const { client, waits } = await against([json(503, away)], { attempts: 8 });
    expect(await ended(client.deletions.create(deletion))).toMatchObject({ status: 503 });
    expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 10_000]);
  });

  it('gives up after five attempts, with what the last one ended with', async () => {
    const { client, heard } = await against([hangUp]);
    const error = await ended(client.deletions.create(deletion));
    expect(error).toBeInstanceOf(Unreachable);
    expect(heard.length).toBe(5);
  });

  it('says how long it waited for an answer that did not come', async () => {
    const { client } = await against([silence], { late: true, attempts: 1 });
    const error = await ended(client.lanes.list());
    expect(error).toBeInstanceOf(Unreachable);
    expect((error as Error).message).toContain('within 12345 ms');
  });

  it('ends with the reason of a signal that is aborted, and does not ask again', async () => {
    const stop = new AbortController();
    const reason = new Error('enough');
    const { client, heard } = await against([
      () => {
        stop.abort(reason);
      },
    ]);
    expect(await ended(client.lanes.list({ signal: stop.signal }))).toBe(reason);
    expect(heard.length).toBe(1);
  });

  it('tells a problem field by field, once', async () => {
    const errors = [{ pointer: '/ids/0', problem: 'has a comma', remedy: 'Give one id an entry.' }];
    const problem = {
      type: 'urn:expunge:problem:invalid',
      title: 'T',
      status: 400,
      detail: 'D',
      request: 'r1',
      errors,
    };
    const { client, heard } = await against([json(400, problem)]);
    const error = await ended(client.deletions.create(deletion));
    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({ status: 400, type: problem.type, title: 'T', request: 'r1', errors });
    expect((error as Error).message).toBe('D\n  /ids/0 has a comma. Give one id an entry.');
    expect(heard.length).toBe(1);
  });

  it('tells a page of somebody else by its status', async () => {
    const { client } = await against([
      (response) => response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>nginx</h1>'),
    ]);
    expect(await ended(client.lookup('x'))).toMatchObject({ status: 404, type: 'about:blank' });
  });

  it('does not follow a redirect, which would take its key elsewhere', async () => {
    const { client, heard } = await against(
      [(response) => response.writeHead(307, { location: '/elsewhere' }).end()],
      { attempts: 1 },
    );
    expect(await ended(client.deletions.create(deletion))).toBeInstanceOf(Unreachable);
    expect(heard.length).toBe(1);
  });

  it('reads all pages, each when it is wanted', async () => {
    const page = (ids: string[], next: string | null) =>
      json(200, { id: 'R1', targets: ids.map((id) => ({ id })), next });
    const { client, heard } = await against([page(['a', 'b'], 'c1'), page(['c'], null)]);
    const seen: string[] = [];
    for await (const { id } of client.deletions.targets('R1', { pageSize: 2 })) {
      seen.push(id);
      if (id === 'a') expect(heard.length).toBe(1);
    }
    expect(seen).toEqual(['a', 'b', 'c']);
    expect(heard.map(({ url }) => url)).toEqual([
      '/v1/deletions/R1?limit=2',
      '/v1/deletions/R1?limit=2&cursor=c1',
    ]);
  });

  it('encodes what stands in a path', async () => {
    const { client, heard } = await against([json(200, { targets: [] })]);
    await client.lookup('https://a.example/x?y=1#z/..');
    expect(heard[0]?.url).toBe('/v1/targets/https%3A%2F%2Fa.example%2Fx%3Fy%3D1%23z%2F..');
  });

  it.each(['', '.', '..'])('refuses the id "%s", which would lead to another route', async (id) => {
    const { client, heard } = await against([json(200, {})]);
    await expect(async () => client.deletions.cancel(id)).rejects.toThrow(TypeError);
    expect(heard.length).toBe(0);
  });
});
