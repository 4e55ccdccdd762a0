/** Ids to ask for, and what the ledger says of all that were asked for. Free of the test runner: the chaos run uses it too. */
import type { PageRow } from '../../src/ledger/lookup.ts';
import type { World } from './world.ts';

/** `<prefix>0` to `<prefix><count - 1>`. */
export const numbered = (prefix: string, count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, n) => `${prefix}${from + n}`);

/** Every target of the ledger. */
export async function everyTarget(world: World): Promise<readonly PageRow[]> {
  const rows: PageRow[] = [];
  for (let seq = 0; ;) {
    const page = await world.ledger.page(seq, 10_000);
    rows.push(...page);
    const last = page.at(-1);
    if (!last) return rows;
    seq = last.seq;
  }
}
