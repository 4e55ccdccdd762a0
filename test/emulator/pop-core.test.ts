/** The emulator's RPC V1 check against the client that most older programs use: @alicloud/pop-core 1.8.0, for real. */
import PopCore from '@alicloud/pop-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { startEmulator } from '../../src/emulator/emulator.ts';

const requests = 2_000;
const account = { accessKeyId: 'key', secret: 's3cr&t/ü' };

/** Anything that a query or a form can carry: pop-core sends lone surrogates as `%EF%BF%BD` and signs them so too. */
const value = fc.oneof(
  fc.string({ minLength: 1, unit: 'grapheme' }),
  fc.string({ minLength: 1, unit: 'binary-ascii' }),
  fc.constantFrom("!'()*", 'a+b c', '%2C%', ',,', '~-_.', '/?#&=', '图,片'),
);

describe('startEmulator, called by @alicloud/pop-core', () => {
  it(`takes the signature of ${requests} random requests, by GET and by POST`, async () => {
    const caps = { DeleteVideo: { calls: 100_000, per: 'second' } } as const;
    const emulator = await startEmulator({
      clock: systemClock,
      accounts: [{ name: 'a', provider: 'alibaba', ...account, caps }],
    });
    const client = new PopCore({
      accessKeyId: account.accessKeyId,
      accessKeySecret: account.secret,
      endpoint: emulator.url,
      apiVersion: '2017-03-21',
    });
    const ask = async (ids: string, method: 'GET' | 'POST'): Promise<string> => {
      try {
        await client.request('DeleteVideo', { VideoIds: ids }, { method, timeout: 10_000 });
        return 'taken';
      } catch (error) {
        return (error as { code?: string }).code ?? String(error);
      }
    };
    const cases = fc.sample(fc.tuple(value, fc.constantFrom('GET' as const, 'POST' as const)), requests);
    const codes = new Map<string, number>();
    const next = async () => {
      for (let each = cases.pop(); each; each = cases.pop()) {
        const code = await ask(...each);
        codes.set(code, (codes.get(code) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: 16 }, next));
    await emulator.close();
    // Past the gate: what is said of the ids is another matter (nothing exists, some lists are too long or empty).
    const past = ['InvalidVideo.NotFound', 'VideoIdsExceededMax', 'MissingParameter', 'MissingVideoIds'];
    expect([...codes].filter(([code]) => !past.includes(code))).toEqual([]);
    expect(emulator.calls().filter((call) => call.result !== 'refused')).toHaveLength(requests);
  }, 60_000);
});
