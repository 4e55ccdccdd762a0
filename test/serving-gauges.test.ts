import { describe, expect, it } from 'vitest';
import { answering } from '../src/serving-gauges.ts';

function setup() {
  const due: (() => void)[] = [];
  const asked: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const answers = answering(() => new Promise<void>((resolve, reject) => asked.push({ resolve, reject })), {
    after(ms, then) {
      expect(ms).toBeLessThan(2_000);
      due.push(then);
      return () => void due.splice(due.indexOf(then), 1);
    },
  });
  return { answers, asked, due };
}

describe('answering', () => {
  it('says whether it answers, and leaves no timer behind', async () => {
    const { answers, asked, due } = setup();
    const yes = answers();
    asked[0]?.resolve();
    expect(await yes).toBe(true);
    const no = answers();
    asked[1]?.reject(new Error('refused'));
    expect(await no).toBe(false);
    expect(due).toEqual([]);
  });

  it('says no where no answer comes in time, and asks no more until there is one', async () => {
    const { answers, asked, due } = setup();
    for (let scrape = 0; scrape < 3; scrape++) {
      const late = answers();
      due[0]?.();
      expect(await late).toBe(false);
    }
    expect(asked).toHaveLength(1);
    const back = answers();
    asked[0]?.resolve();
    expect(await back).toBe(true);
    void answers();
    expect(asked).toHaveLength(2);
  });
});
