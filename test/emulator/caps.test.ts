import { describe, expect, it } from 'vitest';
import { acs3, sdkHmac } from './client.ts';
import { alibaba, setup, standingClock } from './setup.ts';

const times = <T>(n: number, make: (i: number) => Promise<T>) =>
  Promise.all(Array.from({ length: n }, (_, i) => make(i)));

describe('the caps', () => {
  it.each([
    ['DeleteImage', 50, { DeleteImageType: 'ImageId', ImageIds: 'a' }],
    ['DeleteVideo', 30, { VideoIds: 'a' }],
    ['DeleteMediaInfos', 10, { MediaIds: 'a' }],
    ['GetVideoInfos', 100, { VideoIds: 'a' }],
  ])('let %s through %i times in any second', async (action, cap, parameters) => {
    const clock = standingClock();
    const { emulator, v3 } = await setup({ clock });
    const burst = async (n: number) => {
      const codes = await times(n, async () => (await v3(action, parameters)).json['Code']);
      return codes.filter((code) => code === 'Throttling.User').length;
    };
    expect(await burst(cap)).toBe(0);
    clock.time = 999.9;
    expect(await burst(3)).toBe(3);
    clock.time = 1_000;
    expect(await burst(cap + 2)).toBe(2);
    expect(emulator.stats().accounts['ak-1']![action]).toEqual({
      calls: 2 * cap + 5,
      accepted: 2 * cap,
      throttled: 5,
      refused: 0,
      idsDeleted: 0,
      maxPerWindow: cap + 5,
      maxAcceptedPerWindow: cap,
    });
  });

  it('let DeleteThumbnails through 100 times in any minute', async () => {
    const clock = standingClock();
    const { emulator, raw } = await setup({ clock });
    const burst = async (n: number) => {
      const all = await times(n, () => raw(sdkHmac('DELETE', { task_id: 'a' })));
      return all.filter(({ status }) => status === 429).length;
    };
    expect(await burst(60)).toBe(0);
    clock.time = 30_000;
    expect(await burst(50)).toBe(10);
    clock.time = 59_999;
    expect(await burst(1)).toBe(1);
    clock.time = 60_000;
    expect(await burst(61)).toBe(1);
    expect(emulator.stats().accounts['hw-1']!['DeleteThumbnails']).toMatchObject({
      maxPerWindow: 112,
      maxAcceptedPerWindow: 100,
    });
    const answer = await raw(sdkHmac('DELETE', { task_id: 'a' }));
    expect(answer.json).toMatchObject({
      error_code: 'APIGW.0308',
      error_msg:
        'The throttling threshold has been reached: policy user over ratelimit,limit:100,time:1 minute',
    });
  });

  it('hold against arrivals spread over real time', async () => {
    const caps = { DeleteVideo: { calls: 5, per: 'second' } } as const;
    const { emulator, v3 } = await setup({ accounts: [{ ...alibaba, caps }] });
    const end = emulator.port && performance.now() + 1_300;
    while (performance.now() < end) await times(3, () => v3('DeleteVideo', { VideoIds: 'a' }));
    const calls = emulator.calls();
    const inWindow = (all: typeof calls, until: number) =>
      all.filter(({ at }) => at > until - 1_000 && at <= until).length;
    const fullest = (all: typeof calls) => Math.max(...all.map(({ at }) => inWindow(all, at)));
    const accepted = calls.filter(({ result }) => result === 'accepted');
    expect(accepted.length).toBeGreaterThanOrEqual(10);
    expect(emulator.stats().accounts['ak-1']!['DeleteVideo']).toMatchObject({
      accepted: accepted.length,
      maxPerWindow: fullest(calls),
      maxAcceptedPerWindow: 5,
    });
    expect(fullest(accepted)).toBe(5);
  });

  it('are shared by the accounts of a quota group, and by no others', async () => {
    const clock = standingClock();
    const caps = { DeleteVideo: { calls: 4, per: 'second' } } as const;
    const account = (n: number, quotaGroup?: string) => ({
      ...alibaba,
      name: `a${n}`,
      accessKeyId: `ak-${n}`,
      caps,
      ...(quotaGroup && { quotaGroup }),
    });
    const { emulator, raw } = await setup({
      clock,
      accounts: [account(1, 'g'), account(2, 'g'), account(3)],
    });
    const codes = (keyId: string, n: number) =>
      times(n, async () => (await raw(acs3('DeleteVideo', { VideoIds: 'a' }, { keyId }))).json['Code']);
    await codes('ak-1', 3);
    expect((await codes('ak-2', 2)).toSorted()).toEqual(['InvalidVideo.NotFound', 'Throttling.User']);
    expect(await codes('ak-3', 4)).not.toContain('Throttling.User');
    const { accounts, groups } = emulator.stats();
    expect(accounts['ak-2']!['DeleteVideo']).toMatchObject({
      calls: 2,
      accepted: 1,
      maxAcceptedPerWindow: 1,
    });
    expect(groups).toMatchObject({
      g: { DeleteVideo: { calls: 5, maxPerWindow: 5, maxAcceptedPerWindow: 4 } },
    });
    expect(Object.keys(groups)).toEqual(['g']);
  });

  it('are not spent by calls that were refused', async () => {
    const clock = standingClock();
    const { emulator, v3 } = await setup({ clock });
    await times(20, () => v3('DeleteMediaInfos', { MediaIds: 'a' }, { secret: 'wrong' }));
    const codes = await times(10, async () => (await v3('DeleteMediaInfos', { MediaIds: 'a' })).json['Code']);
    expect(codes).not.toContain('Throttling.User');
    expect(emulator.stats().accounts['ak-1']!['DeleteMediaInfos']).toMatchObject({
      calls: 30,
      refused: 20,
      accepted: 10,
      maxPerWindow: 30,
    });
  });
});
