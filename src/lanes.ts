/** The lanes that a configuration asks for: account × operation, and what they share. */
import type { Account, Config } from './config.ts';
import { laneName } from './deletion.ts';
import { perMinute } from './ledger/caps.ts';
import type { LaneEntry } from './ledger/ledger.ts';
import type { Cap } from './limiter.ts';
import { protectionOf, type Protection } from './protection.ts';
import { operationNamed } from './providers/operations.ts';
import type { Operation } from './providers/operation.ts';

export interface ConfiguredLane {
  readonly name: string;
  readonly account: Account;
  readonly operation: Operation;
  readonly cap: Cap;
  /** What is owned and limited as one: the lane, or all lanes of its quota group with this operation. */
  readonly unit: string;
  /** What may not be deleted in it. */
  readonly protection: Protection;
}

export function lanesOf(config: Config): readonly ConfiguredLane[] {
  return Object.values(config.accounts).flatMap((account) => {
    const protection = protectionOf(config.protected, account.protected);
    return Object.entries(account.operations).map(([name, { cap, per }]) => {
      const lane = laneName(account.name, name);
      const unit = account.quotaGroup ? `${account.provider}:${account.quotaGroup}~${name}` : lane;
      const operation = operationNamed(name);
      return { name: lane, account, operation, cap: { calls: cap, per }, unit, protection };
    });
  });
}

export const laneEntries = (lanes: readonly ConfiguredLane[]): readonly LaneEntry[] =>
  lanes.map(({ name, account, operation, unit }) => ({
    name,
    account: account.name,
    operation: operation.name,
    unit,
  }));

/** Lanes whose configured cap is above the documented one: allowed, since caps are raised by contract, but said. */
export const aboveDocumented = (lanes: readonly ConfiguredLane[]): readonly ConfiguredLane[] =>
  lanes.filter(({ cap, operation }) => perMinute(cap) > perMinute(operation.cap));
