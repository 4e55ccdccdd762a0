import { describe, expect, it } from 'vitest';
import type { Batch, DeletionRequest, NonEmpty, Target } from '../../src/deletion.ts';
import type { Operation, Site } from '../../src/providers/operation.ts';
import { vodDeleteVideo } from '../../src/providers/alibaba/vod-delete-video.ts';
import { accepted } from './world.ts';

describe('Target and Batch', () => {
  it('do not compile where they are a raw string, an object of ours, or empty', () => {
    const target: Target = accepted(vodDeleteVideo, 'e44ebf');
    const batch: Batch = [target];
    // @ts-expect-error an empty list is never sent
    const empty: Batch = [];
    // @ts-expect-error a list that may be empty is no batch
    const unproved: Batch = [target].filter(({ by }) => by !== '');
    // @ts-expect-error a raw string is not a Target
    const raw: Batch = ['e44ebf'];
    // @ts-expect-error only accept makes a Target
    const forged: Target = { by: 'videoId', id: 'e44ebf', parent: '', options: '' };
    // @ts-expect-error an operation's request takes a batch, not ids
    const misused: Parameters<Operation['request']> = [['e44ebf'], {} as Site];
    // @ts-expect-error a request names at least one target
    const nothing: DeletionRequest['targets'] = [] as Target[];
    const both: NonEmpty<Target> = batch;
    expect([empty, unproved, raw, forged, misused, nothing, both]).toHaveLength(7);
  });
});
