import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config.ts';
import { around } from '../../../src/producers/campaign/situation.ts';
import { operations } from '../../../src/providers/operations.ts';
import { world } from '../../cli/world.ts';
import { campaign, lane, start } from './campaigns.ts';

function configOf(settings: Readonly<Record<string, unknown>> = {}) {
  const loaded = loadConfig({ env: {}, cwd: world({}, settings).cwd, operations });
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
  return loaded.config;
}

const seen = { halt: undefined, lanes: [lane()], active: [] };

describe('around', () => {
  it('tells the cap in force: what a person set, else what the workers say', () => {
    const capSet = { calls: 12, by: 'ann', reason: '', since: 0 };
    const capOf = (over: Parameters<typeof lane>[0]) =>
      around({ ...seen, lanes: [lane(over)] }, configOf())(campaign()).cap;
    expect(capOf({})).toEqual({ calls: 30, per: 'second' });
    expect(capOf({ capSet })).toEqual({ calls: 12, per: 'second' });
    expect(capOf({ configured: undefined })).toBeUndefined();
  });

  it('tells the cap of this configuration where no worker says one', () => {
    const own = { account: 'hw-prod', operation: 'huawei.vod.delete-thumbnails' };
    const name = `${own.account}~${own.operation}`;
    const lanes = [lane({ lane: name, configured: undefined })];
    const found = around({ ...seen, lanes }, configOf())(campaign({ ...own, lane: name }));
    expect(found).toMatchObject({ cap: { calls: 100, per: 'minute' } });
  });

  it('counts the campaigns that send in its lane, itself included', () => {
    const active = [
      campaign({ seq: 1 }),
      campaign({ seq: 2 }),
      campaign({ seq: 3, sending: false }),
      campaign({ seq: 4, notBefore: start + 1 }),
      campaign({ seq: 5, lane: 'other' }),
    ];
    const situationOf = around({ ...seen, active }, configOf());
    expect(situationOf(campaign({ seq: 1 })).sharing).toBe(2);
    expect(situationOf(campaign({ seq: 3, sending: false })).sharing).toBe(3);
  });

  it('asks for an approval above the configured number only', () => {
    const needs = (above: number | string, valid: number) =>
      around(seen, configOf({ approval: { above } }))(campaign({ valid })).needsApproval;
    expect([needs(100, 100), needs(100, 101), needs(0, 1), needs('off', 1_000_000)]).toEqual([
      ...[false, true, true, false],
    ]);
  });
});
