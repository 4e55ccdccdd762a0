import { type Action, type Effect, refused, type Scene, sortOut, splitIds } from './action.ts';
import { refuse } from './refusal.ts';
import { valueOf } from './request.ts';
import { lists } from './switches.ts';

const selector = (parameters: Scene['parameters']): string =>
  valueOf(parameters, 'MediaIds') ? 'MediaIds' : valueOf(parameters, 'InputURLs') ? 'InputURLs' : '';

/**
 * Intelligent Media Services DeleteMediaInfos 2020-11-09. MediaIds win over InputURLs. What is missing is
 * ignored; all of it missing is a switch. The page's sample ends an entry with a line break: so do some here.
 */
export const deleteMediaInfos: Action = {
  name: 'DeleteMediaInfos',
  version: '2020-11-09',
  inventory: 'DeleteMediaInfos',
  asked(parameters) {
    const by = selector(parameters);
    const physical = valueOf(parameters, 'DeletePhysicalFiles');
    return {
      ids: splitIds(valueOf(parameters, by)),
      by,
      options: physical === undefined ? '' : `DeletePhysicalFiles=${physical}`,
    };
  },
  perform,
};

function perform(scene: Scene): Effect {
  const { asked, parameters, random, switches } = scene;
  if (asked.ids.length === 0) return refused(refuse('MissingParameter'));
  // No page has a code for more than 20.
  if (asked.ids.length > 20) return refused(refuse('InvalidParameter'));
  if (!['true', 'false', undefined].includes(valueOf(parameters, 'DeletePhysicalFiles'))) {
    return refused(refuse('InvalidParameter'));
  }
  const { present, missing, forbidden } = sortOut(asked.ids, scene);
  if (present.length + forbidden.length === 0 && switches.deleteMediaInfosAllMissing === 'not-found') {
    return refused(refuse('ResourceNotFound'));
  }
  const careless = (id: string) => (random() < 0.25 ? `${id}\n` : id);
  return {
    deleted: present,
    said: lists({ IgnoredList: missing.map(careless), ForbiddenList: forbidden.map(careless) }, switches),
  };
}
