import { describe, expect, it } from 'vitest';
import { inputsOf, panels, rules, variables } from './expressions.ts';

describe('inputsOf', () => {
  it.each([
    ['expunge_ledger_up == 0', ['expunge_ledger_up']],
    ['(a > 900) unless on (x, y) b unless on () (max(c) == 1)', ['a', 'b', 'max(c)']],
    [
      'sum by (x) (a{s=~"p|q > 1"} > 2) / b > 0.01\nand c >= 100',
      ['sum by (x) (a{s=~"p|q > 1"} > 2) / b', 'c'],
    ],
    ['a > on (x) 30 * b', ['a', '30 * b']],
    ['absent(up{job="w"} == 1)', ['up{job="w"}']],
    ['a - a offset 30m > 10', ['a - a offset 30m']],
    ['sum(a) > 0\nor sum(a unless a offset 15m) > 0', ['sum(a)', 'sum(a unless a offset 15m)']],
    [
      'max by (x) (a{state="or"} + ignoring (state) 2 * b)',
      ['max by (x) (a{state="or"} + ignoring (state) 2 * b)'],
    ],
  ])('of %j are what is compared', (expr, inputs) => {
    expect(inputsOf(expr)).toEqual(inputs);
  });
});

describe('the expressions', () => {
  it('are all there', () => {
    expect(panels.length).toBeGreaterThan(70);
    expect(rules.filter(({ kind }) => kind === 'alert').length).toBeGreaterThan(20);
    expect(rules.filter(({ kind }) => kind === 'record').length).toBeGreaterThan(10);
    expect([...variables.keys()].sort()).toEqual(['account', 'campaign', 'instance', 'operation']);
  });
});
