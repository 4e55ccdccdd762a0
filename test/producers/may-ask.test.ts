import { describe, expect, it } from 'vitest';
import { lacking } from '../../src/producers/may-ask.ts';
import { operationNamed } from '../../src/providers/operations.ts';
import { targetOf } from '../target.ts';

const image = 'alibaba.vod.delete-image';
const media = 'alibaba.ice.delete-media-infos';
const video = 'alibaba.vod.delete-video';
const plain = targetOf(video, 'v1');

const key = (scopes: readonly string[], over: { name?: string; live?: boolean } = {}) => ({
  name: 'ann',
  sha256: '',
  scopes,
  ...over,
});
const asks = (keys: Parameters<typeof lacking>[0], operation = video, targets = [plain], requester = 'ann') =>
  lacking(keys, requester, { account: 'acc', operation: operationNamed(operation) }, targets);

describe('lacking', () => {
  it('lets everybody ask where no key was ever made', () => {
    expect(asks([])).toBeUndefined();
  });

  it.each([['enqueue'], ['enqueue:*'], ['enqueue:acc'], [`enqueue:acc:${video}`], [`enqueue:*:${video}`]])(
    'lets ann ask who has %s',
    (scope) => {
      expect(asks([key([scope])])).toBeUndefined();
    },
  );

  it.each([
    ['read'],
    ['campaign'],
    ['keys'],
    ['enqueue:other'],
    [`enqueue:acc:${image}`],
    ['enqueue:acc:x'],
    ['*'],
    [''],
  ])('tells ann which scope is missing who has %j alone', (scope) => {
    expect(asks([key([scope])])).toBe(`requester has no key with the scope enqueue:acc:${video}`);
  });

  it.each([
    [image, targetOf(image, { by: 'videoId', id: 'v1' }, { imageType: 'All' }), 'image-type-all'],
    [image, targetOf(image, { by: 'imageUrl', url: 'http://a.b/c.png' }), 'urls'],
    [media, targetOf(media, 'm1', { deletePhysicalFiles: true }), 'delete-physical-files'],
    [video, targetOf(video, { by: 'referenceId', id: 'reference-1' }), 'reference-ids'],
  ])('wants a scope of its own for what widens: %s %j', (operation, target, widening) => {
    const ordinary = targetOf(operation, operation === image ? 'i1' : 'v1');
    const scopes = ['enqueue', 'campaign', 'approve', 'operate', 'read', 'keys'];
    expect(asks([key(scopes)], operation, [ordinary])).toBeUndefined();
    expect(asks([key(scopes)], operation, [ordinary, target])).toBe(
      `requester has no key with the scope ${widening}:acc:${operation}`,
    );
    expect(asks([key([...scopes, `${widening}:other`])], operation, [target])).toBeDefined();
    expect(asks([key([...scopes, widening])], operation, [ordinary, target])).toBeUndefined();
  });

  it('knows nobody by a key that is revoked, and not by another name', () => {
    const gone = 'requester is not the name of an API key that is live';
    expect(asks([key(['enqueue'], { live: false })])).toBe(gone);
    expect(asks([key(['enqueue'])], video, [plain], 'bob')).toBe(gone);
    expect(asks([key(['enqueue'], { live: false }), key(['enqueue'], { live: true })])).toBeUndefined();
  });

  it('wants one key with all scopes, not two that have them together', () => {
    const target = targetOf(video, { by: 'referenceId', id: 'reference-1' });
    expect(asks([key(['enqueue']), key(['reference-ids'])], video, [target])).toBeDefined();
    expect(asks([key(['enqueue']), key(['enqueue', 'reference-ids'])], video, [target])).toBeUndefined();
  });
});
