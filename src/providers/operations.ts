/**
 * The operations, in the order in which they are shown. A fifth is one more file and one more line here: queue
 * names, caps, metrics, help and the conformance tests follow from this list.
 */
import { iceDeleteMediaInfos } from './alibaba/ice-delete-media-infos.ts';
import { vodDeleteImage } from './alibaba/vod-delete-image.ts';
import { vodDeleteVideo } from './alibaba/vod-delete-video.ts';
import { vodDeleteThumbnails } from './huawei/vod-delete-thumbnails.ts';
import type { Operation } from './operation.ts';

export const operations: readonly Operation[] = [
  vodDeleteImage,
  vodDeleteVideo,
  iceDeleteMediaInfos,
  vodDeleteThumbnails,
];

export const operationNames: readonly string[] = operations.map(({ name }) => name);

/** The operation of that name, or a sentence that names the known ones. */
export function findOperation(name: string): Operation | { readonly problem: string } {
  return (
    operations.find((operation) => operation.name === name) ?? {
      problem: `There is no such operation. Known are: ${operationNames.join(', ')}.`,
    }
  );
}

/** For names that have been checked before: an unknown one is a mistake of ours and throws. */
export function operationNamed(name: string): Operation {
  const found = findOperation(name);
  if ('problem' in found) throw new Error(`${JSON.stringify(name.slice(0, 80))}: ${found.problem}`);
  return found;
}

/** Kinds whose ids may come to name another thing: what the ledger knows of one is no answer, it is sent again. */
export const reusedKinds = ({ kinds }: Operation): readonly string[] =>
  kinds.filter(({ neverReused }) => !neverReused).map(({ name }) => name);
