import { describe, expect, it } from 'vitest';
import { sha256Of } from '../../src/producers/person.ts';
import { ledger, shareLedger, video, world } from './world.ts';

shareLedger();

const enqueue = ['enqueue', 'media-prod', video] as const;
const keys = (scopes: readonly string[]) => ({
  api: { keys: [{ name: 'ann', scopes, sha256: sha256Of('ann-key') }] },
});
const asAnn = { env: { EXPUNGE_API_KEY: 'ann-key' } };

describe('expunge cancel', () => {
  it('takes back what was not sent, and leaves what another request wants', async () => {
    const { run } = world();
    const { json } = await run(...enqueue, 'x1', 'x2', '--yes', '--json');
    await run(...enqueue, 'x2', '--yes');
    const request = String(json['request']);
    const { exit, json: done } = await run('cancel', request, '--json', '--reason', 'wrong list');
    expect(exit).toBe(0);
    expect(done).toEqual({ request, cancelled: 1, sending: 0, settled: 0, kept: 1 });
    expect((await (await ledger()).lookup('x1'))[0]?.settlement).toBe('cancelled');
    const again = await run('cancel', request);
    expect(again.exit).toBe(0);
    expect(again.out).toContain('1 target cancelled');
  });

  it('says where ids of requests come from when it is given none', async () => {
    const { run } = world();
    const { exit, err } = await run('cancel', 'nope');
    expect(exit).toBe(2);
    expect(err).toContain('expunge lookup ID');
  });

  it('needs operate for another’s request', async () => {
    const { run, runWith } = world({}, keys(['enqueue']));
    const { json } = await run(...enqueue, 'y1', '--yes', '--json');
    const { exit, err } = await runWith(asAnn, 'cancel', String(json['request']));
    expect(exit).toBe(3);
    expect(err).toContain('operate');
    expect((await (await ledger()).lookup('y1'))[0]?.settlement).toBeNull();
  });
});

describe('a key without operate', () => {
  it.each([
    ['halt', '--reason', 'x'],
    ['unhalt'],
    ['lane', 'pause', 'media-prod', video],
    ['lane', 'cap', 'media-prod', video, '3'],
  ])('may not %s', async (...argv) => {
    const { runWith } = world({}, keys(['enqueue', 'operate:hw-prod']));
    const { exit } = await runWith(asAnn, ...argv);
    expect(exit).toBe(3);
    expect(await (await ledger()).halted()).toBeUndefined();
  });
});
