import { describe, expect, it } from 'vitest';
import { findOperation, operationNamed, operationNames } from '../../src/providers/operations.ts';

describe('findOperation', () => {
  it('finds each operation by its name', () => {
    expect(operationNames).toEqual([
      'alibaba.vod.delete-image',
      'alibaba.vod.delete-video',
      'alibaba.ice.delete-media-infos',
      'huawei.vod.delete-thumbnails',
    ]);
    for (const name of operationNames) expect(findOperation(name)).toMatchObject({ name });
  });

  it('names the known ones where there is none of that name', () => {
    expect(findOperation('alibaba.vod.delete-audio')).toEqual({
      problem: `There is no such operation. Known are: ${operationNames.join(', ')}.`,
    });
    expect(() => operationNamed('toString')).toThrow('"toString": There is no such operation.');
  });
});
