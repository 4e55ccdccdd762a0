/**
 * DeleteVideo of ApsaraVideo VOD ("DeleteVideo"; vod-20170321 3.12.0). Video ids and reference ids never share a
 * call: which of the two parameters wins is documented nowhere.
 */
import type { Batch, NonEmpty } from '../../deletion.ts';
import { acceptor, type CheckedKind } from '../accept.ts';
import {
  ambiguous,
  codeTable,
  existence,
  listOf,
  missing,
  objectsOf,
  rejected,
  textOf,
  titles,
  unreadable,
  type Row,
} from '../answer.ts';
import { checkId, checkReferenceId } from '../identifier.ts';
import type { Operation, Read, UnsignedRequest } from '../operation.ts';
import { byOmission } from './by-omission.ts';
import { readAnswer, rpc, vod } from './provider.ts';

export const rows: readonly Row[] = [
  [missing, 'InvalidVideo.NotFound'],
  [rejected, 'VideoIdsExceededMax'],
  [ambiguous, 'DeleteVideoFailed'],
];
const codes = codeTable(rows);

const kinds: NonEmpty<CheckedKind> = [
  {
    name: 'videoId',
    field: 'id',
    title: 'Video id',
    example: 'e44ebf1147hdsa2d2adbea8b',
    neverReused: true,
    check: checkId,
  },
  {
    name: 'referenceId',
    field: 'id',
    title: 'Custom id given at upload, 6 to 64 characters',
    example: '123-123',
    scope: 'reference-ids',
    neverReused: false,
    check: checkReferenceId,
  },
];

const parameters = (batch: Batch): UnsignedRequest['query'] => [
  [batch[0].by === 'videoId' ? 'VideoIds' : 'ReferenceIds', batch.map(({ id }) => id).join(',')],
];

const getVideoInfos: Read = {
  action: 'GetVideoInfos',
  limit: 20,
  kinds: ['videoId', 'referenceId'],
  request: (batch, site) => rpc(vod, 'GetVideoInfos', site, parameters(batch)),
  interpret(reply, batch) {
    const answer = readAnswer(reply, codes);
    if ('failure' in answer) {
      const all = batch.map(({ id }) => id);
      return answer.failure.class === 'missing' ? { existing: existence([], all) } : answer;
    }
    const byVideo = batch[0].by === 'videoId';
    const videos = objectsOf(answer.json, 'VideoList');
    const gone = listOf(answer.json, byVideo ? 'NonExistVideoIds' : 'NonExistReferenceIds');
    if (!videos || !gone) return { failure: unreadable('no list of videos', answer.requestId) };
    const named = videos.map((video) => {
      return [textOf(video, byVideo ? 'VideoId' : 'ReferenceId'), textOf(video, 'Title')] as const;
    });
    const present = named.map(([id]) => id);
    return { existing: existence(present, gone), titleOf: titles(named) };
  },
};

export const vodDeleteVideo: Operation = {
  name: 'alibaba.vod.delete-video',
  provider: 'alibaba',
  action: 'DeleteVideo',
  title: 'Delete videos with their source file, transcoded streams and thumbnails',
  warnings: [
    'The video, its streams and its thumbnails are deleted for good.',
    'Deletion finishes asynchronously: deleted means accepted, and a DeleteMediaComplete event may still say fail.',
    'Copies in the CDN outlive the deletion until they are purged.',
    'In the wrong region every video looks as if it were gone.',
  ],
  cap: { calls: 30, per: 'second', documented: true },
  batchLimit: 20,
  answersPerId: true,
  missingMeans: 'all',
  permission: 'vod:DeleteVideo',
  kinds,
  options: [],
  accept: acceptor({ kinds, options: [] }),
  batchKey: ({ by }) => by,
  request: (batch, site) => rpc(vod, 'DeleteVideo', site, parameters(batch)),
  interpret(reply, batch) {
    const answer = readAnswer(reply, codes);
    if ('failure' in answer) return answer;
    const { json, requestId } = answer;
    const forbidden = listOf(json, 'ForbiddenVideoIds');
    const noVideo = listOf(json, 'NonExistVideoIds');
    const noReference = listOf(json, 'NonExistReferenceIds');
    if (!forbidden || !noVideo || !noReference) {
      return { failure: unreadable('a list of ids is not a list of strings', requestId) };
    }
    const byVideo = batch[0].by === 'videoId';
    return byOmission(
      requestId,
      batch,
      [
        {
          list: 'ForbiddenVideoIds',
          entries: forbidden,
          is: 'refused',
          message: 'not allowed, usually for want of permission',
        },
        {
          list: 'NonExistVideoIds',
          entries: noVideo,
          is: byVideo ? 'absent' : 'doubtful',
          message: 'named in the list of the other kind of id',
        },
        {
          list: 'NonExistReferenceIds',
          entries: noReference,
          is: byVideo ? 'doubtful' : 'absent',
          message: 'named in the list of the other kind of id',
        },
      ],
      // Forbidden videos are listed by video id, whatever they were asked by.
      !byVideo,
    );
  },
  read: getVideoInfos,
};
