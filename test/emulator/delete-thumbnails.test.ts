import { describe } from 'vitest';
import type { InventoryInput } from '../../src/emulator/admin-input.ts';
import { many, table } from './table.ts';

describe('DeleteThumbnails', () => {
  const given: InventoryInput = {
    DeleteThumbnails: [
      { ids: ['a', 'b'] },
      { prefix: 'p-', count: 3, asset: 'P' },
      { prefix: 'q-', count: 3, asset: 'Q' },
    ],
  };
  /** As answered: in reverse. */
  const results = (...all: [task: string, status: string, asset?: string][]) => ({
    delete_result_array: all.map(([task_id, status, asset_id]) => ({
      ...(asset_id && { asset_id }),
      task_id,
      status,
    })),
  });
  table('DeleteThumbnails', [
    {
      it: 'deletes repeated task ids',
      given,
      asks: { task_id: ['a', 'b'] },
      status: 200,
      says: results(['b', 'DELETED'], ['a', 'DELETED']),
      deletes: ['a', 'b'],
      records: { by: 'task_id' },
    },
    {
      it: 'splits at commas too',
      given,
      asks: { task_id: 'a,b' },
      status: 200,
      says: results(['b', 'DELETED'], ['a', 'DELETED']),
      deletes: ['a', 'b'],
      records: { ids: ['a', 'b'] },
    },
    {
      it: 'fails what is missing among others',
      given,
      asks: { task_id: ['a', 'z'] },
      status: 200,
      says: results(['z', 'FAILED'], ['a', 'DELETED']),
      deletes: ['a'],
    },
    {
      it: 'calls it UNKNOW, when switched so',
      given,
      switches: { deleteThumbnailsMissing: 'unknow' },
      asks: { task_id: ['a', 'z'] },
      status: 200,
      says: results(['z', 'UNKNOW'], ['a', 'DELETED']),
      deletes: ['a'],
    },
    {
      it: 'calls it DELETED, when switched so, without deleting anything',
      given,
      switches: { deleteThumbnailsMissing: 'deleted' },
      asks: { task_id: ['a', 'z'] },
      status: 200,
      says: results(['z', 'DELETED'], ['a', 'DELETED']),
      deletes: ['a'],
    },
    {
      it: 'answers VOD.10062 if all are missing',
      given,
      asks: { task_id: ['y', 'z'] },
      status: 400,
      says: 'VOD.10062',
    },
    {
      it: 'names the asset that was asked for',
      given,
      asks: { task_id: ['p-0', 'a'], asset_id: 'P' },
      status: 200,
      says: results(['p-0', 'DELETED', 'P'], ['a', 'DELETED', 'P']),
      deletes: ['a', 'p-0'],
      records: { options: 'asset_id=P' },
    },
    {
      it: 'fails tasks of another asset than the named one',
      given,
      asks: { task_id: ['p-0', 'q-0'], asset_id: 'P' },
      status: 200,
      says: results(['q-0', 'FAILED', 'P'], ['p-0', 'DELETED', 'P']),
      deletes: ['p-0'],
    },
    {
      it: 'fails tasks of another asset than the first one',
      given,
      asks: { task_id: ['p-0', 'q-0'] },
      status: 200,
      says: results(['q-0', 'FAILED'], ['p-0', 'DELETED']),
      deletes: ['p-0'],
    },
    {
      it: 'deletes over assets, when switched so',
      given,
      switches: { deleteThumbnailsAcrossAssets: 'deletes' },
      asks: { task_id: ['p-0', 'q-0'] },
      status: 200,
      says: results(['q-0', 'DELETED'], ['p-0', 'DELETED']),
      deletes: ['p-0', 'q-0'],
    },
    {
      it: 'keeps to the named asset all the same',
      given,
      switches: { deleteThumbnailsAcrossAssets: 'deletes' },
      asks: { task_id: ['p-0', 'q-0'], asset_id: 'P' },
      status: 200,
      says: results(['q-0', 'FAILED', 'P'], ['p-0', 'DELETED', 'P']),
      deletes: ['p-0'],
    },
    {
      it: 'deletes all of an asset if no task is named',
      given,
      asks: { asset_id: 'P' },
      status: 200,
      says: results(['p-2', 'DELETED', 'P'], ['p-1', 'DELETED', 'P'], ['p-0', 'DELETED', 'P']),
      deletes: ['p-0', 'p-1', 'p-2'],
      records: { ids: ['P'], by: 'asset_id' },
    },
    { it: 'refuses neither', given, asks: {}, status: 400, says: 'VOD.10053' },
    {
      it: 'takes 10',
      given: { DeleteThumbnails: { any: true } },
      asks: { task_id: many(10) },
      status: 200,
      says: results(
        ...many(10)
          .toReversed()
          .map((id): [string, string] => [id, 'DELETED']),
      ),
      deletes: many(10),
    },
    {
      it: 'refuses 11',
      given: { DeleteThumbnails: { any: true } },
      asks: { task_id: many(11) },
      status: 400,
      says: 'VOD.10053',
    },
  ]);
});
