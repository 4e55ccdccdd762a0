import type { ActionName } from './action.ts';

/** Most calls in any rolling window of that length. */
export interface Cap {
  readonly calls: number;
  readonly per: 'second' | 'minute';
}

/** Who may call: one access key (or token) with what is limited on its behalf. */
export interface EmulatorAccount {
  /** The name in the configuration; faults may address the account by it, or by its key id. */
  readonly name: string;
  readonly provider: 'alibaba' | 'huawei';
  /** Also the account's name in the record and in the statistics. */
  readonly accessKeyId: string;
  readonly secret: string;
  /** Temporary credentials: every call must bring this token. */
  readonly securityToken?: string;
  /** Huawei: the project that the account may act on; any project if left out. */
  readonly projectId?: string;
  /** Huawei: accepted as X-Auth-Token. */
  readonly token?: string;
  /** For the reader of a configuration only: every Host is accepted. */
  readonly region?: string;
  /** Accounts of one group spend one cap; an account without one has its own. */
  readonly quotaGroup?: string;
  /** Overrides of `defaultCaps`, by action. */
  readonly caps: Partial<Record<ActionName, Cap>>;
}

/**
 * DeleteImage: DeleteImage page of 2024. DeleteVideo: its page. DeleteMediaInfos: documented nowhere, a cautious
 * guess. DeleteThumbnails: asset management writes, VOD "Before You Start" of 2021. Reads: their classes in the
 * same places.
 */
export const defaultCaps: Record<ActionName, Cap> = {
  DeleteImage: { calls: 50, per: 'second' },
  DeleteVideo: { calls: 30, per: 'second' },
  DeleteMediaInfos: { calls: 10, per: 'second' },
  DeleteThumbnails: { calls: 100, per: 'minute' },
  GetImageInfos: { calls: 100, per: 'second' },
  GetVideoInfos: { calls: 100, per: 'second' },
  BatchGetMediaInfos: { calls: 100, per: 'second' },
  ListThumbnails: { calls: 1500, per: 'minute' },
};

export const capOf = (account: EmulatorAccount, action: ActionName): Cap =>
  account.caps[action] ?? defaultCaps[action];

/** The window's length in milliseconds. */
export const windowOf = (cap: Cap): number => (cap.per === 'second' ? 1_000 : 60_000);
