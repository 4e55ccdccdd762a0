/**
 * What the demo deletes. A round is a purge of its own ids over all four operations; it is remembered in the
 * data directory, so that a demo that was killed goes on with its round and one that ended begins the next.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Round {
  readonly number: number;
  /** Request ids by operation, once they are accepted. */
  readonly requests: Readonly<Record<string, string>>;
  readonly done: boolean;
}

export interface Purge {
  readonly account: string;
  readonly operation: string;
  /** The emulator's name of it. */
  readonly action: string;
  readonly title: string;
  /** As enqueued. */
  readonly entries: readonly unknown[];
  /** What exists at the provider, as the emulator's inventory is told. */
  readonly inventory: readonly object[];
  /** Asked for over HTTP, as another program would; the others straight in the ledger. */
  readonly overHttp?: true;
  /** Ids that the provider will not let anybody delete. */
  readonly forbidden: readonly string[];
}

const file = (dataDir: string) => join(dataDir, 'demo.json');

export async function readRound(dataDir: string): Promise<Round> {
  const text = await readFile(file(dataDir), 'utf8').catch(() => undefined);
  const last = text === undefined ? undefined : (JSON.parse(text) as Round);
  if (last && !last.done) return last;
  return { number: (last?.number ?? 0) + 1, requests: {}, done: false };
}

export const writeRound = (dataDir: string, round: Round): Promise<void> =>
  writeFile(file(dataDir), `${JSON.stringify(round)}\n`);

const numbered = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `${prefix}${n}`);

/** Mostly things that exist; a few that are gone already, a few that are protected. */
export function purgesOf(round: number): readonly Purge[] {
  const plain = (kind: string, count: number, gone: number) => {
    const prefix = `${kind}-${round}-`;
    return {
      entries: [...numbered(prefix, count), ...numbered(`${kind}-gone-${round}-`, gone)],
      inventory: [{ prefix, count }],
    };
  };
  const assets = numbered(`asset-${round}-`, 6);
  const alibaba = { account: 'demo-alibaba' };
  return [
    {
      ...alibaba,
      operation: 'alibaba.vod.delete-image',
      action: 'DeleteImage',
      title: 'images',
      ...plain('image', 13_000, 5),
      forbidden: [],
    },
    {
      ...alibaba,
      operation: 'alibaba.vod.delete-video',
      action: 'DeleteVideo',
      title: 'videos',
      ...plain('video', 8_000, 60),
      forbidden: [`video-${round}-77`, `video-${round}-4321`],
    },
    {
      ...alibaba,
      operation: 'alibaba.ice.delete-media-infos',
      action: 'DeleteMediaInfos',
      title: 'media assets',
      ...plain('media', 2_500, 20),
      forbidden: [`media-${round}-99`],
    },
    {
      account: 'demo-huawei',
      operation: 'huawei.vod.delete-thumbnails',
      action: 'DeleteThumbnails',
      title: 'thumbnails',
      overHttp: true,
      entries: assets.flatMap((asset, n) =>
        numbered(`task-${round}-${n}-`, 50).map((task) => ({ task, asset })),
      ),
      inventory: assets.map((asset, n) => ({ prefix: `task-${round}-${n}-`, count: 50, asset })),
      forbidden: [],
    },
  ];
}

/** The demo's configuration: made-up accounts whose endpoint is the emulator. */
export const configText = (endpoint: string): string => `# Written by expunge demo; its accounts are made up.
api: { port: 0 }
accounts:
  demo-alibaba:
    provider: alibaba
    region: cn-shanghai
    endpoint: ${endpoint}
    credentials: { accessKeyId: demo-key, accessKeySecret: demo-secret }
  demo-huawei:
    provider: huawei
    region: cn-north-4
    endpoint: ${endpoint}
    projectId: demo-project
    credentials: { accessKey: demo-huawei-key, secretKey: demo-huawei-secret }
`;
