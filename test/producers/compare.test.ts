import { describe, expect, it } from 'vitest';
import {
  accessKeysOf,
  compareWithEmulator,
  type Archived,
  type ComparisonOptions,
} from '../../src/producers/compare.ts';
import { NoRecord } from '../../src/producers/provider-record.ts';
import type { Call } from '../../src/emulator/call-record.ts';
import { databases } from '../ledger/databases.ts';
import { lane, startWork, type Work } from '../ledger/work.ts';
import { answering, call, recorded } from './recorded.ts';

const start = () => startWork(databases[0]?.create ?? (() => Promise.reject(new Error('none'))));

/** A ledger of one call `C1` whose answer was `R-C1`, and what is told of it beside these calls. */
async function compared(
  prepare: (work: Work) => Promise<void>,
  calls: readonly Call[],
  options?: ComparisonOptions,
) {
  const work = await start();
  await prepare(work);
  return compareWithEmulator(work.ledger, await recorded(...calls), undefined, options);
}

const deleted =
  (...ids: string[]) =>
  async (work: Work) => {
    await work.ask('R', ids);
    await work.end('C1', 'deleted', ids);
  };
const settled = (settlement: 'absent' | 'refused' | 'exhausted') => async (work: Work) => {
  await work.ask('R', ['a']);
  await work.end('C1', settlement, ['a']);
};

