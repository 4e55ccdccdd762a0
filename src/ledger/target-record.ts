/** All that is known of a target, in one piece: what a person is told who asks, and what an archive keeps. */
import { sql } from 'kysely';
import type { Settlement } from '../deletion.ts';
import type { Context } from './context.ts';
import type { Row } from './database.ts';

/** One attempt to delete a target. */
export interface CallRecord {
  readonly id: string;
  readonly claimed: number;
  readonly ended: number | null;
  readonly result: string;
  readonly code: string;
  readonly providerRequest: string;
}

/** Everything known of one target; times in ms since 1970, 0 where it has not happened. */
export interface TargetRecord {
  readonly key: string;
  readonly account: string;
  readonly operation: string;
  readonly kind: string;
  readonly id: string;
  readonly parent: string;
  readonly options: string;
  /** Only one of the two: how it was settled, or why it is still open. */
  readonly settlement: Settlement | null;
  readonly state: 'waiting' | 'offered' | 'sending' | null;
  readonly code: string;
  readonly message: string;
  readonly providerRequest: string;
  readonly attempts: number;
  /** An unanswered attempt may have deleted it: "absent" may be our own doing. */
  readonly ambiguous: boolean;
  readonly accepted: number;
  readonly due: number;
  readonly settled: number;
  readonly requests: readonly {
    readonly id: string;
    readonly requester: string;
    readonly reason: string;
    readonly created: number;
  }[];
  readonly calls: readonly CallRecord[];
}

export function targetRecords({ database, dialect }: Context) {
  const { query, among } = dialect;

  /** Targets to be narrowed down and completed; `seq` is theirs, the rest as a TargetRecord has it. */
  const targets = () =>
    query
      .selectFrom('targets')
      .innerJoin('lanes', 'lanes.id', 'targets.lane')
      .select(['targets.seq', 'history', 'key', 'account', 'operation', 'kind', 'targets.id', 'parent'])
      .select(['options', 'settlement', 'code', 'message', 'provider_request as providerRequest'])
      .select(['attempts', 'ambiguous', 'accepted', 'due', 'settled'])
      .select(
        sql`case when settlement is not null then null when call <> '' then 'sending'
            when offered_until > ${dialect.now} and job <> '' then 'offered' else 'waiting' end`.as('state'),
      );

  /** The rows of such a query with their requests and calls, in their order. */
  async function complete(rows: readonly Row[]): Promise<readonly TargetRecord[]> {
    const callsOf = new Map(rows.map((row) => [row, String(row['history']).split(' ').filter(Boolean)]));
    const [asked = [], made = []] = await database.read([
      query
        .selectFrom('request_targets')
        .innerJoin('requests', 'requests.seq', 'request_targets.request')
        .innerJoin('targets', 'targets.seq', 'request_targets.target')
        .select(['targets.seq', 'requests.id', 'requester', 'reason', 'created'])
        .where(
          among(
            'targets.key',
            rows.map((row) => String(row['key'])),
          ),
        )
        .orderBy('requests.seq')
        .compile(),
      query
        .selectFrom('calls')
        .select(['id', 'claimed', 'ended', 'result', 'code', 'provider_request as providerRequest'])
        .where(among('id', [...callsOf.values()].flat()))
        .compile(),
    ]);
    const requests = new Map<unknown, Row[]>(rows.map(({ seq }) => [seq, []]));
    for (const { seq, ...request } of asked) requests.get(seq)?.push(request);
    const calls = new Map(made.map((call) => [call['id'], call as unknown as CallRecord]));
    return rows.map((row) => {
      const { seq, history: _history, ...told } = row;
      return {
        ...told,
        ambiguous: row['ambiguous'] === 1,
        requests: requests.get(seq),
        calls: (callsOf.get(row) ?? []).flatMap((id) => calls.get(id) ?? []),
      } as unknown as TargetRecord;
    });
  }

  return { targets, complete };
}
