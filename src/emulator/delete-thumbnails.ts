import { type Action, type Effect, refused, type Scene, splitIds } from './action.ts';
import { refuse } from './refusal.ts';
import { type Pairs, valueOf } from './request.ts';

/** Repeated or comma-joined: only the former is documented, the latter is what a sibling operation takes. */
export const taskIds = (parameters: Pairs): readonly string[] =>
  parameters.filter(([name]) => name === 'task_id').flatMap(([, value]) => splitIds(value));

/**
 * Huawei Cloud VOD "Deleting Snapshots of a Media Asset" (2026-03-20). The Chinese page confines a call to one
 * asset: a task of another one FAILED. All tasks missing is VOD.10062; forbidden ones FAILED. asset_id alone,
 * which no page explains, deletes all that stands under the asset. Results come in an order of their own.
 */
export const deleteThumbnails: Action = {
  name: 'DeleteThumbnails',
  version: '',
  inventory: 'DeleteThumbnails',
  asked(parameters) {
    const tasks = taskIds(parameters);
    const asset = valueOf(parameters, 'asset_id');
    return {
      ids: tasks.length > 0 ? tasks : splitIds(asset),
      by: tasks.length > 0 ? 'task_id' : asset ? 'asset_id' : '',
      options: tasks.length > 0 && asset !== undefined ? `asset_id=${asset}` : '',
    };
  },
  perform,
};

function perform(scene: Scene): Effect {
  const { asked, parameters, inventory } = scene;
  const asset = valueOf(parameters, 'asset_id') ?? '';
  if (asked.by === '' || (asked.by === 'task_id' && asked.ids.length > 10)) {
    return refused(refuse('VOD.10053', 'The request parameter is illegal, illegal field: {task_id}.'));
  }
  const tasks = asked.by === 'asset_id' ? [...inventory.under(asset)] : [...new Set(asked.ids)];
  if (!tasks.some((task) => inventory.has(task) || scene.forbidden(task)))
    return refused(refuse('VOD.10062'));

  const scope = asset || tasks.map((task) => inventory.assetOf(task)).find(Boolean) || '';
  const results = tasks.map((task) => ({
    ...(asset && { asset_id: asset }),
    task_id: task,
    status: statusOf(scene, task, asset, scope),
  }));
  return {
    said: { delete_result_array: results.toReversed() },
    deleted: results
      .filter(({ task_id, status }) => status === 'DELETED' && inventory.has(task_id))
      .map(({ task_id }) => task_id),
  };
}

const statusOfMissing = { failed: 'FAILED', unknow: 'UNKNOW', deleted: 'DELETED' };

function statusOf(scene: Scene, task: string, named: string, scope: string): string {
  const { inventory, forbidden, switches } = scene;
  if (forbidden(task)) return 'FAILED';
  const asset = inventory.assetOf(task);
  if (asset === undefined) return statusOfMissing[switches.deleteThumbnailsMissing];
  const confined = named !== '' || switches.deleteThumbnailsAcrossAssets === 'fails';
  return confined && asset !== '' && asset !== scope ? 'FAILED' : 'DELETED';
}
