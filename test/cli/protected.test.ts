import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ledger, shareLedger, thumbnails, video, world } from './world.ts';

shareLedger();

const enqueue = ['enqueue', 'media-prod', video];
const settings = { protected: { files: ['keep.txt'], patterns: ['prod-*'] } };
const files = { 'keep.txt': '# never\nkept-1\n', 'ids.txt': 'fine-1\nkept-1\n\nprod-7\nfine-2\n' };

describe('expunge enqueue of protected ids', () => {
  it('is refused with exit 3: line, id and what protects it are told, and nothing is accepted', async () => {
    const { run, cwd } = world(files, settings);
    const { exit, out, err } = await run(...enqueue, '--file', 'ids.txt', '--yes');
    expect(exit).toBe(3);
    expect(out).toBe('');
    expect(err).toContain('Nothing was enqueued: 2 problems in ids.txt');
    expect(err).toContain(`line 2: "kept-1" is protected by line 2 of ${join(cwd, 'keep.txt')}. Take it out`);
    expect(err).toContain('line 4: "prod-7" is protected by the pattern prod-*.');
    for (const id of ['fine-1', 'kept-1', 'prod-7']) expect(await (await ledger()).lookup(id)).toEqual([]);
  });

  it('tells programs the same', async () => {
    const { run } = world(files, settings);
    const { exit, out } = await run(...enqueue, '--json', 'prod-8', 'fine-3');
    expect(exit).toBe(3);
    expect(out).toContain('"argument":1,"value":"prod-8","problem":"is protected by the pattern prod-*"');
  });

  it('has exit 2 while an id is no id at all', async () => {
    const { run } = world(files, settings);
    expect((await run(...enqueue, 'prod-9', 'no id')).exit).toBe(2);
  });

  it('accepts what is not protected', async () => {
    const { run } = world(files, settings);
    expect((await run(...enqueue, 'fine-4', 'Prod-7')).exit).toBe(0);
  });

  it('is refused for thumbnails of an asset that is protected', async () => {
    const text = '{"by":"task","task":"t1","asset":"kept-1"}\n{"by":"task","task":"t2","asset":"other"}\n';
    const { run } = world({ ...files, 'tasks.ndjson': text }, settings);
    const { exit, err } = await run('enqueue', 'hw-prod', thumbnails, '--file', 'tasks.ndjson');
    expect(exit).toBe(3);
    expect(err).toContain('keep.txt, which protects kept-1 and what belongs to it.');
    expect(err).not.toContain('t2');
  });

  it('is not helped by --again or --urgent', async () => {
    const { run } = world(files, settings);
    expect((await run(...enqueue, '--again', '--urgent', '--yes', 'prod-1')).exit).toBe(3);
  });
});
