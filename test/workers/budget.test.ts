import { describe, expect, it } from 'vitest';
import { Budget } from '../../src/workers/budget.ts';

const spent = (budget: Budget, wanted: number): number => {
  let calls = 0;
  for (let n = 0; n < wanted; n++) if (budget.spend()) calls++;
  return calls;
};

describe('Budget', () => {
  it('allows ten retried calls before first attempts have earned any', () => {
    expect(spent(new Budget(), 100)).toBe(10);
  });

  it('allows one retried call for ten first attempts, however many want to go', () => {
    const budget = new Budget();
    spent(budget, 10);
    let retried = 0;
    for (let first = 0; first < 1_000; first++) {
      budget.earn();
      retried += spent(budget, 5);
    }
    expect(retried).toBe(100);
  });

  it('saves up no more than ten retried calls', () => {
    const budget = new Budget();
    for (let first = 0; first < 10_000; first++) budget.earn();
    expect(spent(budget, 100)).toBe(10);
  });
});
