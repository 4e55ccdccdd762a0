import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import type { Account } from '../../../src/config.ts';
import { startEmulator, type Emulator } from '../../../src/emulator/emulator.ts';
import { checkExists, isWrongList } from '../../../src/producers/campaign/check-exists.ts';
import { existenceWords } from '../../../src/producers/campaign/existence-words.ts';
import { operationNamed } from '../../../src/providers/operations.ts';
import { targetOf } from '../../target.ts';

const image = 'alibaba.vod.delete-image';
const video = 'alibaba.vod.delete-video';
const media = 'alibaba.ice.delete-media-infos';
const thumbnails = 'huawei.vod.delete-thumbnails';

/** Real time, but nobody waits longer than 20 ms between tries; the transport's own limits of many seconds stand. */
const hasty = {
  ...systemClock,
  after: (ms: number, then: () => void) => systemClock.after(ms < 10_000 ? Math.min(ms, 20) : ms, then),
};

const account = (url: string, secret: string): Account => ({
  ...{
    name: 'media-prod',
    provider: 'alibaba',
    site: { region: 'cn-shanghai', endpoint: url },
    operations: {},
  },
  credentials: { accessKeyId: 'ak-1', accessKeySecret: secret },
});
const huawei = (url: string): Account => ({
  ...{ name: 'hw-prod', provider: 'huawei', operations: {} },
  site: { region: 'cn-north-4', projectId: 'project', endpoint: url },
  credentials: { accessKey: 'hw-1', secretKey: 'hs-1' },
});
const numbered = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `${prefix}${n}`);

/** An emulator in which v0 … v99 are videos and i0 … i99 images, and a way to ask about entries of an operation. */
async function setup() {
  const emulator = await startEmulator({
    clock: systemClock,
    accounts: [
      { name: 'media-prod', provider: 'alibaba', accessKeyId: 'ak-1', secret: 'sk-1', caps: {} },
      {
        name: 'hw-prod',
        provider: 'huawei',
        accessKeyId: 'hw-1',
        secret: 'hs-1',
        projectId: 'project',
        caps: {},
      },
    ],
  });
  onTestFinished(async () => {
    expect(emulator.calls().filter(({ action }) => action.startsWith('Delete'))).toEqual([]);
    await emulator.close();
  });
  emulator.inventory({
    DeleteVideo: { prefix: 'v', count: 100 },
    DeleteImage: { prefix: 'i', count: 100 },
    DeleteMediaInfos: { prefix: 'm', count: 100 },
    DeleteThumbnails: { prefix: 't', count: 100, asset: 'A' },
  });
  const ask = (name: string, entries: readonly unknown[], { secret = 'sk-1', options }: Asking = {}) => {
    const own = name.startsWith('huawei') ? huawei(emulator.url) : account(emulator.url, secret);
    const targets = entries.map((entry) => targetOf(name, entry, options));
    const means = { account: own, operation: operationNamed(name), clock: hasty, userAgent: 'expunge/test' };
    return checkExists(targets, means);
  };
  return { emulator, ask };
}
interface Asking {
  readonly secret?: string;
  readonly options?: unknown;
}

const reads = ({ calls }: Emulator) => calls().map(({ ids }) => ids.length);
const nothing = { asked: 0, present: 0, gone: 0, unknown: 0, titles: [] };

