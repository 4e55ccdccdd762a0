/**
 * What no page documents. Each setting is a plausible server; the defaults are those that hurt a careless client
 * most.
 */
export const switchValues = {
  /**
   * DeleteImage, some of several images missing. Default `deletes-none`: the 404 hides images that still exist,
   * so that a client which takes it for "all gone" leaves them behind. `deletes-others-then-404` deletes what
   * exists and answers 404 all the same; `only-all-missing-404` answers 200 unless nothing existed.
   */
  deleteImageMissing: ['deletes-none', 'deletes-others-then-404', 'only-all-missing-404'],
  /** DeleteMediaInfos, all missing: 200 with every id in IgnoredList, or 404 ResourceNotFound. */
  deleteMediaInfosAllMissing: ['ignored', 'not-found'],
  /** DeleteThumbnails, the status of a missing task among others. All missing is VOD.10062. */
  deleteThumbnailsMissing: ['failed', 'unknow', 'deleted'],
  /** DeleteThumbnails without asset_id over tasks of several assets: those not of the first task's asset fail. */
  deleteThumbnailsAcrossAssets: ['fails', 'deletes'],
  /** Lists with nothing in them stand in an answer as `[]`, or not at all. */
  emptyLists: ['present', 'absent'],
} as const;

export type Switches = {
  readonly [name in keyof typeof switchValues]: (typeof switchValues)[name][number];
};

export const defaultSwitches: Switches = {
  deleteImageMissing: 'deletes-none',
  deleteMediaInfosAllMissing: 'ignored',
  deleteThumbnailsMissing: 'failed',
  deleteThumbnailsAcrossAssets: 'fails',
  emptyLists: 'present',
};

/** The lists of an answer, as `emptyLists` has it. */
export const lists = (
  all: Readonly<Record<string, readonly string[]>>,
  { emptyLists }: Switches,
): Record<string, readonly string[]> =>
  Object.fromEntries(Object.entries(all).filter(([, ids]) => emptyLists === 'present' || ids.length > 0));
