import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { createProducer, ProblemError, type Deletion } from '../../src/producers/producer.ts';
import { openQueues } from '../../src/queue.ts';
import { accounts, image, video } from '../cli/world.ts';

const key = `expunge_${'k'.repeat(43)}`;
const nobodyListens = 'redis://127.0.0.1:1';
const ended = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'no error',
    (error: unknown) => error,
  );

async function world(settings: Readonly<Record<string, unknown>> = {}, redisUrl = inject('redisUrl')) {
  vi.stubEnv('REDIS_URL', '');
  vi.stubEnv('EXPUNGE_API_KEY', '');
  const dir = mkdtempSync(join(tmpdir(), 'expunge-producer-'));
  const prefix = dir.slice(-6);
  const config = join(dir, 'expunge.json');
  writeFileSync(
    config,
    JSON.stringify({ accounts: accounts(), redis: { url: redisUrl, prefix }, ...settings }),
  );
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    rmSync(dir, { recursive: true });
  });
  const producer = async (options: { requester?: string } = { requester: 'billing' }) => {
    const made = await createProducer({ config, ...options });
    onTestFinished(() => made.close());
    return made;
  };
  const ledger = await openLedger(`file:${join(dir, 'data/ledger.db')}`, []);
  onTestFinished(() => ledger.close());
  return { config, prefix, producer, ledger };
}

const deletion = (more: Partial<Deletion> = {}): Deletion =>
  ({ account: 'media-prod', operation: video, ids: ['a', 'b', 'a'], reason: 'gone', ...more }) as Deletion;

describe('createProducer', () => {
  it('records each id with who asked and why, and puts it into the queue', async () => {
    const { producer, prefix, ledger } = await world();
    const { enqueue } = await producer();
    const done = await enqueue(deletion());
    expect(done).toEqual({ id: expect.any(String) as string, accepted: 2, duplicates: 1, alreadySettled: 0 });
    const [target] = await ledger.lookup('a');
    expect(target).toMatchObject({ account: 'media-prod', operation: video, state: 'offered' });
    expect(target?.requests).toMatchObject([{ id: done.id, requester: 'billing', reason: 'gone' }]);
    const queues = openQueues({
      url: inject('redisUrl'),
      prefix,
      clock: systemClock,
      onError: () => undefined,
    });
    onTestFinished(() => queues.close());
    await queues.connected(5_000);
    expect(await queues.counts(`media-prod~${video}`)).toMatchObject({ prioritized: 1 });
    expect(await enqueue(deletion())).toMatchObject({ accepted: 0, duplicates: 3 });
  });

  it('accepts while Redis is away, and leaves the ids to the feeder', async () => {
    const { producer, ledger } = await world({}, nobodyListens);
    const { enqueue } = await producer();
    expect(await enqueue(deletion({ ids: ['c'] }))).toMatchObject({ accepted: 1 });
    expect(await ledger.lookup('c')).toMatchObject([{ state: 'waiting' }]);
  });

  it('takes a date, a time with its zone, urgency and targets written out', async () => {
    const { producer, ledger } = await world();
    const { enqueue } = await producer();
    const at = new Date(Date.now() + 3_600_000);
    const targets = [{ by: 'imageUrl', url: 'https://img.example/a.png' }];
    await enqueue({
      account: 'media-prod',
      operation: image,
      targets,
      reason: 'r',
      notBefore: at,
      urgent: true,
    });
    expect(await ledger.lookup('https://img.example/a.png')).toMatchObject([{ due: at.getTime() }]);
    await enqueue(deletion({ ids: ['d'], notBefore: at.toISOString() }));
    expect(await ledger.lookup('d')).toMatchObject([{ due: at.getTime() }]);
  });

  it.each<[string, Partial<Deletion>, string]>([
    ['an id', { ids: ['ok', 'no,no'] }, '/ids/1'],
    ['a target', { ids: undefined, targets: [{ by: 'nothing' }] } as never, '/targets/0/by'],
    ['the account', { account: 'nobody' }, '/account'],
    ['the operation', { operation: 'alibaba.vod.delete-vide' }, '/operation'],
    ['the reason', { reason: '' }, '/reason'],
    ['no ids', { ids: [] }, '/ids'],
    ['a time that has passed', { notBefore: '2020-01-01T00:00:00Z' }, '/notBefore'],
    ['a date that is none', { notBefore: new Date(Number.NaN) }, '/notBefore'],
    ['an option', { options: { deletePhysicalFiles: true } }, '/options/deletePhysicalFiles'],
  ])('says which field is wrong, and records nothing: %s', async (_, more, pointer) => {
    const { producer, ledger } = await world();
    const { enqueue } = await producer();
    const error = await ended(enqueue(deletion(more)));
    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({ status: 400, type: 'urn:expunge:problem:invalid', errors: [{ pointer }] });
    expect(await ledger.lookup('ok')).toEqual([]);
  });

  it('says that an id is protected', async () => {
    const { producer } = await world({ protected: { patterns: ['kept'] } });
    const { enqueue } = await producer();
    expect(await ended(enqueue(deletion({ ids: ['kept'] })))).toMatchObject({
      status: 422,
      errors: [{ pointer: '/ids/0' }],
    });
  });

  it('puts the name of EXPUNGE_API_KEY on record, and allows what its scopes do', async () => {
    const sha256 = createHash('sha256').update(key).digest('hex');
    const scopes = [`enqueue:media-prod:${video}`];
    const { producer, ledger } = await world({ api: { keys: [{ name: 'shop', sha256, scopes }] } });
    vi.stubEnv('EXPUNGE_API_KEY', key);
    const { enqueue } = await producer({});
    await enqueue(deletion({ ids: ['e'] }));
    expect((await ledger.lookup('e'))[0]?.requests).toMatchObject([{ requester: 'shop' }]);
    const elsewhere = enqueue(deletion({ operation: image, ids: ['f'] }));
    expect(await ended(elsewhere)).toMatchObject({ status: 403, type: 'urn:expunge:problem:forbidden' });
    expect(await ledger.lookup('f')).toEqual([]);
    await expect(producer({ requester: 'somebody' })).rejects.toThrow(/leave one of them out/);
  });

  it('accepts nothing with a key that is nobody’s', async () => {
    const { producer } = await world();
    vi.stubEnv('EXPUNGE_API_KEY', key);
    const { enqueue } = await producer({});
    expect(await ended(enqueue(deletion()))).toMatchObject({ status: 401 });
  });

  it('does not begin where nobody is named, or the configuration is wrong', async () => {
    const { producer, config } = await world();
    await expect(producer({})).rejects.toThrow(/nobody is named/);
    writeFileSync(config, JSON.stringify({ acounts: {} }));
    await expect(producer()).rejects.toThrow(/did you mean accounts/);
  });

  it('tells a ledger that does not answer as 503, with when to ask again', async () => {
    const { producer } = await world();
    const { enqueue, close } = await producer();
    await close();
    expect(await ended(enqueue(deletion()))).toMatchObject({ status: 503, retryAfter: 5, errors: [] });
  });
});
