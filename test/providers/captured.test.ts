import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src/deletion.ts';
import { operations } from '../../src/providers/operations.ts';
import { canonicalQuery } from '../../src/providers/signing.ts';
import { accepted, vectors, type Vector } from './world.ts';

const captured = [
  ...vectors('ali-v3-vod-delete-image'),
  ...vectors('ali-v3-vod-delete-video'),
  ...vectors('ali-v3-ice-delete-media-infos'),
  ...vectors('huawei-sdk-hmac-sha256'),
];

/** What the SDK does and we don't: with the reason. */
const notOurs: Readonly<Record<string, string>> = {
  'image-url-raw-unencoded': 'URLs are percent-encoded before they are joined',
  'image-url-special-encodeURI': 'a URL with a space in it is refused; its encoding is tested by itself',
  'both-video-and-reference': 'which of the two wins is documented nowhere',
  'no-ids': 'an empty list is never sent',
  'sdk-retry-second-attempt': 'there is no retry in the client',
  'input-url-mixed-special': 'a space or an escape in an OSS URL is refused',
  'asset-id-only': 'nobody knows what it deletes',
};

/** The parameters that the SDK was given, as our targets and options. */
function asked({ input }: Vector): { targets: unknown[]; options: Record<string, unknown> | undefined } {
  const ids = (name: string) => (typeof input[name] === 'string' ? input[name].split(',') : []);
  const by = (kind: string, field: string, name: string) =>
    ids(name).map((id) => ({ by: kind, [field]: id }));
  const asset = input['asset_id'];
  const tasks = Array.isArray(input['task_id']) ? (input['task_id'] as string[]) : [];
  const { ImageType, DeletePhysicalFiles } = input;
  return {
    targets: [
      ...by('imageId', 'id', 'ImageIds'),
      ...by('imageUrl', 'url', 'ImageURLs'),
      ...by('videoId', 'id', 'VideoId'),
      ...by('videoId', 'id', 'VideoIds'),
      ...by('referenceId', 'id', 'ReferenceIds'),
      ...by('mediaId', 'id', 'MediaIds'),
      ...by('inputUrl', 'url', 'InputURLs'),
      ...tasks.map((task) => ({ task, ...(asset !== undefined && { asset }) })),
    ],
    options:
      ImageType !== undefined
        ? { imageType: ImageType }
        : DeletePhysicalFiles !== undefined
          ? { deletePhysicalFiles: DeletePhysicalFiles }
          : undefined,
  };
}

describe('request', () => {
  it.each(captured.filter(({ name }) => !(name in notOurs)).map((vector) => [vector.name, vector] as const))(
    'writes what the official SDK wrote for %s',
    (_, vector) => {
      const operation = operations.find(({ action }) => action === vector.operation)!;
      const { targets, options } = asked(vector);
      const batch = targets.map((target) => accepted(operation, target, options)) as unknown as Batch;
      const { request } = vector;
      const host = request.headers['host'] ?? '';
      const region = vector.region ?? host.split('.')[1] ?? '';
      const local = host.startsWith('127.') ? { endpoint: `https://${host}` } : {};
      const ours = operation.request(batch, {
        region,
        ...local,
        projectId: request.headers['x-project-id'] ?? '',
      });
      expect(ours).toMatchObject({ method: request.method, origin: `https://${host}`, path: request.path });
      expect(canonicalQuery(ours.query)).toBe(request.rawQuery);
      for (const [name, value] of Object.entries(ours.headers)) expect(request.headers[name]).toBe(value);
    },
  );

  it('knows every exception by name', () => {
    expect(captured.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(notOurs)));
  });
});