describe('compareWithEmulator', () => {
  it('finds both equal where each id ended as the provider says, and counts', async () => {
    const told = await compared(
      async (work) => {
        await work.ask('R', ['a', 'b', 'c', 'd']);
        await work.claim('C1', ['a', 'b', 'c']);
        await work.settle('C1', 'deleted', ['a'], ['b', 'c']);
        await work.end('C2', 'absent', ['b']);
        await work.end('C3', 'refused', ['c']);
        await work.claim('C4', ['d']);
        await work.ledger.settle(
          { call: 'C4', result: 'transient', code: 'timeout', providerRequest: '', ms: 1 },
          [{ then: 'release', keys: [(await work.ledger.lookup('d'))[0]?.key ?? ''], ambiguous: true }],
        );
        await work.end('C5', 'absent', ['d']);
      },
      [
        call('R-C1', ['a', 'b', 'c'], { deleted: ['a'] }),
        call('R-C2', ['b'], { deleted: [] }),
        call('R-C3', ['c'], { deleted: [], result: 'refused' }),
        call('unseen', ['d'], { status: 0 }),
        call('R-C5', ['d'], { deleted: [] }),
        call('read', ['a', 'x'], { action: 'GetVideoInfos', deleted: [] }),
      ],
    );
    expect(told).toEqual({
      ...{ targets: 4, calls: 5, deletedAtProvider: 2, total: 0, differences: [] },
      // b and d; c was refused the second time.
      repeats: { ids: 2, calls: 2 },
    });
  });

  it.each<[string, (work: Work) => Promise<void>, readonly Call[], readonly string[]]>([
    [
      'that was sent and not asked for',
      deleted('a'),
      [call('R-C1', ['a', 'b'], { deleted: ['a'] })],
      ['DeleteVideo b: sent to the provider, and the ledger never heard of it'],
    ],
    [
      'that was sent and not asked for, though nobody took it',
      deleted('a'),
      [call('R-C1', ['a']), call('R2', ['b'], { deleted: [], result: 'throttled' })],
      [
        'DeleteVideo b: sent to the provider, and the ledger never heard of it',
        'DeleteVideo: 2 calls at the provider, 1 in the ledger',
      ],
    ],
    [
      'that was deleted and not asked for',
      deleted('a'),
      [call('R-C1', ['a', 'b'])],
      ['DeleteVideo b: deleted at the provider, and the ledger never heard of it'],
    ],
    [
      'that was asked for in another operation',
      deleted('a'),
      [call('R-C1', ['a']), call('R2', ['a'], { action: 'DeleteImage' })],
      [
        'DeleteImage a: deleted at the provider, and the ledger never heard of it',
        'DeleteImage: 1 calls at the provider, 0 in the ledger',
      ],
    ],
    [
      'that is deleted by the ledger alone',
      deleted('a'),
      [call('R-C1', ['a'], { deleted: [] })],
      ['DeleteVideo a: deleted by the ledger, not deleted at the provider'],
    ],
    [
      'that is absent by the ledger and was deleted',
      settled('absent'),
      [call('R-C1', ['a'])],
      ['DeleteVideo a: absent by the ledger, but deleted at the provider'],
    ],
    [
      'that is refused by the ledger and was deleted',
      settled('refused'),
      [call('R-C1', ['a'])],
      ['DeleteVideo a: refused by the ledger, but deleted at the provider'],
    ],
    ['that is still open', (work) => work.ask('R', ['a']), [], ['DeleteVideo a: still open in the ledger']],
    [
      'that was deleted twice',
      async (work) => {
        await work.ask('R', ['a']);
        await work.claim('C1', ['a']);
        await work.settle('C1', 'deleted', [], ['a']);
        await work.end('C2', 'deleted', ['a']);
      },
      [call('R-C1', ['a']), call('R-C2', ['a'])],
      ['DeleteVideo a: deleted more than once at the provider'],
    ],
  ])('names an id %s', async (_, prepare, calls, differences) => {
    const told = await compared(prepare, calls);
    expect(told.differences).toEqual(differences);
    expect(told.total).toBe(differences.length);
  });

  it('names a call whose answer the provider never gave', async () => {
    const { differences } = await compared(deleted('a'), [call('other', ['a'])]);
    expect(differences).toEqual(['call C1: the provider never gave the answer R-C1']);
  });

  it('counts calls that arrived and that nobody claimed', async () => {
    const { differences } = await compared(deleted('a'), [
      call('R-C1', ['a']),
      call('R2', ['a'], { deleted: [] }),
    ]);
    expect(differences).toEqual(['DeleteVideo: 2 calls at the provider, 1 in the ledger']);
  });

  it('does not count a call as claimed that the ledger holds as unsent', async () => {
    const { differences } = await compared(
      async (work) => {
        await work.ask('R', ['a']);
        await work.claim('C1', ['a']);
        const end = { call: 'C1', result: 'unsent', code: '', providerRequest: '', ms: 0 };
        await work.ledger.settle(end, [
          { then: 'release', keys: [(await work.ledger.lookup('a'))[0]?.key ?? ''] },
        ]);
        await work.end('C2', 'deleted', ['a']);
      },
      [call('R1', ['a'], { deleted: [] }), call('R-C2', ['a'])],
    );
    expect(differences).toEqual(['DeleteVideo: 2 calls at the provider, 1 in the ledger']);
  });

  it('tells accounts apart where their access keys are known', async () => {
    const calls = [call('R-C1', ['a'], { account: 'key-b' })];
    expect((await compared(deleted('a'), calls)).differences).toEqual([]);
    const accessKeys = new Map([
      ['acc', 'key-a'],
      ['other', 'key-b'],
    ]);
    expect((await compared(deleted('a'), calls, { accessKeys })).differences).toEqual([
      'acc DeleteVideo a: deleted by the ledger, not deleted at the provider',
      'other DeleteVideo a: deleted at the provider, and the ledger never heard of it',
      'other DeleteVideo: 1 calls at the provider, 0 in the ledger',
    ]);
  });

  it('takes an id that was deleted, opened anew and found absent for what it is', async () => {
    const told = await compared(
      async (work) => {
        await deleted('a')(work);
        work.pass(1);
        await work.ask('R2', ['a'], { again: true });
        work.pass(1);
        await work.end('C2', 'absent', ['a']);
      },
      [call('R-C1', ['a']), call('R-C2', ['a'], { deleted: [] })],
    );
    expect(told.differences).toEqual([]);
  });

  it('names an id that was opened anew, and deleted by the call that is said to have found it absent', async () => {
    const told = await compared(
      async (work) => {
        await settled('absent')(work);
        work.pass(1);
        await work.ask('R2', ['a'], { again: true });
        work.pass(1);
        await work.end('C2', 'absent', ['a']);
      },
      [call('R-C1', ['a'], { deleted: [] }), call('R-C2', ['a'])],
    );
    expect(told.differences).toEqual(['DeleteVideo a: absent by the ledger, but deleted at the provider']);
  });

  it('takes what an archive holds for what the ledger held, calls once', async () => {
    const answers = { id: 'C1', result: 'answered', providerRequest: 'R-C1' };
    const line = (id: string): Archived => {
      return { lane, id, settlement: 'deleted', ambiguous: 0, calls: [answers] };
    };
    async function* archived() {
      yield* [line('a'), line('b')];
    }
    const told = await compared(
      async (work) => {
        await work.ask('R', ['a']);
        await work.end('C2', 'absent', ['a']);
      },
      [call('R-C1', ['a', 'b']), call('R-C2', ['a'], { deleted: [] }), call('R3', ['b'], { deleted: [] })],
      { archived: archived() },
    );
    expect(told).toMatchObject({
      targets: 3,
      differences: ['DeleteVideo: 3 calls at the provider, 2 in the ledger'],
    });
  });

  it('looks only at lanes that are to be included', async () => {
    const work = await start();
    await work.ask('R', ['a']);
    const told = await compareWithEmulator(work.ledger, await recorded(), (each) => each !== lane);
    expect(told).toMatchObject({ targets: 0, differences: [] });
  });

  it('tells the first hundred differences and how many there are', async () => {
    const ids = Array.from({ length: 150 }, (_, n) => `id-${n}`);
    const told = await compared((work) => work.ask('R', ids), []);
    expect(told.total).toBe(150);
    expect(told.differences).toHaveLength(100);
  });

  it.each([
    ['nobody answers', () => Promise.resolve('http://127.0.0.1:9')],
    ['it is something else', () => answering((response) => response.writeHead(404).end())],
    ['it is no record', () => answering((response) => response.end('<html>'))],
    [
      'it breaks off',
      () =>
        answering((response) => {
          response.write(`${JSON.stringify(call('R', ['a']))}\n`, () => response.destroy());
        }),
    ],
  ])('rejects with NoRecord where %s', async (_, serve) => {
    const { ledger } = await start();
    await expect(compareWithEmulator(ledger, await serve())).rejects.toThrow(NoRecord);
  });
});

describe('accessKeysOf', () => {
  it('knows the keys that are written out, and leaves out those that are not', () => {
    const account = (name: string, credentials: object) => ({ name, credentials }) as never;
    const keys = accessKeysOf([
      account('a', { accessKeyId: 'key-a', accessKeySecretFile: '/x' }),
      account('b', { accessKey: 'key-b', secretKey: 's' }),
      account('c', { accessKeyIdFile: '/x', accessKeySecret: 's' }),
      account('d', { chain: 'default' }),
      account('e', { token: 't' }),
    ]);
    expect([...keys]).toEqual([
      ['a', 'key-a'],
      ['b', 'key-b'],
    ]);
  });
});
