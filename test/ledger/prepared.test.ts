import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { sqliteDialect } from '../../src/ledger/dialect.ts';
import { prepared } from '../../src/ledger/prepared.ts';

function setup() {
  let time = 1_000;
  let built = 0;
  const dialect = sqliteDialect(() => time);
  const statements = prepared<{ call: string; keys: readonly string[] }>(({ call, keys }) => {
    built++;
    return [
      dialect.query
        .updateTable('targets')
        .set({ call, settled: dialect.now })
        .where(dialect.among('key', keys))
        .where('call', 'in', [call, ''])
        .compile(),
      sql`select ${call}`.compile(dialect.query),
    ];
  });
  return { statements, pass: (ms: number) => (time += ms), built: () => built };
}

describe('prepared', () => {
  it('builds once, however often it is used', () => {
    const { statements, built } = setup();
    const [first] = statements({ call: 'c1', keys: ['a'] });
    const [second] = statements({ call: 'c2', keys: ['b', 'c'] });
    expect(built()).toBe(1);
    expect(second?.sql).toBe(first?.sql);
  });

  it('fills in what it is given, a list as one JSON text, wherever it stands', () => {
    const { statements } = setup();
    statements({ call: 'c1', keys: ['a'] });
    const [update, select] = statements({ call: 'c2', keys: ['b', 'c'] });
    expect(update?.parameters).toEqual(['c2', 1_000, '["b","c"]', 'c2', '']);
    expect(select?.parameters).toEqual(['c2']);
  });

  it('leaves what an earlier use was given as it was', () => {
    const { statements } = setup();
    const [, first] = statements({ call: 'c1', keys: ['a'] });
    statements({ call: 'c2', keys: ['b'] });
    expect(first?.parameters).toEqual(['c1']);
  });

  it("tells the ledger's time at each use, not at the first", () => {
    const { statements, pass } = setup();
    statements({ call: 'c1', keys: [] });
    pass(500);
    expect(statements({ call: 'c2', keys: [] })[0]?.parameters).toContain(1_500);
  });

  it('puts what no database can hold in a form that it can', () => {
    const { statements } = setup();
    const [update] = statements({ call: 'c1', keys: ['a\0', '\ud800'] });
    expect(update?.parameters[2]).toBe('["a\uFFFD","\uFFFD"]');
  });
});
