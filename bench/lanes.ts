/** What is drained side by side: two operations of one account, at the caps that the provider documents. */
import { numbered } from '../test/system/targets.ts';

export const lanes = [
  { action: 'DeleteVideo', operation: 'alibaba.vod.delete-video', cap: 30 },
  { action: 'DeleteImage', operation: 'alibaba.vod.delete-image', cap: 50 },
] as const;

export type Action = (typeof lanes)[number]['action'];

/** Ids that one call may name. */
export const batchLimit = 20;

/** `from` makes them unlike those of any other run. */
export const idsOf = (action: Action, from: string, count: number): string[] =>
  numbered(`${from}${action.toLowerCase()}`, count);

/** Of both lanes. */
export const each = <Value>(of: (action: Action) => Value): Record<Action, Value> => ({
  DeleteVideo: of('DeleteVideo'),
  DeleteImage: of('DeleteImage'),
});
