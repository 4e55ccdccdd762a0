import { mkdtempSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LedgerAway } from '../../src/ledger/database.ts';
import { openSeen } from '../../src/ledger/campaign/seen.ts';

afterEach(() => vi.unstubAllEnvs());

describe('openSeen', () => {
  it('answers each key once, whether it comes twice in one part or in two that are far apart', () => {
    const seen = openSeen();
    const part = (from: number, count: number) => Array.from({ length: count }, (_, n) => `k${from + n}`);
    expect(seen.add(['k0', 'K0', 'k0'])).toEqual(new Set(['k0', 'K0']));
    let found = 0;
    for (let from = 0; from < 60_000; from += 1_000) found += seen.add(part(from, 2_000)).size;
    expect(found).toBe(60_999);
    expect(seen.add(part(0, 2_000)).size).toBe(0);
    seen.close();
  });

  it('leaves nothing in the folder for temporary files, not even while it is open', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'expunge-seen-'));
    vi.stubEnv('TMPDIR', dir);
    const seen = openSeen();
    expect(seen.add(['a'])).toEqual(new Set(['a']));
    expect(readdirSync(dir)).toEqual([]);
    seen.close();
    await rm(dir, { recursive: true });
  });

  it('says which folder it is that has no room', () => {
    vi.stubEnv('TMPDIR', '/nowhere/to-be-found');
    expect(openSeen).toThrow(LedgerAway);
    expect(openSeen).toThrow("a plan's keys can't be kept in /nowhere/to-be-found: ENOENT");
  });
});