describe('checkExists', () => {
  it('asks 20 a read, and tells what exists with a few titles', async () => {
    const { emulator, ask } = await setup();
    const check = await ask(video, [...numbered('v', 38), 'no1', 'no2', 'v0']);
    expect(check).toMatchObject({ asked: 40, present: 38, gone: 2, unknown: 0, unasked: [] });
    expect(check.titles).toHaveLength(5);
    expect(check.titles[0]).toEqual({ id: 'v0', title: expect.stringMatching(/\w, part \d+$/) as string });
    expect(isWrongList(check)).toBe(false);
    expect(reads(emulator)).toEqual([20, 20]);
    expect(emulator.calls()[0]).toMatchObject({ action: 'GetVideoInfos' });
  });

  it('knows a list of which nothing exists, and one of the wrong kind of id', async () => {
    const { ask } = await setup();
    const none = await ask(video, numbered('no', 30));
    expect(none).toMatchObject({ asked: 30, present: 0, gone: 30, titles: [] });
    expect(isWrongList(none)).toBe(true);
    const images = await ask(video, numbered('i', 30));
    expect(images).toMatchObject({ asked: 30, present: 0, gone: 30 });
    expect(isWrongList(images)).toBe(true);
  });

  it('asks each operation by its own read, and each kind apart', async () => {
    const { emulator, ask } = await setup();
    expect(await ask(image, ['i1', 'no'])).toMatchObject({ present: 1, gone: 1, unasked: [] });
    const options = { deletePhysicalFiles: true };
    expect(await ask(media, ['m1', 'no'], { options })).toMatchObject({ present: 1, gone: 1, unasked: [] });
    const references = [{ by: 'referenceId', id: 'v10000' }, { by: 'referenceId', id: 'no-such' }, 'v1'];
    expect(await ask(video, references)).toMatchObject({ present: 1, gone: 2 });
    const tasks = [{ by: 'task', task: 't1', asset: 'A' }, 't2', 'no'];
    expect(await ask(thumbnails, tasks)).toMatchObject({ present: 2, gone: 1, titles: [], unasked: [] });
    const actions = emulator.calls().map(({ action }) => action);
    const thumbnail = Array.from({ length: 3 }, () => 'ListThumbnails');
    expect(actions).toEqual([
      'GetImageInfos',
      'BatchGetMediaInfos',
      'GetVideoInfos',
      'GetVideoInfos',
      ...thumbnail,
    ]);
  });

  it("says of kinds without a read that they can't be checked, and asks the others", async () => {
    const { emulator, ask } = await setup();
    const url = { by: 'imageUrl', url: 'https://h.example.com/a.png' };
    const check = await ask(image, ['i1', url]);
    expect(check).toMatchObject({ asked: 1, present: 1 });
    expect(check.unasked).toEqual([
      { targets: 1, code: 'no-read', message: `${image} has no read that tells whether a imageUrl exists` },
    ]);
    expect(await ask(image, [url])).toMatchObject({ ...nothing, unasked: [{ code: 'no-read' }] });
    expect(await ask(image, [])).toEqual({ ...nothing, unasked: [] });
    expect(reads(emulator)).toEqual([1]);
  });

  it('asks again after throttles and failures', async () => {
    const { emulator, ask } = await setup();
    emulator.setFaults([
      { kind: 'throttle', count: 2 },
      { kind: 'error-5xx', count: 1 },
    ]);
    expect(await ask(video, ['v1', 'no'])).toMatchObject({ present: 1, gone: 1, unasked: [] });
    expect(reads(emulator)).toEqual([2, 2, 2, 2]);
  });

  it.each([['throttle', /^Throttling/] as const, ['reset-before', /^reset$/] as const])(
    'gives up after four tries (%s), tells what was not answered, and keeps what was',
    async (kind, code) => {
      const { emulator, ask } = await setup();
      emulator.setFaults([{ kind, ids: ['v25'] }]);
      const check = await ask(video, numbered('v', 50));
      expect(check).toMatchObject({ asked: 20, present: 20, unasked: [{ targets: 30 }] });
      expect(check.unasked[0]?.code).toMatch(code);
      expect(reads(emulator)).toEqual([20, 20, 20, 20, 20]);
      expect(isWrongList(check)).toBe(false);
    },
  );

  it('never takes what it could not ask for gone: wrong credentials', async () => {
    const { emulator, ask } = await setup();
    const check = await ask(video, numbered('v', 30), { secret: 'wrong' });
    expect(check).toMatchObject({ ...nothing, unasked: [{ targets: 30, code: 'SignatureDoesNotMatch' }] });
    expect(isWrongList(check)).toBe(false);
    expect(emulator.calls()).toHaveLength(1);
  });

  it('tells of credentials that are not there', async () => {
    const { emulator } = await setup();
    const credentials = { accessKeyId: 'ak-1', accessKeySecretFile: '/nowhere/secret' };
    const means = { operation: operationNamed(video), clock: hasty, userAgent: 'expunge/test' };
    const broken = { ...account(emulator.url, ''), credentials };
    const check = await checkExists([targetOf(video, 'v1')], { ...means, account: broken });
    expect(check).toMatchObject({ ...nothing, unasked: [{ targets: 1, code: 'credentials' }] });
    expect(check.unasked[0]?.message).toContain('/nowhere/secret');
  });

  it('asks one by one where a read fails for one of those that it names', async () => {
    const { emulator, ask } = await setup();
    emulator.setFaults([{ kind: 'unknown-code', code: 'NoSuchResource', ids: ['i3'] }]);
    const check = await ask(image, ['i1', 'i2', 'i3']);
    expect(check.asked + check.unasked.reduce((sum, { targets }) => sum + targets, 0)).toBe(3);
    expect(check.present).toBe(2);
    expect(reads(emulator)).toEqual([3, 1, 1, 1]);
  });

  it('tells of one that the provider rejects that it could not be asked', async () => {
    const { emulator, ask } = await setup();
    emulator.setFaults([{ kind: 'unknown-code', code: 'VideoIdsExceededMax', ids: ['v3'] }]);
    const check = await ask(video, ['v1', 'v3', 'no']);
    const unasked = [{ targets: 1, code: 'VideoIdsExceededMax' }];
    expect(check).toMatchObject({ asked: 2, present: 1, gone: 1, unasked });
  });

  it('sends at most five reads a second', async () => {
    const { emulator, ask } = await setup();
    await ask(thumbnails, numbered('t', 12));
    const at = emulator.calls().map((call) => call.at);
    for (let n = 5; n < at.length; n++) expect(at[n]! - at[n - 5]!).toBeGreaterThan(990);
    expect(at).toHaveLength(12);
  });
});

