/** People with keys, for commands that put a name on record. */
import { createHash } from 'node:crypto';
import type { RunOptions } from './world.ts';

const scopes: Readonly<Record<string, readonly string[]>> = {
  ann: ['enqueue'],
  ben: ['enqueue:media-prod', 'delete-physical-files:media-prod'],
  // Of another account, and of another kind.
  hal: ['enqueue:hw-prod'],
  rob: ['campaign', 'approve'],
};

const keyOf = (who: string): string => `the-key-of-${who}`;

/** For the section api of a configuration. */
export const apiKeys = Object.entries(scopes).map(([name, may]) => {
  return { name, sha256: createHash('sha256').update(keyOf(name)).digest('hex'), scopes: may };
});

/** Types it with the key of this person; whoever has no scopes above is a stranger. */
export const by = (who: string): RunOptions => ({ env: { EXPUNGE_API_KEY: keyOf(who) } });
