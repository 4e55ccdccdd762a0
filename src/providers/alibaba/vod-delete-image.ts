/**
 * DeleteImage of ApsaraVideo VOD ("DeleteImage", 2024-07-19 and older; vod-20170321 3.12.0). The limit of 20 ids
 * or URLs stands in the SDK and help.aliyun.com 89744, the cap of 50 calls a second in the page of 2024.
 *
 * The answer names no ids, so a 404 NoSuchResource on several says neither which image is missing nor whether the
 * others were deleted.
 */
import type { NonEmpty, Target } from '../../deletion.ts';
import { acceptor, optionOf, type CheckedKind, type ReadOption } from '../accept.ts';
import {
  codeTable,
  existence,
  listOf,
  missing,
  objectsOf,
  perTarget,
  textOf,
  titles,
  unreadable,
  type Row,
} from '../answer.ts';
import { checkId, type Fault } from '../identifier.ts';
import type { Operation, Read, UnsignedRequest } from '../operation.ts';
import { enc } from '../signing.ts';
import { checkImageUrl } from '../url.ts';
import { readAnswer, rpc, vod } from './provider.ts';

export const rows: readonly Row[] = [[missing, 'NoSuchResource']];
const codes = codeTable(rows);

const kinds: NonEmpty<CheckedKind> = [
  {
    name: 'imageId',
    field: 'id',
    title: 'Image id of an uploaded image',
    example: 'bbc65bba53fed90de118a7849',
    neverReused: true,
    check: checkId,
  },
  {
    name: 'imageUrl',
    field: 'url',
    title: 'URL of an uploaded image or a snapshot, taken literally',
    example: 'https://example.aliyundoc.com/image/default/41AE7ADABBE.png',
    scope: 'urls',
    neverReused: false,
    check: checkImageUrl,
  },
  {
    name: 'videoId',
    field: 'id',
    title: 'Video id, to delete images of that video; imageType says which',
    example: 'eb1861d2c9a8842340e989dd56',
    neverReused: true,
    check: checkId,
  },
];

const imageTypes = ['CoverSnapshot', 'NormalSnapshot', 'SpriteSnapshot', 'SpriteOriginSnapshot'];

const imageType: ReadOption = {
  name: 'imageType',
  title: 'Which images of a video to delete; All stands alone',
  values: `All | ${imageTypes.join(',')}`,
  widest: 'All',
  only: 'videoId',
  read(value) {
    const given: readonly unknown[] = typeof value === 'string' ? value.split(',') : asList(value);
    if (given.length === 1 && given[0] === 'All') return 'All';
    const unknown = given.length === 0 || given.some((type) => !imageTypes.includes(type as string));
    if (unknown || new Set(given).size < given.length) return imageTypeFault;
    return imageTypes.filter((type) => given.includes(type)).join(',');
  },
};

const imageTypeFault: Fault = {
  problem: 'is neither All alone nor a list of different image types',
  remedy: `Give All, or one or more of ${imageTypes.join(', ')}.`,
};

/**
 * A URL as the page asks for it: percent-encoded once before the URLs are joined, so that no comma inside one
 * splits it; the characters that give a URL its structure stay. Every % is encoded too, which makes it
 * reversible: decoding once gives exactly the URL that was asked for, escapes of its own included.
 */
export const encodeImageUrl = (url: string): string => url.replace(/[^:/?&=]+/gu, enc);

function parameters(batch: NonEmpty<Target>): UnsignedRequest['query'] {
  const [{ by, id }] = batch;
  const ids = batch.map((target) => target.id);
  if (by === 'imageUrl') {
    return [
      ['DeleteImageType', 'ImageURL'],
      ['ImageURLs', ids.map(encodeImageUrl).join(',')],
    ];
  }
  if (by === 'imageId') {
    return [
      ['DeleteImageType', 'ImageId'],
      ['ImageIds', ids.join(',')],
    ];
  }
  return [
    ['DeleteImageType', 'VideoId'],
    ['VideoId', id],
    ['ImageType', optionOf(batch[0], 'imageType') ?? ''],
  ];
}

/** Image ids are those of uploaded images, which is all that this read knows of. */
const getImageInfos: Read = {
  action: 'GetImageInfos',
  limit: 20,
  kinds: ['imageId'],
  request: (batch, site) =>
    rpc(vod, 'GetImageInfos', site, [['ImageIds', batch.map(({ id }) => id).join(',')]]),
  interpret(reply, batch) {
    const answer = readAnswer(reply, codes);
    if ('failure' in answer) {
      return answer.failure.class === 'missing' && batch.length === 1
        ? { existing: existence([], [batch[0].id]) }
        : answer;
    }
    const images = objectsOf(answer.json, 'ImageInfo');
    const gone = listOf(answer.json, 'NonExistImageIds');
    if (!images || !gone) return { failure: unreadable('no list of images', answer.requestId) };
    const named = images.map((image) => [textOf(image, 'ImageId'), textOf(image, 'Title')] as const);
    const present = named.map(([id]) => id);
    return { existing: existence(present, gone), titleOf: titles(named) };
  },
};

export const vodDeleteImage: Operation = {
  name: 'alibaba.vod.delete-image',
  provider: 'alibaba',
  action: 'DeleteImage',
  title: 'Delete uploaded images and video snapshots',
  warnings: [
    'The source files are deleted for good.',
    'Copies in the CDN outlive the deletion: their URLs go on working until they expire or are purged.',
    'In the wrong region every image looks as if it were gone.',
  ],
  cap: { calls: 50, per: 'second', documented: true },
  batchLimit: 20,
  answersPerId: false,
  missingMeans: 'split',
  permission: 'vod:DeleteImage',
  kinds,
  options: [imageType],
  accept: acceptor({ kinds, options: [imageType] }),
  // One video a call: a key of its own.
  batchKey: ({ by, id, options }) => (by === 'videoId' ? `videoId ${id} ${options}` : by),
  request: (batch, site) => rpc(vod, 'DeleteImage', site, parameters(batch)),
  interpret(reply, batch) {
    const answer = readAnswer(reply, codes);
    if ('failure' in answer) return answer;
    return {
      requestId: answer.requestId,
      outcome: perTarget(batch, () => ({ is: 'deleted' })),
      strangers: [],
    };
  },
  read: getImageInfos,
};

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
