/** Targets for tests, made as everybody makes them: by an operation's `accept`. */
import type { Target } from '../src/deletion.ts';
import { targetKey } from '../src/ledger/key.ts';
import type { KeyedTarget } from '../src/ledger/record.ts';
import { operationNamed } from '../src/providers/operations.ts';

export function targetOf(operation: string, entry: unknown, options?: unknown): Target {
  const accepted = operationNamed(operation).accept(entry, options);
  if ('problems' in accepted) throw new Error(JSON.stringify(accepted.problems));
  return accepted;
}

export function keyed(account: string, operation: string, entry: unknown, job = ''): KeyedTarget {
  const target = targetOf(operation, entry);
  return { key: targetKey(account, operation, target), target, job };
}
