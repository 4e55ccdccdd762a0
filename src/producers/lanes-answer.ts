/** The lanes as programs are told of them: by the API, by `lanes --json` and by every command that changes one. */
import { z } from 'zod';
import type { Config } from '../config.ts';
import { lanesOf } from '../lanes.ts';
import { capInForce } from '../ledger/caps.ts';
import type { LaneRow, LaneStatus } from '../ledger/controls.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Cap } from '../limiter.ts';
import { iso } from './wording.ts';

const time = z.string().meta({ format: 'date-time' });
const cap = z.strictObject({ calls: z.int(), per: z.enum(['second', 'minute']) });

export const laneSchema = z
  .strictObject({
    account: z.string(),
    operation: z.string(),
    state: z.enum(['open', 'paused', 'halted']),
    reason: z.string(),
    by: z.string(),
    since: time,
    owned: z.boolean().meta({ description: 'A worker drains it' }),
    open: z.int().meta({ description: 'Targets accepted and not yet settled' }),
    deadLetters: z.int(),
    oldestSeconds: z
      .int()
      .nullable()
      .meta({ description: 'For how long the oldest open target might have been sent by now' }),
    cap: cap.nullable().meta({ description: 'In force; null: a lane of another configuration' }),
    configuredCap: cap.nullable(),
    capSet: z
      .strictObject({ calls: z.int(), by: z.string(), reason: z.string(), since: time })
      .nullable()
      .meta({ description: 'What a person set, which goes before the configured cap' }),
  })
  .meta({ id: 'Lane' });

export const lanesSchema = z
  .strictObject({
    halt: z
      .strictObject({ reason: z.string(), by: z.string(), since: time })
      .optional()
      .meta({ description: 'While everything is halted' }),
    lanes: z.array(laneSchema),
  })
  .meta({ id: 'Lanes' });

export type Halt = NonNullable<Awaited<ReturnType<Ledger['halted']>>>;

/** The state of everything. */
export interface Seen {
  readonly halt: Halt | undefined;
  readonly lanes: readonly LaneStatus[];
}

export const look = async (ledger: Ledger): Promise<Seen> => ({
  halt: await ledger.halted(),
  lanes: await ledger.lanes(),
});

export const lanesAnswer = async (ledger: Ledger, config: Config): Promise<z.infer<typeof lanesSchema>> =>
  answerOf(await look(ledger), config);

export function answerOf({ halt, lanes }: Seen, config: Config): z.infer<typeof lanesSchema> {
  return {
    ...(halt && { halt: { reason: halt.reason, by: halt.by, since: iso(halt.since) } }),
    lanes: lanes.map((lane) => {
      const { account, operation, state, reason, by, since, owner, open, dead, oldestMs } = lane;
      return {
        ...{ account, operation, state, reason, by, since: iso(since), owned: owner !== '', open },
        deadLetters: dead,
        oldestSeconds: oldestMs === undefined ? null : Math.round(oldestMs / 1_000),
        ...capFields(lane, config),
      };
    }),
  };
}

/** A lane of which neither a worker nor this configuration says how fast it is, has none. */
export function configuredCap({ lane, configured }: LaneRow, config: Config): Cap | undefined {
  return configured ?? lanesOf(config).find(({ name }) => name === lane)?.cap;
}

export function capFields(lane: LaneRow, config: Config) {
  const { capSet } = lane;
  const cap = configuredCap(lane, config);
  return {
    // No cap: a lane of another process's configuration.
    cap: cap ? capInForce(capSet?.calls ?? null, cap) : null,
    configuredCap: cap ?? null,
    capSet: capSet ? { ...capSet, since: iso(capSet.since) } : null,
  };
}
