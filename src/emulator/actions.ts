import type { Action } from './action.ts';
import { deleteImage } from './delete-image.ts';
import { deleteMediaInfos } from './delete-media-infos.ts';
import { deleteThumbnails } from './delete-thumbnails.ts';
import { deleteVideo } from './delete-video.ts';
import { batchGetMediaInfos, getImageInfos, getVideoInfos, listThumbnails } from './reads.ts';

export const alibabaActions: readonly Action[] = [
  deleteImage,
  deleteVideo,
  deleteMediaInfos,
  getImageInfos,
  getVideoInfos,
  batchGetMediaInfos,
];

/** By HTTP method, all on /v1/{project_id}/asset/thumbnails. */
export const huaweiActions: ReadonlyMap<string, Action> = new Map([
  ['DELETE', deleteThumbnails],
  ['GET', listThumbnails],
]);
