import { type Action, type Effect, refused, type Scene, sortOut, splitIds } from './action.ts';
import { taskIds } from './delete-thumbnails.ts';
import { refuse } from './refusal.ts';
import { valueOf } from './request.ts';
import { lists } from './switches.ts';

/** What people call a thing: made up from its id, the same whenever it is asked for. */
function titleOf(id: string): string {
  let hash = 0;
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003;
  return `${occasions[hash % occasions.length]} ${2015 + (hash % 10)}, part ${1 + (hash % 97)}`;
}
const occasions = ['Product tour', 'Staff meeting', 'Harbour at night', 'Interview', 'Trailer', 'Lecture'];

const reading = (said: Effect['said']): Effect => ({ said, deleted: [] });

/** A read of up to 20 ids that are joined by commas in one of these parameters: the first that is given. */
function readOf(
  action: Pick<Action, 'name' | 'version' | 'inventory'>,
  names: readonly string[],
  answerTo: (present: readonly string[], missing: readonly string[], scene: Scene) => Effect['said'],
): Action {
  return {
    ...action,
    asked(parameters) {
      const by = names.find((name) => valueOf(parameters, name)) ?? '';
      return { ids: splitIds(valueOf(parameters, by)), by, options: '' };
    },
    perform(scene) {
      const { ids } = scene.asked;
      if (ids.length === 0) return refused(refuse(`Missing${names[0]}`));
      if (ids.length > 20) return refused(refuse('InvalidParameter'));
      // Reads have no notion of forbidden: only deleting is.
      const { present, missing } = sortOut(ids, { ...scene, forbidden: () => false });
      return reading(answerTo(present, missing, scene));
    },
  };
}

export const getImageInfos = readOf(
  { name: 'GetImageInfos', version: '2017-03-21', inventory: 'DeleteImage' },
  ['ImageIds'],
  (present, missing, { switches }) => ({
    ImageInfo: present.map((id) => ({ ImageId: id, Title: titleOf(id), Status: 'Normal' })),
    ...lists({ NonExistImageIds: missing }, switches),
  }),
);

/** All missing is 404 `InvalidVideo.NotFound`, as in DeleteVideo. */
export const getVideoInfos = readOf(
  { name: 'GetVideoInfos', version: '2017-03-21', inventory: 'DeleteVideo' },
  ['VideoIds', 'ReferenceIds'],
  (present, missing, { asked, switches }) => {
    if (present.length === 0) return refuse('InvalidVideo.NotFound');
    const byReference = asked.by === 'ReferenceIds';
    return {
      VideoList: present.map((id) => ({
        ...(byReference ? { VideoId: `video-of-${id}`, ReferenceId: id } : { VideoId: id }),
        Title: titleOf(id),
        Status: 'Normal',
      })),
      ...lists({ [byReference ? 'NonExistReferenceIds' : 'NonExistVideoIds']: missing }, switches),
    };
  },
);

export const batchGetMediaInfos = readOf(
  { name: 'BatchGetMediaInfos', version: '2020-11-09', inventory: 'DeleteMediaInfos' },
  ['MediaIds'],
  (present, missing, { switches }) => ({
    MediaInfos: present.map((id) => ({
      MediaId: id,
      MediaBasicInfo: { MediaId: id, Title: titleOf(id), Status: 'Normal' },
    })),
    ...lists({ IgnoredList: missing }, switches),
  }),
);

/** GET /v1/{project_id}/asset/thumbnails: by one task, or the page `offset`, `limit` of an asset's tasks. */
export const listThumbnails: Action = {
  name: 'ListThumbnails',
  version: '',
  inventory: 'DeleteThumbnails',
  asked(parameters) {
    const tasks = taskIds(parameters);
    const asset = valueOf(parameters, 'asset_id') ?? '';
    return {
      ids: tasks.length > 0 ? tasks : splitIds(asset),
      by: tasks.length > 0 ? 'task_id' : asset && 'asset_id',
      options: '',
    };
  },
  perform({ asked, inventory, parameters }) {
    if (asked.by === '' || (asked.by === 'task_id' && asked.ids.length > 1)) {
      return refused(refuse('VOD.10053', 'The request parameter is illegal, illegal field: {task_id}.'));
    }
    const wanted = valueOf(parameters, 'asset_id') ?? '';
    const found = asked.by === 'task_id' ? asked.ids : [...inventory.under(wanted)];
    const all = found.filter((task) => {
      const asset = inventory.assetOf(task);
      return asset !== undefined && (asset === '' || wanted === '' || asset === wanted);
    });
    const offset = Number(valueOf(parameters, 'offset') ?? 0);
    const limit = Number(valueOf(parameters, 'limit') ?? 10);
    if (!(offset >= 0 && offset <= 20_000 && limit >= 1 && limit <= 100)) {
      return refused(refuse('VOD.10053', 'The request parameter is illegal, illegal field: {limit}.'));
    }
    const page = all.slice(offset, offset + limit);
    return reading({
      total: all.length,
      thumbnails: page.map((task) => ({
        task_id: task,
        ...((inventory.assetOf(task) || wanted) && { asset_id: inventory.assetOf(task) || wanted }),
        status: 'SUCCEED',
      })),
    });
  },
};
