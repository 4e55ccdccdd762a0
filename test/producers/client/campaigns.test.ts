import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Unreachable, type List } from '../../../src/producers/client/client.ts';
import { against, hangUp, json } from './server.ts';

const asked = { name: 'spring', account: 'media-prod', operation: 'alibaba.vod.delete-video' };
const planned = { campaign: 'spring', hash: 'h', valid: 2 };
const ended = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'no error',
    (error: unknown) => error,
  );

function fileOf(name: string, content: string | Uint8Array): string {
  const dir = mkdtempSync(join(tmpdir(), 'expunge-client-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  writeFileSync(join(dir, name), content);
  return join(dir, name);
}

/** Where nobody listens any more. */
async function closedPort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${port}`;
}

describe('ExpungeClient.campaigns', () => {
  it('plans a list of lines, with numbers and choices as the query has them', async () => {
    const { client, heard } = await against([json(201, planned)]);
    const list = { lines: ['a', 'b'] };
    expect(await client.campaigns.plan({ ...asked, max: 5, canary: false, again: 'true' }, list)).toEqual(
      planned,
    );
    expect(heard[0]?.url).toBe(
      '/v1/campaigns?name=spring&account=media-prod&operation=alibaba.vod.delete-video&max=5&canary=false&again=true',
    );
    expect(heard[0]).toMatchObject({ body: 'a\nb\n', headers: { 'content-type': 'text/plain' } });
  });

  it.each([
    ['ids.txt', 'text/plain', undefined],
    ['ids.csv', 'text/csv', undefined],
    ['ids.ndjson', 'application/x-ndjson', undefined],
    ['ids.csv.gz', 'text/csv', 'gzip'],
    ['ids', 'text/plain', undefined],
  ])('tells by its name what the file %s is', async (name, type, coding) => {
    const { client, heard } = await against([json(201, planned)]);
    await client.campaigns.plan(asked, { file: fileOf(name, coding ? gzipSync('x') : 'x') });
    expect(heard[0]?.headers['content-type']).toBe(type);
    expect(heard[0]?.headers['content-encoding']).toBe(coding);
  });

  it('sends a file or an array again, from its beginning', async () => {
    const { client, heard } = await against([hangUp, json(503, {}), json(201, planned)]);
    await client.campaigns.plan(asked, { file: fileOf('ids.txt', 'a\nb\n') });
    expect(heard.map(({ body }) => body)).toEqual(['a\nb\n', 'a\nb\n', 'a\nb\n']);
  });

  it.each<[string, () => List]>([
    ['lines', () => ({ lines: (function* () { yield 'a'; })() })], // prettier-ignore
    ['bytes', () => ({ bytes: new Blob(['a\n']).stream() })],
  ])('sends %s that can be read once only once', async (_, list) => {
    const { client, heard } = await against([json(503, {}), json(201, planned)]);
    expect(await ended(client.campaigns.plan(asked, list()))).toMatchObject({ status: 503 });
    expect(heard.length).toBe(1);
  });

  it('sends nothing whole of a list with a line break in an entry, which would be two', async () => {
    const { client, heard } = await against([json(201, planned)], { attempts: 1 });
    const error = await ended(client.campaigns.plan(asked, { lines: ['a', 'b\nc'] }));
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toContain('line 2');
    expect(heard.every(({ body }) => !body.includes('c'))).toBe(true);
  });

  it('ends with the error of a source that fails', async () => {
    const { client } = await against([json(201, planned)]);
    const broken = new Error('disk');
    const lines = (async function* () {
      yield 'a';
      throw broken;
    })();
    expect(await ended(client.campaigns.plan(asked, { lines }))).toBe(broken);
  });

  it('runs a campaign once, and says so when nobody knows whether it did', async () => {
    const { client, heard } = await against([hangUp, json(200, {})]);
    expect(await ended(client.campaigns.run('spring', { plan: 'h', confirm: 2 }))).toBeInstanceOf(
      Unreachable,
    );
    expect(heard.length).toBe(1);
    expect(JSON.parse(heard[0]?.body ?? '')).toEqual({ plan: 'h', confirm: 2 });
  });

  it('runs it again where the server says that it did nothing, or was not reached', async () => {
    const { client, heard } = await against([json(503, {}), json(200, { state: 'running' })]);
    expect(await client.campaigns.run('spring', { plan: 'h', confirm: 2 })).toEqual({ state: 'running' });
    expect(heard.length).toBe(2);
    const away = await against([], { url: await closedPort() });
    await ended(away.client.campaigns.run('spring', { plan: 'h', confirm: 2 }));
    expect(away.waits.length).toBe(4);
  });

  it('reads a report as it comes, and fails where it breaks off', async () => {
    const { client } = await against([
      (response) => response.writeHead(200, { 'expunge-final': 'true' }).end('id,settlement\na,deleted\n'),
      (response) => {
        response.writeHead(200, { 'expunge-final': 'false' }).write('id,settlement\n');
        setImmediate(() => response.destroy());
      },
    ]);
    const whole = await client.campaigns.report('spring', { format: 'csv', only: 'failed' });
    expect(whole.final).toBe(true);
    expect(await new Response(whole.body).text()).toBe('id,settlement\na,deleted\n');
    const cut = await client.campaigns.report('spring');
    expect(cut.final).toBe(false);
    expect(await ended(new Response(cut.body).text())).toBeInstanceOf(Error);
  });

  it('lists all campaigns, page by page', async () => {
    const page = (names: string[], next: string | null) =>
      json(200, { campaigns: names.map((campaign) => ({ campaign })), next });
    const { client, heard } = await against([page(['b', 'a'], 'n'), page([], null)]);
    const names: string[] = [];
    for await (const { campaign } of client.campaigns.list({ pageSize: 2 })) names.push(campaign);
    expect(names).toEqual(['b', 'a']);
    expect(heard.map(({ url }) => url)).toEqual(['/v1/campaigns?limit=2', '/v1/campaigns?limit=2&cursor=n']);
  });
});
