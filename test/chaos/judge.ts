/** What must hold after all the trouble, by the emulator's record and the ledger's word. */
import type { Call } from '../../src/emulator/call-record.ts';
import { accessKeysOf, compareWithEmulator } from '../../src/producers/compare.ts';
import { arrivalsOf } from '../system/arrivals.ts';
import type { Stage } from './stage.ts';

export interface Judgement {
  readonly rows: readonly (readonly [name: string, value: string, holds: boolean])[];
  readonly differences: readonly string[];
}

/** Share of the ids that may be sent again after their deletion was answered, where no answer is lost on its way. */
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
  const ends = await tallies(stage);
  const windows = lanes.map((lane) => {
    const windowMs = lane.per === 'second' ? 1_000 : 60_000;
    const { fullest, fullestSure } = arrivalsOf(world.emulator, lane.account, lane.action, windowMs);
    return { lane, fullest, sure: fullestSure };
  });
  const over = windows.filter(({ lane, sure }) => sure > lane.cap);
  const repeats = repeated(world.emulator.calls());
  const share = repeats.ids / Math.max(1, stage.asked);
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
      [
        'ids sent again after their deletion was answered',
        `${number(repeats.ids)} (${(100 * share).toFixed(2)} %)`,
        answersLost || share <= repeatLimit,
      ],
      // Where answers name no ids, a batch that is gone is split: some 25 calls for the one that was lost.
      ['calls that name such an id', number(repeats.calls), true],
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

/** Ids that a call named although an earlier one had deleted them, with an answer that went out whole. */
function repeated(calls: readonly Call[]): { readonly ids: number; readonly calls: number } {
  const answered = new Set<string>();
  const again = new Set<string>();
  const nameOf = ({ account, action }: Call, id: string) => `${account} ${action} ${id}`;
  const repeats = calls.filter((call) => {
    const names = call.ids.map((id) => nameOf(call, id)).filter((name) => answered.has(name));
    for (const name of names) again.add(name);
    if (call.status === 200 && call.code === '')
      for (const id of call.deleted) answered.add(nameOf(call, id));
    return names.length > 0;
  });
  return { ids: again.size, calls: repeats.length };
}

/** Settlements of everything that was ever asked for. */
async function tallies({ world }: Stage): Promise<Readonly<Record<string, number>>> {
  const ends: Record<string, number> = {};
  for (let seq = 0; ;) {
    const page = await world.ledger.page(seq, 10_000);
    for (const { settlement, seq: at } of page) {
      seq = at;
      ends[settlement ?? 'open'] = (ends[settlement ?? 'open'] ?? 0) + 1;
    }
    if (page.length === 0) return ends;
  }
}
