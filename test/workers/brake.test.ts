import { describe, expect, it } from 'vitest';
import type { Settlement } from '../../src/deletion.ts';
import { Brake } from '../../src/workers/brake.ts';

const policy = { window: 200, minimum: 100, absentShare: 0.5, refusedShare: 0.25 };
const many = (settlement: Settlement, count: number) => Array.from({ length: count }, () => settlement);

describe('Brake', () => {
  it('says nothing before the minimum, whatever the share', () => {
    expect(new Brake(policy).count(many('absent', 99))).toBeUndefined();
  });

  it('stops a lane whose ids are mostly absent, and says what that looks like', () => {
    expect(new Brake(policy).count(many('absent', 100))).toMatch(
      /^brake: 100 of the last 100 ids were absent.*region/,
    );
  });

  it('looks at the last settlements only', () => {
    const brake = new Brake(policy);
    expect(brake.count(many('absent', 60))).toBeUndefined();
    expect(brake.count(many('deleted', 200))).toBeUndefined();
    expect(brake.count(many('absent', 100))).toBeUndefined();
    expect(brake.count(many('absent', 1))).toMatch(/101 of the last 200/);
  });

  it('has a limit of its own for refusals', () => {
    expect(new Brake(policy).count([...many('deleted', 75), ...many('refused', 25)])).toBeUndefined();
    expect(new Brake(policy).count([...many('deleted', 74), ...many('refused', 26)])).toMatch(
      /26 .* were refused/,
    );
  });

  it('begins anew after a reset, and never stops anything when switched off', () => {
    const brake = new Brake(policy);
    brake.count(many('absent', 99));
    brake.reset();
    expect(brake.count(many('absent', 1))).toBeUndefined();
    expect(new Brake(false).count(many('absent', 1_000))).toBeUndefined();
  });
});
