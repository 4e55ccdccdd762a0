import { describe, expect, it } from 'vitest';
import type { Fault } from '../../src/emulator/faults.ts';
import { Faults } from '../../src/emulator/faults.ts';
import { seeded } from '../../src/emulator/seeded.ts';
import { acs3, send } from './client.ts';
import { alibaba, setup } from './setup.ts';

const any = {
  DeleteImage: { any: true },
  DeleteVideo: { any: true },
  DeleteMediaInfos: { any: true },
  DeleteThumbnails: { any: true },
} as const;

async function faulty(...faults: Fault[]) {
  const world = await setup();
  world.emulator.inventory(any);
  world.emulator.setFaults(faults);
  return { ...world, video: () => world.v3('DeleteVideo', { VideoIds: 'a' }) };
}

describe('faults', () => {
  it.each([
    ['throttle', 400, 'Throttling.User', 'throttled'],
    ['error-5xx', 500, 'InternalError', 'accepted'],
    ['unknown-code', 400, 'SomethingElse.Unheard', 'accepted'],
    ['unauthorized', 403, 'Forbidden.RAM', 'refused'],
  ] as const)('%s answers instead of deleting', async (kind, status, code, result) => {
    const { video, last, thumbnails } = await faulty({ kind });
    const answer = await video();
    expect([answer.status, answer.json['Code']]).toEqual([status, code]);
    expect(last()).toMatchObject({ result, status, code, deleted: [], requestId: answer.json['RequestId'] });
    expect((await thumbnails({ task_id: 'a' })).json['error_code']).toMatch(/^(APIGW|VOD)\./);
    expect(last()).toMatchObject({ result, deleted: [] });
  });

  it('answers with another code if one is given, and with the status that goes with it', async () => {
    const { video, emulator } = await faulty({ kind: 'throttle', code: 'RequestsTooFrequent', ms: 1_500 });
    const throttled = await video();
    expect([throttled.status, throttled.json['Code'], throttled.headers['x-acs-retry-after']]).toEqual([
      403,
      'RequestsTooFrequent',
      '1500',
    ]);
    emulator.setFaults([{ kind: 'error-5xx', code: 'DeleteVideoFailed' }]);
    expect((await video()).status).toBe(503);
    emulator.setFaults([{ kind: 'error-5xx', code: 'Never.Heard' }]);
    expect((await video()).status).toBe(500);
  });

  it('reset-before deletes nothing, and no byte comes back', async () => {
    const { video, last } = await faulty({ kind: 'reset-before' });
    await expect(video()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(last()).toMatchObject({ result: 'accepted', status: 0, code: 'reset-before', deleted: [] });
  });

  it('reset-after deletes, and no byte comes back', async () => {
    const { video, last } = await faulty({ kind: 'reset-after' });
    await expect(video()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(last()).toMatchObject({ result: 'accepted', status: 0, code: 'reset-after', deleted: ['a'] });
  });

  it('timeout-after deletes and answers late', async () => {
    const { video, last } = await faulty({ kind: 'timeout-after', ms: 80 });
    const begun = performance.now();
    expect((await video()).status).toBe(200);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(79);
    expect(last()).toMatchObject({ code: 'timeout-after', deleted: ['a'] });
  });

  it('timeout-after without a time never answers', async () => {
    const { video, last, emulator } = await faulty({ kind: 'timeout-after', count: 1 });
    let answered = false;
    const held = video().then(
      () => (answered = true),
      () => undefined,
    );
    while (emulator.calls().length === 0) await new Promise(setImmediate);
    expect((await video()).json['Code']).toBe('InvalidVideo.NotFound');
    expect(answered).toBe(false);
    expect(emulator.calls()[0]).toMatchObject({ status: 0, code: 'timeout-after', deleted: ['a'] });
    expect(last().deleted).toEqual([]);
    await emulator.close();
    await held;
    expect(answered).toBe(false);
  });

  it('slow deletes at once and answers late', async () => {
    const { video, last, emulator } = await faulty({ kind: 'slow', ms: 80 });
    const begun = performance.now();
    const answer = video();
    while (emulator.calls().length === 0) await new Promise(setImmediate);
    expect(last()).toMatchObject({ status: 200, code: '', deleted: ['a'] });
    expect((await answer).status).toBe(200);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(79);
  });

  it.each([
    ['malformed', (body: string) => body.startsWith('{"RequestId"') && !body.endsWith('}')],
    ['html', (body: string) => body.startsWith('<html>')],
    ['empty', (body: string) => body === ''],
    ['wrong-type', (body: string) => body.includes('"ForbiddenVideoIds":""')],
    ['huge', (body: string) => body.length === 5 << 20 && body.trimEnd().endsWith('}')],
  ] as const)('%s deletes and answers 200 with what can not be read', async (kind, unreadable) => {
    const { video, last } = await faulty({ kind });
    const answer = await video();
    expect([answer.status, answer.lacking, unreadable(answer.body)]).toEqual([200, 0, true]);
    expect(last()).toMatchObject({ status: 200, code: kind, deleted: ['a'] });
  });

  it('wrong-type puts an answer without lists into one', async () => {
    const { v3 } = await faulty({ kind: 'wrong-type' });
    const answer = await v3('DeleteImage', { DeleteImageType: 'ImageId', ImageIds: 'a' });
    expect(answer.body).toMatch(/^\[\{"RequestId":"[^"]+"\}\]$/);
  });

  it('stranger names one that was never sent, in each list and like the others', async () => {
    const { video, thumbnails, last } = await faulty({ kind: 'stranger' });
    expect((await video()).json['NonExistVideoIds']).toEqual(['never-sent-1']);
    expect(last()).toMatchObject({ code: 'stranger', deleted: ['a'] });
    expect((await thumbnails({ task_id: 'a' })).json['delete_result_array']).toEqual([
      { task_id: 'a', status: 'DELETED' },
      { task_id: 'never-sent-1', status: 'DELETED' },
    ]);
  });

  it('unnamed leaves the first of each list out', async () => {
    const { thumbnails, last } = await faulty({ kind: 'unnamed' });
    const answer = await thumbnails({ task_id: ['a', 'b'] });
    expect(answer.json['delete_result_array']).toEqual([{ task_id: 'a', status: 'DELETED' }]);
    expect(last()).toMatchObject({ code: 'unnamed', deleted: ['a', 'b'] });
  });

  it('truncated deletes, promises a body and sends half of it', async () => {
    const { video, last } = await faulty({ kind: 'truncated' });
    const answer = await video();
    expect(answer.status).toBe(200);
    expect(answer.lacking).toBeGreaterThan(0);
    expect(answer.body).toMatch(/^\{"RequestId"/);
    expect(last()).toMatchObject({ status: 200, code: 'truncated', deleted: ['a'] });
  });

  it('forbid-ids is told per id where the operation answers per id', async () => {
    const { v3, thumbnails, deleted } = await faulty({ kind: 'forbid-ids', ids: ['no'] });
    expect((await v3('DeleteVideo', { VideoIds: 'a,no' })).json).toMatchObject({ ForbiddenVideoIds: ['no'] });
    const media = await v3('DeleteMediaInfos', { MediaIds: 'b,no' });
    expect((media.json['ForbiddenList'] as string[]).map((id) => id.trim())).toEqual(['no']);
    expect((await thumbnails({ task_id: ['c', 'no'] })).json['delete_result_array']).toContainEqual({
      task_id: 'no',
      status: 'FAILED',
    });
    expect(deleted()).toEqual(['a', 'b', 'c']);
  });

  it('forbid-ids refuses the whole call of DeleteImage', async () => {
    const { v3, deleted, emulator } = await faulty({ kind: 'forbid-ids', ids: ['no'] });
    const images = (ImageIds: string) => v3('DeleteImage', { DeleteImageType: 'ImageId', ImageIds });
    const answer = await images('a,no,b');
    expect([answer.status, answer.json['Code']]).toEqual([400, 'InvalidParameter']);
    expect(deleted()).toEqual([]);
    expect((await images('a,b')).status).toBe(200);
    emulator.setFaults([]);
    expect((await images('no')).status).toBe(200);
  });

  it('goes together with another fault', async () => {
    const { v3, last } = await faulty({ kind: 'forbid-ids', ids: ['no'] }, { kind: 'empty' });
    expect((await v3('DeleteVideo', { VideoIds: 'a,no' })).body).toBe('');
    expect(last().deleted).toEqual(['a']);
  });

  it('hits only the action, account and ids that it names, as often as it says', async () => {
    const { video, v3, emulator } = await faulty({
      kind: 'error-5xx',
      action: 'DeleteVideo',
      account: 'media-prod',
      ids: ['a'],
      count: 2,
    });
    expect((await v3('DeleteMediaInfos', { MediaIds: 'a' })).status).toBe(200);
    expect((await v3('DeleteVideo', { VideoIds: 'b' })).status).toBe(200);
    expect([(await video()).status, (await video()).status, (await video()).status]).toEqual([500, 500, 200]);
    emulator.setFaults([{ kind: 'error-5xx', account: 'someone-else' }]);
    expect((await v3('DeleteVideo', { VideoIds: 'c' })).status).toBe(200);
    emulator.setFaults([{ kind: 'error-5xx', account: 'ak-1' }]);
    expect((await v3('DeleteVideo', { VideoIds: 'd' })).status).toBe(500);
  });

  it('is not spent on a call that is refused or throttled anyway', async () => {
    const caps = { DeleteVideo: { calls: 1, per: 'minute' } } as const;
    const { emulator, v3 } = await setup({ accounts: [{ ...alibaba, caps }] });
    emulator.setFaults([{ kind: 'error-5xx', count: 1 }]);
    expect((await v3('DeleteVideo', { VideoIds: 'a' }, { secret: 'wrong' })).status).toBe(400);
    expect((await v3('DeleteVideo', { VideoIds: 'a' })).status).toBe(500);
    expect((await v3('DeleteVideo', { VideoIds: 'a' })).json['Code']).toBe('Throttling.User');
  });

  it('replaces the former list', async () => {
    const { video, emulator } = await faulty({ kind: 'error-5xx' });
    emulator.setFaults([]);
    expect((await video()).status).toBe(200);
  });

  it('hits its share of calls, the same ones for the same seed', () => {
    const series = (seed: string) => {
      const faults = new Faults(seeded(seed));
      faults.set([{ kind: 'empty', share: 0.2 }]);
      const call = { account: alibaba, action: 'DeleteVideo', ids: ['a'] };
      return Array.from({ length: 5_000 }, () => faults.pick(call)?.kind ?? '');
    };
    const hits = series('a').filter(Boolean).length;
    expect(hits).toBeGreaterThan(900);
    expect(hits).toBeLessThan(1_100);
    expect(series('a')).toEqual(series('a'));
    expect(series('a')).not.toEqual(series('b'));
  });
});

describe('the latency', () => {
  it('holds every answer, but no deletion', async () => {
    const { emulator } = await setup({ latency: { min: 60, max: 90 } });
    emulator.inventory(any);
    const begun = performance.now();
    await send(emulator.port, acs3('DeleteVideo', { VideoIds: 'a' }));
    expect(performance.now() - begun).toBeGreaterThanOrEqual(59);
  });
});
