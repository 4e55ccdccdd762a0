import { type Action, type Asked, type Effect, refused, type Scene, sortOut, splitIds } from './action.ts';
import { refuse } from './refusal.ts';
import { type Pairs, percentDecode, valueOf } from './request.ts';

const parameterOf = new Map([
  ['ImageURL', 'ImageURLs'],
  ['ImageId', 'ImageIds'],
  ['VideoId', 'VideoId'],
]);

export const imageTypes = ['CoverSnapshot', 'NormalSnapshot', 'SpriteSnapshot', 'SpriteOriginSnapshot'];

/**
 * ApsaraVideo VOD DeleteImage 2017-03-21. The answer names no ids. Its page has `NoSuchResource` for an image
 * that does not exist and leaves open what that means among several: a switch. An unnamed or forbidden image
 * refuses the whole call as InvalidParameter, whose class is permanent; no page has a code for that.
 */
export const deleteImage: Action = {
  name: 'DeleteImage',
  version: '2017-03-21',
  inventory: 'DeleteImage',
  asked,
  perform,
};

function asked(parameters: Pairs): Asked {
  const by = parameterOf.get(valueOf(parameters, 'DeleteImageType') ?? '') ?? '';
  const entries = splitIds(valueOf(parameters, by));
  return {
    by,
    // Each URL is encoded before the join (older DeleteImage page), hence decoded once more after the split.
    ids: by === 'ImageURLs' ? entries.map(percentDecode) : entries,
    options: by === 'VideoId' ? `ImageType=${valueOf(parameters, 'ImageType') ?? ''}` : '',
  };
}

function perform(scene: Scene): Effect {
  const { parameters, asked, switches } = scene;
  if (valueOf(parameters, 'DeleteImageType') === undefined) return refused(refuse('MissingDeleteImageType'));
  if (asked.by === '') return refused(invalid('DeleteImageType'));
  if (asked.ids.length === 0) return refused(refuse(`Missing${asked.by}`));
  if (asked.ids.length > (asked.by === 'VideoId' ? 1 : 20)) return refused(invalid(asked.by));
  if (asked.ids.some(scene.forbidden)) return refused(invalid(asked.by));
  if (asked.by === 'VideoId') return ofVideo(scene, asked.ids.join());

  const { present, missing } = sortOut(asked.ids, scene);
  const gone = refuse('NoSuchResource');
  if (missing.length === 0) return { said: {}, deleted: present };
  if (present.length === 0 || switches.deleteImageMissing === 'deletes-none') return refused(gone);
  return { said: switches.deleteImageMissing === 'only-all-missing-404' ? {} : gone, deleted: present };
}

/** The snapshots of a video, by type: the video's entry goes when all four types are gone. */
function ofVideo({ parameters, inventory }: Scene, video: string): Effect {
  const value = valueOf(parameters, 'ImageType') ?? '';
  if (value === '') return refused(refuse('MissingImageType'));
  const types = value === 'All' ? imageTypes : value.split(',');
  if (!types.every((type) => imageTypes.includes(type))) return refused(invalid('ImageType'));
  if (!inventory.hasPart(video, types)) return refused(refuse('NoSuchResource'));
  return { said: {}, deleted: [video], parts: types };
}

const invalid = (name: string) =>
  refuse('InvalidParameter', `The specified parameter "${name}" is not valid.`);
