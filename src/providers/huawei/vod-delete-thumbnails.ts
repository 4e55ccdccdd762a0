/**
 * DeleteThumbnails of Huawei Cloud VOD ("Deleting Snapshots of a Media Asset", 2026-03-20; SDK services/vod
 * 3.1.209). The Chinese page limits a call to tasks of a single asset, which the English one lost: tasks share a
 * call only where they name the same asset, or all of them none.
 *
 * The cap is that of asset deletions, 100 a minute; the pages name none for thumbnails.
 */
import type { Batch, NonEmpty, Outcome, Target } from '../../deletion.ts';
import { acceptor, type CheckedKind } from '../accept.ts';
import { existence, objectsOf, perTarget, strangersAmong, textOf, unreadable, type Json } from '../answer.ts';
import { checkId } from '../identifier.ts';
import type { Operation, Read, UnsignedRequest } from '../operation.ts';
import { readAnswer, vodRequest } from './provider.ts';

const kinds: NonEmpty<CheckedKind> = [
  {
    name: 'task',
    field: 'task',
    title: 'Snapshot task, whose thumbnails are deleted; asset may name the media asset beside it',
    example: '2110030',
    neverReused: true,
    check: checkId,
  },
];

const alone = {
  problem: 'is missing beside the asset',
  remedy:
    'Name the task: no page says what an asset without a task deletes, so nobody knows what would be gone.',
};

/** `asset_id` once where it is known, `task_id` repeated: the only array form that the SDK shows. */
const parameters = (batch: Batch): UnsignedRequest['query'] => [
  ...(batch[0].parent === '' ? [] : [['asset_id', batch[0].parent] as const]),
  ...batch.map(({ id }) => ['task_id', id] as const),
];

/** The results for one task. Two that disagree, or that speak of another asset, establish nothing. */
function outcomeOf(results: readonly Json[], { id, parent }: Target): Outcome {
  const mine = results.filter((result) => textOf(result, 'task_id').trim() === id);
  const statuses = [...new Set(mine.map((result) => textOf(result, 'status').trim()))];
  const assets = mine.map((result) => textOf(result, 'asset_id').trim()).filter((asset) => asset !== '');
  const unresolved = (code: string, message: string, doubt: boolean): Outcome => ({
    is: 'unresolved',
    code,
    message,
    doubt,
  });
  if (parent !== '' && assets.some((asset) => asset !== parent)) {
    return unresolved('other-asset', 'the answer names the task under another asset', true);
  }
  const [status] = statuses;
  if (status === undefined) return unresolved('unanswered', 'the answer does not name the task', true);
  if (statuses.length > 1) return unresolved('contradiction', 'the answer names the task twice', true);
  if (status === 'DELETED') return { is: 'deleted' };
  // Also what is said of a task that is gone: among others that exist it would fail until it is exhausted.
  if (status === 'FAILED') return unresolved('FAILED', 'the provider could not delete it', true);
  // Spelled so by the service; any other word is as unknown to us.
  return unresolved('UNKNOW', 'the provider does not know', true);
}

const listThumbnails: Read = {
  action: 'ListThumbnails',
  limit: 1,
  kinds: ['task'],
  request: (batch, site) => vodRequest('GET', 'asset/thumbnails', site, parameters(batch)),
  interpret(reply, batch) {
    const answer = readAnswer(reply);
    const [{ id }] = batch;
    if ('failure' in answer) {
      return answer.failure.class === 'missing' ? { existing: existence([], [id]) } : answer;
    }
    const thumbnails = objectsOf(answer.json, 'thumbnails');
    const total = answer.json['total'];
    if (!thumbnails || typeof total !== 'number') {
      return { failure: unreadable('no list of thumbnails', answer.requestId) };
    }
    const present = thumbnails.map((thumbnail) => textOf(thumbnail, 'task_id'));
    return { existing: existence(present, total === 0 && present.length === 0 ? [id] : []) };
  },
};

export const vodDeleteThumbnails: Operation = {
  name: 'huawei.vod.delete-thumbnails',
  provider: 'huawei',
  action: 'DeleteThumbnails',
  title: 'Delete the thumbnails that snapshot tasks made of a media asset',
  warnings: [
    'The thumbnails are deleted for good.',
    'Copies in the CDN outlive the deletion until they are refreshed.',
    'In the wrong region or project every task looks as if it were gone.',
  ],
  cap: { calls: 100, per: 'minute', documented: false },
  batchLimit: 10,
  answersPerId: true,
  missingMeans: 'split',
  permission: 'vod:thumbnail:delete',
  kinds,
  options: [],
  parentField: 'asset',
  accept: acceptor({ kinds, options: [], parent: { field: 'asset', check: checkId, alone } }),
  batchKey: ({ parent }) => parent,
  request: (batch, site) => vodRequest('DELETE', 'asset/thumbnails', site, parameters(batch)),
  interpret(reply, batch) {
    const answer = readAnswer(reply);
    if ('failure' in answer) return answer;
    const results = objectsOf(answer.json, 'delete_result_array');
    const answered = 'delete_result_array' in answer.json;
    if (
      !answered ||
      !results?.every((result) => textOf(result, 'task_id') !== '' && textOf(result, 'status') !== '')
    ) {
      return { failure: unreadable('no list of results', answer.requestId) };
    }
    return {
      requestId: answer.requestId,
      outcome: perTarget(batch, (target) => outcomeOf(results, target)),
      strangers: strangersAmong(
        batch,
        results.map((result) => textOf(result, 'task_id').trim()),
      ),
    };
  },
  read: listThumbnails,
};
