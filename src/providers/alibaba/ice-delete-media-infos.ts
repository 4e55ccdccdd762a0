/**
 * DeleteMediaInfos of Intelligent Media Services ("DeleteMediaInfos", 2024-12-16; ice-20201109 6.20.2). No page
 * names a cap: ours is a cautious guess.
 */
import type { NonEmpty } from '../../deletion.ts';
import { acceptor, optionOf, type CheckedKind, type ReadOption } from '../accept.ts';
import {
  codeTable,
  existence,
  isObject,
  listOf,
  missing,
  objectsOf,
  textOf,
  titles,
  unreadable,
  type Json,
  type Row,
} from '../answer.ts';
import { checkId } from '../identifier.ts';
import type { Operation, Read } from '../operation.ts';
import { checkMediaUrl } from '../url.ts';
import { byOmission } from './by-omission.ts';
import { ice, readAnswer, rpc } from './provider.ts';

export const rows: readonly Row[] = [[missing, 'ResourceNotFound']];
const codes = codeTable(rows);

const kinds: NonEmpty<CheckedKind> = [
  {
    name: 'mediaId',
    field: 'id',
    title: 'Media id',
    example: '20b48fb04483915d4f2cd8ac',
    neverReused: true,
    check: checkId,
  },
  {
    name: 'inputUrl',
    field: 'url',
    title: 'URL under which the media was registered, http(s)://… or OSS://bucket/object',
    example: 'OSS://example-bucket/example.mp4',
    scope: 'urls',
    neverReused: false,
    check: checkMediaUrl,
  },
];

const deletePhysicalFiles: ReadOption = {
  name: 'deletePhysicalFiles',
  title: 'Delete the files themselves too; left out, the provider decides, and no page says how',
  values: 'true | false',
  widest: 'true',
  read: (value) =>
    typeof value === 'boolean'
      ? String(value)
      : { problem: 'is neither true nor false', remedy: 'Give true or false, or leave it out.' },
};

/**
 * Media that the read doesn't find are gone: its IgnoredList, like the deletion's, covers "not found" and "lookup
 * failed", but by then two calls have looked in vain.
 */
const batchGetMediaInfos: Read = {
  action: 'BatchGetMediaInfos',
  limit: 20,
  kinds: ['mediaId'],
  request: (batch, site) =>
    rpc(ice, 'BatchGetMediaInfos', site, [['MediaIds', batch.map(({ id }) => id).join(',')]]),
  interpret(reply, batch) {
    const answer = readAnswer(reply, codes);
    if ('failure' in answer) {
      return answer.failure.class === 'missing' && batch.length === 1
        ? { existing: existence([], [batch[0].id]) }
        : answer;
    }
    const media = objectsOf(answer.json, 'MediaInfos');
    const ignored = listOf(answer.json, 'IgnoredList');
    const present = media?.map((info) => textOf(info, 'MediaId'));
    // An entry without an id might be any of those that were asked about.
    if (!present || !ignored || present.includes('')) {
      return { failure: unreadable('no list of media', answer.requestId) };
    }
    const found = 'MediaInfos' in answer.json;
    const gone = found ? batch.map(({ id }) => id) : ignored;
    return { existing: existence(present, gone), titleOf: titles(media?.map(titled) ?? []) };
  },
};

function titled(info: Json): readonly [id: string, title: string] {
  const basic = info['MediaBasicInfo'];
  return [textOf(info, 'MediaId'), isObject(basic) ? textOf(basic, 'Title') : ''];
}

export const iceDeleteMediaInfos: Operation = {
  name: 'alibaba.ice.delete-media-infos',
  provider: 'alibaba',
  action: 'DeleteMediaInfos',
  title: 'Delete media assets from Intelligent Media Services',
  warnings: [
    'With deletePhysicalFiles the files are deleted for good.',
    "deletePhysicalFiles in one's own OSS bucket needs the service role AliyunICEDefaultRole.",
    'Copies in the CDN outlive the deletion until they are purged.',
    'In the wrong region every asset looks as if it were gone.',
  ],
  cap: { calls: 10, per: 'second', documented: false },
  batchLimit: 20,
  answersPerId: true,
  missingMeans: 'split',
  permission: 'ice:DeleteMediaInfos',
  kinds,
  options: [deletePhysicalFiles],
  accept: acceptor({ kinds, options: [deletePhysicalFiles] }),
  batchKey: ({ by, options }) => `${by} ${options}`,
  request(batch, site) {
    const [{ by }] = batch;
    const physical = optionOf(batch[0], 'deletePhysicalFiles');
    return rpc(ice, 'DeleteMediaInfos', site, [
      [by === 'mediaId' ? 'MediaIds' : 'InputURLs', batch.map(({ id }) => id).join(',')],
      ...(physical === undefined ? [] : [['DeletePhysicalFiles', physical] as const]),
    ]);
  },
  interpret(reply, batch) {
    const answer = readAnswer(reply, codes);
    if ('failure' in answer) return answer;
    const { json, requestId } = answer;
    const ignored = listOf(json, 'IgnoredList');
    const forbidden = listOf(json, 'ForbiddenList');
    if (!ignored || !forbidden) {
      return { failure: unreadable('a list of ids is not a list of strings', requestId) };
    }
    return byOmission(
      requestId,
      batch,
      [
        {
          list: 'ForbiddenList',
          entries: forbidden,
          is: 'refused',
          message: 'not allowed, usually for want of permission',
        },
        {
          list: 'IgnoredList',
          entries: ignored,
          is: 'doubtful',
          message: 'not found, or the lookup failed: the answer does not tell',
        },
      ],
      // Both lists hold "IDs or URLs".
      batch[0].by === 'inputUrl',
    );
  },
  read: batchGetMediaInfos,
};
