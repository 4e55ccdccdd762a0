import type { Fields } from './answer.ts';
import type { Inventory } from './inventory.ts';
import type { Refusal } from './refusal.ts';
import type { Pairs } from './request.ts';
import type { Switches } from './switches.ts';

export const deleteActions = ['DeleteImage', 'DeleteVideo', 'DeleteMediaInfos', 'DeleteThumbnails'] as const;
export type DeleteAction = (typeof deleteActions)[number];

export const readActions = [
  'GetImageInfos',
  'GetVideoInfos',
  'BatchGetMediaInfos',
  'ListThumbnails',
] as const;
export type ActionName = DeleteAction | (typeof readActions)[number];

/** What a call names, as the server understands it; recorded whether or not the call is carried out. */
export interface Asked {
  /** Split at every comma after one decoding, so that a comma smuggled into an id shows up as two ids. */
  readonly ids: readonly string[];
  /** The parameters that named them: `VideoIds`. */
  readonly by: string;
  /** Parameters that decide what goes with them: `DeletePhysicalFiles=true`. */
  readonly options: string;
}

/** All that an action may look at. */
export interface Scene {
  readonly parameters: Pairs;
  readonly asked: Asked;
  readonly inventory: Inventory;
  readonly forbidden: (id: string) => boolean;
  readonly switches: Switches;
  readonly random: () => number;
}

/** What is to be answered, and what is gone by then: a refusal may have deleted things all the same. */
export interface Effect {
  readonly said: Fields | Refusal;
  readonly deleted: readonly string[];
  /** Only these parts of each were deleted. */
  readonly parts?: readonly string[];
}

/** One action of a provider. Decides; the caller deletes, so that a replayed journal can do the same. */
export interface Action {
  readonly name: ActionName;
  /** The API's version; '' at Huawei, whose version is in the path. */
  readonly version: string;
  /** Whose things it deletes or reads. */
  readonly inventory: DeleteAction;
  asked(parameters: Pairs): Asked;
  perform(scene: Scene): Effect;
}

/** The one split that a server makes: at commas, of a value decoded once. Nothing is trimmed or dropped. */
export const splitIds = (value: string | undefined): readonly string[] =>
  value === undefined || value === '' ? [] : value.split(',');

/** Each id once, by what becomes of it. An id that is forbidden is so whether or not it exists. */
export function sortOut(ids: readonly string[], { inventory, forbidden }: Scene) {
  const sorted = { present: [] as string[], missing: [] as string[], forbidden: [] as string[] };
  for (const id of new Set(ids)) {
    sorted[forbidden(id) ? 'forbidden' : inventory.has(id) ? 'present' : 'missing'].push(id);
  }
  return sorted;
}

/** Nothing is deleted and this is why. */
export const refused = (said: Refusal): Effect => ({ said, deleted: [] });
