/** Run: begins to delete what was planned, once every guard agrees, whichever door it was asked at. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Config } from '../../config.ts';
import type { Campaign, CampaignRules } from '../../ledger/campaign/campaign.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Person } from '../person.ts';
import type { Door } from './door.ts';
import { CampaignRefused } from './refused.ts';
import { isWhole, objection, stricter } from './start.ts';
import { leadingTo } from './states.ts';
import { mustMayWiden } from './widening.ts';
import { sendsUntil } from './window.ts';

export interface RunAsked {
  readonly hash: string;
  readonly count: number;
  /** What is to be stricter than in the plan. */
  readonly rules: Partial<CampaignRules>;
}

export interface RunMeans {
  readonly ledger: Ledger;
  readonly config: Pick<Config, 'approval'>;
  readonly door: Door;
  /** The plan is read once more before it runs. */
  readonly onProgress: (lines: number) => void;
}

/** Rejects with CampaignRefused, and then nothing runs. */
export async function runCampaign(
  { ledger, config, door, onProgress }: RunMeans,
  campaign: Campaign,
  person: Person,
  { hash, count, rules: asked }: RunAsked,
): Promise<void> {
  const { name, seq } = campaign;
  const { above } = config.approval;
  const says = objection(
    campaign,
    {
      ...{ hash, count, by: person.name, max: asked.max },
      sourceHash: await hashOf(campaign.source),
      approvalAbove: above === 'off' ? undefined : above,
    },
    door,
  );
  if (says !== undefined) throw says;
  await mustMayWiden(ledger, campaign, person);
  if (!(await isWhole(ledger, campaign, onProgress))) throw await spoilt(ledger, campaign);
  const { window } = campaign.rules;
  if (window !== undefined && asked.window !== undefined && asked.window !== window)
    throw new CampaignRefused(
      'window',
      `the plan sends ${window} only; for another ${door.field('window')} plan it again`,
    );
  const rules = stricter(campaign.rules, asked);
  const moved = await ledger.moveCampaign(seq, {
    ...{ from: leadingTo('running', 'run'), to: 'running', by: person.name, reason: '' },
    ...{ rules, sendsUntil: sendsUntil({ rules, now: campaign.now }) },
  });
  if (!moved) throw new CampaignRefused('raced', `somebody else was faster: ${door.step('status', name)}`);
}

async function spoilt(ledger: Ledger, { seq, name }: Campaign): Promise<CampaignRefused> {
  const reason = 'the ledger does not hold what was planned';
  await ledger.moveCampaign(seq, {
    ...{ from: leadingTo('failed', 'spoilt'), to: 'failed', by: 'expunge', reason },
  });
  return new CampaignRefused(
    'spoilt',
    `${reason}. Somebody changed ${name} in the database; plan it again under a new name`,
  );
}

/** SHA-256 of a file as it is now; undefined if it is not there, or none was named. */
async function hashOf(path: string): Promise<string | undefined> {
  if (path === '') return undefined;
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined;
    throw new CampaignRefused('source', `${path} can't be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
  return hash.digest('hex');
}
