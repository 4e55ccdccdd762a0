/** Campaigns in the ledger that the tests of a file share, and the commands that look at them. */
import { systemClock, type Clock } from '../../src/clock.ts';
import { laneName } from '../../src/deletion.ts';
import type { CampaignRules } from '../../src/ledger/campaign/campaign.ts';
import { addCampaign } from '../../src/producers/cli/campaign/campaign.ts';
import { runProgram } from '../../src/producers/cli/program.ts';
import type { Streams } from '../../src/producers/cli/terminal.ts';
import { keyed } from '../target.ts';
import { rules } from '../producers/campaign/campaigns.ts';
import { ledger, video, world } from './world.ts';

const account = 'media-prod';
export const lane = laneName(account, video);

/** A plan of these videos, in the ledger as `planned`; answers its number. */
export async function plan(
  name: string,
  ids: readonly string[],
  over: Partial<CampaignRules> = {},
): Promise<number> {
  const open = await ledger();
  const start = { name, lane, requester: 'ann', reason: 'contract ended', source: '' };
  const seq = await open.startPlan(systemClock.id(), { ...start, rules: { ...rules, ...over } });
  const lines = ids.map((id, at) => ({ ...keyed(account, video, id), n: at + 1 }));
  await open.addToPlan(seq, lines, []);
  await open.finishPlan(seq, 'ann', {
    ...{
      hash: `hash-of-${name}`,
      sourceHash: '',
      valid: ids.length,
      invalid: 2,
      duplicates: 1,
      alreadySettled: 0,
    },
  });
  return seq;
}

/** The same, running, past its canary and released. */
export async function started(
  name: string,
  ids: readonly string[],
  over: Partial<CampaignRules> = {},
): Promise<number> {
  const open = await ledger();
  const seq = await plan(name, ids, over);
  await move(name, 'planned', 'running', { rules: { ...rules, ...over } });
  await open.noteProgress(seq, { stage: 2 });
  const campaign = await open.campaign(name);
  if (campaign) await open.releaseCampaign(campaign, ids.length, 0, []);
  return seq;
}

type Moved = Parameters<Awaited<ReturnType<typeof ledger>>['moveCampaign']>[1];

export async function move(
  name: string,
  from: Moved['from'][number],
  to: Moved['to'],
  over: Partial<Moved> = {},
): Promise<void> {
  const open = await ledger();
  const campaign = await open.campaign(name);
  const moved =
    campaign && (await open.moveCampaign(campaign.seq, { from: [from], to, by: 'bob', reason: '', ...over }));
  if (!moved) throw new Error(`${name} could not be moved from ${from} to ${to}`);
}

/** Owns the lane and makes one call for these videos, which stays under way until `done`. */
export async function own(call = '', ids: readonly string[] = []): Promise<() => Promise<void>> {
  const open = await ledger();
  const owner = {
    id: 'owner',
    host: 'test',
    pid: 1,
    units: { [lane]: { calls: 30, per: 'second' } },
  } as const;
  await open.beat(owner);
  const tenure = { unit: lane, owner: owner.id, epoch: (await open.take(lane, owner.id, 1_000))?.epoch ?? 0 };
  const keys = ids.map((id) => keyed(account, video, id).key);
  if (ids.length > 0 && (await open.claim(call, lane, tenure, keys)).claimed.size !== ids.length)
    throw new Error(`${call} could not be claimed`);
  return async () => {
    const end = { call, result: 'answered', code: '', providerRequest: '', ms: 1 };
    if (ids.length > 0)
      await open.settle(end, [{ then: 'settle', settlement: 'deleted', keys, code: '', message: '' }]);
    await open.release(tenure);
    await open.leave(owner.id);
  };
}

/** A clock on which pauses are short. */
const hurried: Clock = { ...systemClock, after: (ms, then) => systemClock.after(ms / 20, then) };

export interface Looked {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

export interface Look {
  readonly stopped?: AbortSignal;
  /** Stands for stderr; told of every write. */
  readonly stderr?: Streams['stderr'];
  /** Told of everything on stdout and stderr so far, after each write. */
  readonly onText?: (out: string, err: string) => void;
}

/** `expunge campaign …`, as typed. */
export async function look(argv: readonly string[], options: Look = {}): Promise<Looked> {
  let out = '';
  let err = '';
  const { stderr = { write: () => undefined }, stopped = new AbortController().signal, onText } = options;
  const exit = await runProgram({
    ...{ argv: ['campaign', ...argv], clock: hurried, cwd: world().cwd, env: {}, version: 'test' },
    ...{ stopped, commands: [addCampaign] },
    openLedger: async () => ({ ...(await ledger()), close: async () => undefined }),
    stdout: {
      write(text) {
        out += text;
        onText?.(out, err);
      },
    },
    stderr: Object.assign(Object.create(stderr) as Streams['stderr'], {
      write(text: string) {
        err += text;
        stderr.write(text);
        onText?.(out, err);
      },
    }),
  });
  return { exit, out, err };
}
