import { describe, expect, it } from 'vitest';
import { operationNamed, operations } from '../../src/providers/operations.ts';
import { grants, parseScope, scopes, verbs, wideningScopes, widenings } from '../../src/producers/scopes.ts';
import { targetOf } from '../target.ts';

const video = 'alibaba.vod.delete-video';
const image = 'alibaba.vod.delete-image';
const media = 'alibaba.ice.delete-media-infos';

describe('widenings', () => {
  it('follow from the operations’ options and kinds', () => {
    expect(new Set(widenings)).toEqual(
      new Set(['delete-physical-files', 'image-type-all', 'urls', 'reference-ids']),
    );
  });

  it('share no name with a verb', () => {
    expect(new Set(scopes).size).toBe(verbs.length + widenings.length);
  });
});

describe('wideningScopes', () => {
  it.each([
    [video, 'v1', undefined, []],
    [video, { by: 'referenceId', id: 'ref-000001' }, undefined, ['reference-ids']],
    [image, 'i1', undefined, []],
    [image, { by: 'imageUrl', url: 'https://x.test/a.png' }, undefined, ['urls']],
    [image, { by: 'videoId', id: 'v1' }, { imageType: 'All' }, ['image-type-all']],
    [image, { by: 'videoId', id: 'v1' }, { imageType: 'CoverSnapshot' }, []],
    [media, '20b48fb04483915d4f2cd8ac', undefined, []],
    [media, '20b48fb04483915d4f2cd8ac', { deletePhysicalFiles: false }, []],
    [
      media,
      { by: 'inputUrl', url: 'OSS://bucket/a.mp4' },
      { deletePhysicalFiles: true },
      ['delete-physical-files', 'urls'],
    ],
  ])('of %s for %j with %j are %j', (operation, entry, options, expected) => {
    expect(wideningScopes(operationNamed(operation), targetOf(operation, entry, options))).toEqual(expected);
  });

  it('are all known scopes, for every kind and every widest option', () => {
    const found = operations.flatMap((operation) =>
      operation.kinds.flatMap(({ name: by }) => [
        ...wideningScopes(operation, { by, options: '' }),
        ...operation.options.flatMap(({ name, widest }) =>
          wideningScopes(operation, { by, options: `${name}=${widest}` }),
        ),
      ]),
    );
    expect(new Set(found)).toEqual(new Set(widenings));
  });
});

describe('parseScope', () => {
  it('reads the three forms', () => {
    expect(parseScope('read')).toEqual({ scope: 'read', account: '*', operation: undefined });
    expect(parseScope('urls:a-1')).toEqual({ scope: 'urls', account: 'a-1', operation: undefined });
    expect(parseScope(`enqueue:*:${video}`)).toEqual({ scope: 'enqueue', account: '*', operation: video });
  });

  it.each([
    ...['', ':', '*', 'READ', ' read', 'read ', 'read:', 'read::', 'read:a:', `read:a:${video}:`],
    ...['read:A', 'read:a,b', 'read:**', 'read:a:*', 'read:a:delete-video', 'constructor', '__proto__'],
  ])('refuses %j', (text) => {
    expect(parseScope(text)).toHaveProperty('problem');
  });
});

describe('grants', () => {
  it.each([
    ['enqueue', 'enqueue', 'a', video, true],
    ['enqueue', 'enqueue', '*', undefined, true],
    ['enqueue', 'campaign', 'a', video, false],
    ['enqueue:a', 'enqueue', 'a', video, true],
    ['enqueue:a', 'enqueue', 'a', undefined, true],
    ['enqueue:a', 'enqueue', 'ab', video, false],
    ['enqueue:a', 'enqueue', '*', undefined, false],
    ['enqueue:*', 'enqueue', 'a', video, true],
    [`enqueue:a:${video}`, 'enqueue', 'a', video, true],
    [`enqueue:a:${video}`, 'enqueue', 'a', image, false],
    [`enqueue:a:${video}`, 'enqueue', 'a', undefined, false],
    [`enqueue:*:${video}`, 'enqueue', 'b', video, true],
    [`enqueue:*:${video}`, 'enqueue', '*', undefined, false],
    ['enqueue:A', 'enqueue', 'A', video, false],
    ['nothing', 'nothing', 'a', video, false],
  ])('%s: %s in %s of %s is %s', (granted, scope, account, operation, expected) => {
    expect(grants(granted, scope as 'read', account, operation)).toBe(expected);
  });
});
