/** The demo of docker-compose.yml, against the accounts of its configuration; nothing is sent, since no worker runs. */
import { readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { demo, type Demo } from '../../deploy/demo.js';
import { systemClock } from '../../src/clock.ts';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { serve } from '../producers/http-api/world.ts';

const configured = readFileSync(new URL('../../deploy/expunge.yaml', import.meta.url), 'utf8');
const { accounts } = parse(configured.replace(/\$\{(\w+)\}/g, 'not-a-secret')) as { accounts: object };

async function setup() {
  const scopes = ['enqueue', 'campaign', 'read'];
  const [{ url, ledger }, emulator] = await Promise.all([
    serve({ keys: { compose: scopes }, settings: { accounts } }),
    startEmulator({ accounts: [], clock: systemClock }),
  ]);
  onTestFinished(() => emulator.close());
  const said: string[] = [];
  const options: Demo = {
    ...{ api: url, key: 'compose-key', emulator: emulator.url, run: 'r1' },
    accounts: ['media-emulated', 'huawei-emulated'],
    say: (line) => said.push(line),
  };
  return { options, said, ledger, emulator };
}

describe('demo', () => {
  it('has three requests accepted and a campaign running, of ids that mostly exist', async () => {
    const { options, said, ledger, emulator } = await setup();
    await demo(options);
    expect(said).toHaveLength(4);
    const lanes = await ledger.lanes();
    const open = lanes.map(({ operation, open }) => [operation, open]);
    expect(Object.fromEntries(open)).toMatchObject({
      'alibaba.vod.delete-video': 1_000,
      'alibaba.ice.delete-media-infos': 1_000,
      'huawei.vod.delete-thumbnails': 1_000,
    });
    expect(await ledger.campaigns()).toMatchObject([{ name: 'demo-r1', state: 'running', valid: 10_000 }]);
    expect(emulator.stats().inventory).toMatchObject({
      DeleteImage: { present: 9_900 },
      DeleteVideo: { present: 990 },
      DeleteMediaInfos: { present: 990 },
      DeleteThumbnails: { present: 990 },
    });
  });

  it('ends with the answer where it is refused', async () => {
    const { options } = await setup();
    await expect(demo({ ...options, key: 'nobody' })).rejects.toThrow('answered 401');
  });
});