describe('isWrongList', () => {
  it.each([
    [1, 0, 0, false],
    [5, 5, 0, false],
    [4, 5, 0, true],
    [0, 1, 0, true],
    [2, 1, 90, false],
    [0, 0, 0, false],
  ])('of %s present, %s gone and %s unknown is %s', (present, gone, unknown, wrong) => {
    const asked = present + gone + unknown;
    expect(isWrongList({ asked, present, gone, unknown, titles: [], unasked: [] })).toBe(wrong);
  });
});

describe('existenceWords', () => {
  const words = (check: Partial<Parameters<typeof existenceWords>[0]>) =>
    existenceWords({ ...nothing, unasked: [], ...check }, account('http://h', 's'), operationNamed(video));

  it('tells what exists, with titles that a terminal does not act upon', () => {
    expect(words({ asked: 20, present: 19, gone: 1, titles: [{ id: 'v1', title: 'A\u001B[2Jb' }] })).toEqual([
      '19 of 20 sampled ids exist, 1 does not (GetVideoInfos).',
      '  v1  "A<U+001B>[2Jb"',
    ]);
  });

  it('warns in capitals of a list that does not exist, and says what that usually means', () => {
    const said = words({ asked: 100, present: 3, gone: 97 }).join('\n');
    expect(said).toContain("MOST OF THESE DON'T EXIST: 97 of 100 sampled ids. Usually that means");
    expect(said).toContain('the wrong region: media-prod asks in cn-shanghai');
    expect(said).toContain('this operation takes videoId or referenceId');
    expect(said).toContain('deleted already');
    expect(words({ asked: 2, present: 1, gone: 1 }).join()).not.toContain('MOST');
  });

  it('tells what could not be asked, and what to type next', () => {
    expect(words({ unasked: [{ targets: 30, code: 'SignatureDoesNotMatch', message: 'no' }] })).toEqual([
      "30 sampled ids can't be checked: SignatureDoesNotMatch: no",
      'What is wrong with the account tells: expunge accounts check media-prod',
    ]);
    expect(words({ unasked: [{ targets: 1, code: 'no-read', message: 'it has no read' }] })).toEqual([
      "1 sampled id can't be checked: it has no read.",
    ]);
  });
});
