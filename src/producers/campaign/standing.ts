/** How a campaign stands, in words: what it waits for, when it will be done, what can be typed about it. */
import { deadLetters } from '../../deletion.ts';
import type { Campaign } from '../../ledger/campaign/campaign.ts';
import { stageLimit } from './brakes.ts';
import type { Door } from './door.ts';
import type { Progress, Situation, Wait } from './progress.ts';
import { hasEnded, stepsFrom } from './states.ts';
import { obstacle } from '../cli/obstacle.ts';
import { count, duration, visible, when } from '../wording.ts';

/** A campaign with all that is shown of it. */
export interface View {
  readonly campaign: Campaign;
  readonly situation: Situation;
  readonly progress: Progress;
  /** Calls a second, lately; undefined while nobody can tell. */
  readonly callsPerSecond: number | undefined;
}

/** The state and who brought it there: `paused since 2026-11-20 08:15:30 UTC by ann: too many are absent`. */
export function stateText(campaign: Campaign): string {
  const { state, since, by, reason } = campaign;
  const who = by === '' ? '' : ` by ${visible(by)}`;
  return `${state}${hasEnded(campaign) ? '' : ' since'} ${when(since)}${who}${reason === '' ? '' : `: ${visible(reason)}`}`;
}

/** What it waits for, without a full stop. */
export function waitText(wait: Wait, { campaign, situation }: View): string {
  const { valid, stage, state, rules, now } = campaign;
  switch (wait.for) {
    case 'approval':
      return 'waits for the approval of a second person';
    case 'run':
      return 'waits to be run';
    case 'resume':
      return stateText(campaign);
    case 'halt':
    case 'lane':
    case 'worker':
      return `waits: ${obstacle(situation.halt, situation.lane).text || 'no worker owns the lane'}`;
    case 'calls':
      return `${state}: ${count(wait.inFlight, 'call')} in flight, nothing more is sent`;
    case 'undo': {
      const why = rules.undoMs > 0 ? 'the undo window' : '--not-before';
      return `waits for ${why} until ${when(wait.until)}, ${duration(wait.until - now)} from now`;
    }
    case 'window':
      return `waits for its time window, ${visible(rules.window ?? '')}, until ${when(wait.until)}`;
    case 'canary':
      return `canary, stage ${stage + 1} of 3: only the first ${count(stageLimit(stage, valid), 'id')} until it is clear what comes back`;
  }
}

/** When it will be done, or how much sending is left; '' once it has ended. */
export function etaText({ campaign, progress }: View): string {
  const { etaMs, sendingMs, pace } = progress;
  if (hasEnded(campaign)) return '';
  const best = pace === undefined ? 'at best' : 'about';
  if (etaMs !== undefined) return `${best} ${duration(etaMs)} left, ends ${when(campaign.now + etaMs)}`;
  if (sendingMs === undefined) return 'nobody can tell when it ends: the cap of its lane is not known here';
  if (campaign.state === 'planned' || campaign.state === 'approved')
    return `${best} ${duration(sendingMs)} of sending, once it runs`;
  const doing = campaign.state === 'cancelling' ? '' : `; ${best} ${duration(sendingMs)} of sending is left`;
  return `no end in sight${doing}`;
}

export interface NextStep {
  readonly to: string;
  readonly type: string;
}

/** What can be typed now, the way out of what it waits for first. */
export function nextSteps({ campaign, situation, progress }: View, door: Door): readonly NextStep[] {
  const { name, state, hash, settled } = campaign;
  if (hasEnded(campaign)) {
    const failed = deadLetters.reduce((sum, each) => sum + (settled[each] ?? 0), 0);
    return [
      { to: 'see what became of each id', type: door.step('report', name) },
      ...(failed > 0
        ? [
            {
              to: 'list what was refused',
              type: door.step('report', name, { only: 'failed', output: 'failed.csv' }),
            },
          ]
        : []),
    ];
  }
  const blocked = progress.waits.some((wait) => ['halt', 'lane', 'worker'].includes(wait.for));
  const out = obstacle(situation.halt, situation.lane).remedy || 'expunge serve';
  const steps = stepsFrom(state).flatMap((step): NextStep[] => {
    if (step === 'approve')
      return situation.needsApproval
        ? [{ to: 'approve it, as a second person', type: door.step('approve', name, { plan: hash }) }]
        : [];
    if (step === 'run')
      return state === 'planned' && situation.needsApproval
        ? []
        : [{ to: 'run it', type: door.step('run', name, { plan: hash, confirm: 'COUNT' }) }];
    const to = { pause: 'pause it', resume: 'let it go on', cancel: 'end it' }[step as 'pause'];
    return [{ to, type: door.step(step, name) }];
  });
  return [...(blocked ? [{ to: 'let its lane send', type: out }] : []), ...steps];
}
