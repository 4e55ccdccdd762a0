/** What must hold after all the trouble, by the emulator's record and the ledger's word. */
import type { Call } from '../../src/emulator/call-record.ts';
import { accessKeysOf, compareWithEmulator } from '../../src/producers/compare.ts';
import { windowOf } from '../../src/limiter.ts';
import { arrivalsOf } from '../system/arrivals.ts';
import { everyTarget } from '../system/targets.ts';
import type { Stage } from './stage.ts';

export interface Judgement {
  readonly rows: readonly (readonly [name: string, value: string, holds: boolean])[];
  readonly differences: readonly string[];
}

/** Share of the calls that may be made again although they were answered, where no answer is lost on its way. */
const repeatLimit = 0.005;

/** `answersLost`: faults have struck that keep a provider's answer from arriving, and so make repeats right. */
export async function judge(
  stage: Stage,
  drainedMs: number | undefined,
  answersLost: boolean,
): Promise<Judgement> {
  const { world, lanes } = stage;
  const accessKeys = accessKeysOf(Object.values(world.config.accounts));
  const compared = await compareWithEmulator(world.ledger, world.emulator.url, undefined, { accessKeys });
  const ends: Record<string, number> = {};
  for (const { settlement } of await everyTarget(world))
    ends[settlement ?? 'open'] = (ends[settlement ?? 'open'] ?? 0) + 1;
  const windows = lanes.map((lane) => {
    const windowMs = windowOf({ calls: lane.cap, per: lane.per });
    const { fullest, fullestSure } = arrivalsOf(world.emulator, lane.account, lane.action, windowMs);
    return { lane, fullest, sure: fullestSure };
  });
  const over = windows.filter(({ lane, sure }) => sure > lane.cap);
  const repeats = repeated(world.emulator.calls());
  const share = repeats.remade / Math.max(1, compared.calls);
  const bunched = windows.filter(({ lane, fullest }) => fullest > lane.cap).length;
  const { open = 0, deleted = 0, absent = 0, ...others } = ends;
  const number = (value: number) => value.toLocaleString('en');
  return {
    differences: compared.differences,
    rows: [
      ['ids asked for', number(stage.asked), compared.targets === stage.asked],
      ['lost (still open)', number(open), open === 0],
      ['deleted', number(deleted), true],
      ['absent after an unanswered attempt', number(absent), true],
      ['ended otherwise', JSON.stringify(others), Object.keys(others).length === 0],
      ['differences of ledger and provider', number(compared.total), compared.total === 0],
      ['calls', number(compared.calls), true],
      ['ids sent again after their deletion was answered', number(repeats.ids), true],
      [
        'answered calls that were made again',
        `${number(repeats.remade)} (${(100 * share).toFixed(2)} % of the calls)`,
        answersLost || share <= repeatLimit,
      ],
      ['calls that this took', number(repeats.naming), true],
      [
        'windows over the cap',
        over.map(({ lane, sure }) => `${lane.name} ${sure}/${lane.cap}`).join() || '0',
        over.length === 0,
      ],
      ['lanes with bunched arrivals (emulator stalled)', number(bunched), true],
      [
        'drained after the last fault',
        drainedMs === undefined ? 'never' : `${Math.round(drainedMs / 1_000)} s`,
        drainedMs !== undefined,
      ],
    ],
  };
}

/** Ids that were sent again although their deletion had been answered whole, and what that cost in calls. */
function repeated(calls: readonly Call[]): Repeats {
  const answeredBy = new Map<string, Call>();
  const again = new Set<string>();
  const remade = new Set<Call>();
  const nameOf = ({ account, action }: Call, id: string) => `${account} ${action} ${id}`;
  const naming = calls.filter((call) => {
    const known = call.ids.map((id) => nameOf(call, id)).filter((name) => answeredBy.has(name));
    for (const name of known) {
      again.add(name);
      const before = answeredBy.get(name);
      if (before) remade.add(before);
    }
    if (call.status === 200 && call.code === '')
      for (const id of call.deleted) answeredBy.set(nameOf(call, id), call);
    return known.length > 0;
  });
  return { ids: again.size, remade: remade.size, naming: naming.length };
}

interface Repeats {
  readonly ids: number;
  /** Answered calls whose work was done once more. */
  readonly remade: number;
  /** Calls that took: where answers name no ids, a batch that is gone already is split into some 25. */
  readonly naming: number;
}
