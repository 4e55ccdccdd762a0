/**
 * Verify: what must be true of the ledger at every moment, whatever crashed in between, asked of the ledger as a
 * whole. A finding is a bug of ours or a hand that wrote past the verbs; none can be mended by waiting.
 */
import { sql, type RawBuilder } from 'kysely';
import type { Context } from './context.ts';

export interface Finding {
  /** What is said of each: the end of a sentence that begins with its name. */
  readonly finding: string;
  readonly total: number;
  /** The first hundred, by name. */
  readonly names: readonly string[];
}

export interface Verification {
  readonly targets: number;
  readonly calls: number;
  readonly requests: number;
  /** Targets of requests that stand in an archive; one counts for each request that named it. */
  readonly archived: number;
  readonly findings: readonly Finding[];
}

export interface Verifying {
  /** Reads everything, on one snapshot: workers may go on. */
  verify(): Promise<Verification>;
}

const target = sql`coalesce(lanes.name, '?') || ' ' || targets.id`;
const targets = sql`targets left join lanes on lanes.id = targets.lane left join calls on calls.id = targets.call`;
const call = sql`'call ' || calls.id`;
const calls = sql`calls left join lanes on lanes.id = calls.lane left join units on units.name = calls.unit`;

/** Each selects the name of what is wrong. */
const checks: readonly (readonly [finding: string, name: RawBuilder<unknown>, of: RawBuilder<unknown>])[] = [
  [
    'is open and held by a call that does not exist',
    target,
    sql`${targets} where settlement is null and targets.call <> '' and calls.id is null`,
  ],
  [
    'is open and held by a call that has ended',
    target,
    sql`${targets} where settlement is null and targets.call <> '' and calls.ended is not null`,
  ],
  [
    'is settled by a call that does not exist',
    target,
    sql`${targets} where settlement is not null and targets.call <> '' and calls.id is null`,
  ],
  [
    'is settled by a call that has not ended',
    target,
    sql`${targets} where settlement is not null and calls.id is not null and calls.ended is null`,
  ],
  [
    'is settled as deleted without an answer',
    target,
    sql`${targets} where settlement = 'deleted' and (targets.call = '' or calls.result <> 'answered')`,
  ],
  [
    'is settled as absent without an answer',
    target,
    sql`${targets} where settlement = 'absent'
      and (targets.call = '' or calls.result not in ('answered', 'missing'))`,
  ],
  [
    'is held by, or settled by, a call of another lane',
    target,
    sql`${targets} where calls.lane <> targets.lane`,
  ],
  [
    'is settled, and not since when; or open, and settled since',
    target,
    sql`${targets} where (settlement is null) <> (settled = 0)`,
  ],
  ['is in a lane that does not exist', target, sql`${targets} where lanes.id is null`],
  [
    'was opened by a request that did not name it',
    target,
    sql`${targets} where not exists
      (select 1 from request_targets where request = targets.opened_by and target = targets.seq)`,
  ],
  [
    'is in a lane or a unit that does not exist',
    call,
    sql`${calls} where lanes.id is null or units.name is null`,
  ],
  [
    'is open, and of another epoch than its unit',
    call,
    sql`${calls} where ended is null and calls.epoch <> units.epoch`,
  ],
  [
    'is open and holds no target',
    call,
    sql`${calls} where ended is null and not exists
      (select 1 from targets where settlement is null and targets.call <> '' and targets.call = calls.id)`,
  ],
  [
    'names a target that does not exist',
    sql`'request ' || coalesce(requests.id, '?')`,
    sql`request_targets left join requests on requests.seq = request
      where not exists (select 1 from targets where targets.seq = target)`,
  ],
  [
    'does not exist, and something names it',
    sql`'request number ' || number`,
    sql`(select request as number from request_targets union select request from archived) as named
      where not exists (select 1 from requests where requests.seq = number)`,
  ],
];

export function verifying({ database, dialect: { query } }: Context): Verifying {
  const count = (table: 'targets' | 'calls' | 'requests') =>
    query.selectFrom(table).select((is) => is.fn.countAll().as('n'));
  return {
    async verify() {
      const counts = [
        ...(['targets', 'calls', 'requests'] as const).map((table) => count(table).compile()),
        sql`select coalesce(sum(n), 0) as n from archived`.compile(query),
      ];
      const found = checks.map(([, name, of]) =>
        sql`select name, count(*) over () as total from (select ${name} as name from ${of}) as found
            order by name limit 100`.compile(query),
      );
      const rows = await database.read([...counts, ...found]);
      const [targets, calls, requests, archived] = rows.map(([row]) => Number(row?.['n']));
      const findings = checks.flatMap(([finding], at): readonly Finding[] => {
        const names = rows[counts.length + at] ?? [];
        const total = Number(names[0]?.['total'] ?? 0);
        return total > 0 ? [{ finding, total, names: names.map(({ name }) => String(name)) }] : [];
      });
      const tallies = { targets, calls, requests, archived } as Omit<Verification, 'findings'>;
      return { ...tallies, findings };
    },
  };
}
