import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeImageUrl } from '../../src/providers/alibaba/vod-delete-image.ts';
import { checkImageUrl, checkMediaUrl } from '../../src/providers/url.ts';
import { pairsOf, vectors } from './world.ts';

const good = [
  'https://example.aliyundoc.com/image/default/41AE7ADABBE.png',
  'HTTP://Img.Example.com:8080/a/b.png?auth_key=1-0-0-a&v=2',
  'https://img.example.com/封面图.png',
  'https://img.example.com/a+b;(1)!.png',
];

const bad: [string, string][] = [
  ['', 'empty'],
  ['img.example.com/a.png', 'http(s)'],
  ['ftp://img.example.com/a.png', 'http(s)'],
  ['https://img.example.com', 'http(s)'],
  [' https://img.example.com/a.png', 'U+0020'],
  ['https://img.example.com/a.png ', 'U+0020'],
  ['https://img.example.com/a\nb.png', 'U+000A'],
  ['https://img.example.com/a\0.png', 'U+0000'],
  ['https://img.example.com/\ud800.png', 'U+D800'],
  ['https://img.example.com/\u202egnp.a', 'U+202E'],
  ['https://img.example.com\\@evil.example/a.png', 'U+005C'],
  ['https://user:pass@img.example.com/a.png', 'plain host'],
  ['https://img。example.com/a.png', 'plain host'],
  ['https://ｉmg.example.com/a.png', 'U+FF49'],
  ['https://img.example.com/x，y.png', 'U+FF0C'],
  ['https://img..example.com/a.png', 'plain host'],
  ['https://[::1]/a.png', 'plain host'],
  ['https:///a.png', 'plain host'],
  ['https://img.example.com/../a.png', '..'],
  ['https://img.example.com/a/%2E%2e/b.png', '..'],
  [`https://img.example.com/${'a'.repeat(2048)}`, '2048'],
];

describe('checkImageUrl', () => {
  it.each(good)('takes %s', (url) => expect(checkImageUrl(url)).toBeUndefined());
  it.each(bad)('refuses %j for %s', (url, why) => expect(checkImageUrl(url)?.problem).toContain(why));
  it('takes commas, escapes and fragments, which the encoding carries', () => {
    for (const name of ['x,y', 'x%2Cy', 'x%2cy', 'x%252Cy', '100%', 'a#b'])
      expect(checkImageUrl(`https://img.example.com/${name}`)).toBeUndefined();
  });
});

describe('checkMediaUrl', () => {
  it.each([
    ...good,
    'OSS://example-bucket/example.mp4',
    'oss://example-bucket/dir/影片1+1.mp4?',
    'https://example-bucket.oss-cn-shanghai.aliyuncs.com/example.mp4?',
    'http://example-bucket.oss-cn-shanghai.aliyuncs.com/%E5%BD%B1%E7%89%87%201.mp4?x=1',
  ])('takes %s', (url) => expect(checkMediaUrl(url)).toBeUndefined());

  it.each([
    ...bad.filter(([, why]) => why !== 'http(s)'),
    ['OSS://example-bucket/a,b.mp4', 'comma'],
    ['https://b.oss-cn-shanghai.aliyuncs.com/a,b.mp4', 'comma'],
    ['OSS://example-bucket/a%2Cb.mp4', '%'],
    ['https://b.oss-cn-shanghai.aliyuncs.com/a%2cb.mp4', 'escaped comma'],
    ['https://b.oss-cn-shanghai.aliyuncs.com/a%252Cb.mp4', 'escaped comma'],
    ['https://b.oss-cn-shanghai.aliyuncs.com/a%0Ab.mp4', 'escaped comma'],
    ['https://b.oss-cn-shanghai.aliyuncs.com/100%.mp4', 'two hexadecimal digits'],
    ['https://b.oss-cn-shanghai.aliyuncs.com/%FF.mp4', 'not UTF-8'],
    ['https://b.oss-cn-shanghai.aliyuncs.com/%E2%80%AE.mp4', 'U+202E'],
    ['https://b.oss-cn-shanghai.aliyuncs.com/x%EF%BC%8Cy.mp4', 'U+FF0C'],
    ['OSS://example-bucket/a#b.mp4', '#'],
    ['OSS://Example/a.mp4', 'bucket'],
    ['OSS://b/a.mp4', 'bucket'],
    ['OSS://example-bucket/', 'OSS://bucket/object'],
    ['OSS://example-bucket/a/../b.mp4', '..'],
  ])('refuses %j for %s', (url, why) => expect(checkMediaUrl(url)?.problem).toContain(why));
});

describe('encodeImageUrl', () => {
  it('encodes as the captured request does', () => {
    const plain = [
      'https://img.example.com/image/default/a b.png',
      'https://img.example.com/image/default/a+b.png',
      'https://img.example.com/image/default/100%.png',
      'https://img.example.com/image/default/封面图.png',
      'https://img.example.com/image/default/x,y.png',
      'https://img.example.com/image/default/emoji-😀.png?auth_key=1-0-0-a&v=2#frag',
    ];
    const vector = vectors('ali-v3-vod-delete-image').find((v) => v.name === 'image-url-special-encodeURI')!;
    const wire = new Map(pairsOf(vector.request.rawQuery)).get('ImageURLs');
    expect(plain.map(encodeImageUrl).join(',')).toBe(wire);
  });

  it('is undone by splitting at commas and decoding once, for URLs of every kind', () => {
    const url = fc
      .array(
        fc.oneof(
          fc.constantFrom(',', '%2C', '%252c', '%', '#', '+', '&', '/'),
          fc.string({ unit: 'binary' }),
        ),
      )
      .map((parts) => `https://img.example.com/${parts.join('')}`);
    fc.assert(
      fc.property(fc.array(url, { minLength: 1, maxLength: 20 }), (urls) => {
        const wire = urls.map(encodeImageUrl).join(',');
        expect(wire.split(',').map(decodeURIComponent)).toEqual(urls);
      }),
      { numRuns: 2000 },
    );
  });
});
