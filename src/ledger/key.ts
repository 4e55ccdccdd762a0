import { hash } from 'node:crypto';
import type { Target } from '../deletion.ts';

/**
 * A target's stable name: 24 characters of SHA-256 (144 bits) over everything that says what is deleted, where
 * and how. Equal things have equal keys in every process and release; URLs need no room in an index.
 */
export function targetKey(account: string, operation: string, target: Target): string {
  const { by, id, parent, options } = target;
  return hash('sha256', JSON.stringify([account, operation, by, id, parent, options]), 'base64url').slice(
    0,
    24,
  );
}
