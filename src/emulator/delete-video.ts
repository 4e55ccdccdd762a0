import { type Action, type Effect, refused, type Scene, sortOut, splitIds } from './action.ts';
import { refuse } from './refusal.ts';
import { valueOf } from './request.ts';
import { lists } from './switches.ts';

/**
 * ApsaraVideo VOD DeleteVideo 2017-03-21. Its page does not say what VideoIds and ReferenceIds do together: here
 * both are deleted, and the limit of 20 is theirs jointly. Forbidden and otherwise only missing ids are a 200
 * with both lists.
 */
export const deleteVideo: Action = {
  name: 'DeleteVideo',
  version: '2017-03-21',
  inventory: 'DeleteVideo',
  asked: (parameters) => ({
    ids: [...splitIds(valueOf(parameters, 'VideoIds')), ...splitIds(valueOf(parameters, 'ReferenceIds'))],
    by: ['VideoIds', 'ReferenceIds'].filter((name) => valueOf(parameters, name)).join(','),
    options: '',
  }),
  perform,
};

function perform(scene: Scene): Effect {
  const { asked, parameters, switches } = scene;
  if (asked.ids.length === 0) return refused(refuse('MissingParameter'));
  if (asked.ids.length > 20) return refused(refuse('VideoIdsExceededMax'));
  const videos = sortOut(splitIds(valueOf(parameters, 'VideoIds')), scene);
  const references = sortOut(splitIds(valueOf(parameters, 'ReferenceIds')), scene);
  const deleted = [...new Set([...videos.present, ...references.present])];
  const forbidden = [...videos.forbidden, ...references.forbidden];
  if (deleted.length + forbidden.length === 0) return refused(refuse('InvalidVideo.NotFound'));
  return {
    deleted,
    said: lists(
      {
        ForbiddenVideoIds: forbidden,
        NonExistVideoIds: videos.missing,
        NonExistReferenceIds: references.missing,
      },
      switches,
    ),
  };
}
