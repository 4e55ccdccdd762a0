/** Two processes' connections to one ledger at once: what is decided is decided once. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLedger, type Ledger } from '../../src/ledger/ledger.ts';
import { keyed } from '../target.ts';
import { databases, type Place } from './databases.ts';

const operation = 'alibaba.vod.delete-video';
const lane = `acc~${operation}`;
const entry = { name: lane, account: 'acc', operation, unit: lane };
const asked = { requester: 'ann', reason: 'tidy', urgent: false, notBefore: 0, again: false };
const numbered = (count: number) => Array.from({ length: count }, (_, n) => keyed('acc', operation, `v${n}`));

describe.each(databases)('two connections to a ledger on $name', ({ create }) => {
  let now: number;
  let place: Place;
  let one: Ledger;
  let two: Ledger;

  beforeEach(async () => {
    now = 1_000_000;
    place = await create();
    const open = () => openLedger(place.url, [entry], { time: () => now });
    [one, two] = await Promise.all([open(), open()]);
  });
  afterEach(async () => {
    await Promise.all([one.close(), two.close()]);
    await place.remove();
  });

  const record = (ledger: Ledger, id: string, targets: readonly ReturnType<typeof keyed>[]) =>
    ledger.record(id, lane, asked, targets, [], 45_000);

  it('record the same targets in opposite orders: each is accepted once', async () => {
    const targets = numbered(1_000);
    const backwards = targets.toReversed();
    const recorded = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        n % 2 ? record(one, `R${n}`, targets) : record(two, `R${n}`, backwards),
      ),
    );
    expect(recorded.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(1_000);
    for (const { accepted, duplicates } of recorded) expect(accepted + duplicates).toBe(1_000);
    for (let n = 0; n < 10; n++) expect(await one.tally(`R${n}`)).toEqual({ open: 1_000 });
  });

  it('claim the same targets: each is given to one call', async () => {
    const targets = numbered(100);
    await record(one, 'R', targets);
    const taken = await one.take(lane, 'w1', 1_000);
    const tenure = { unit: lane, owner: 'w1', epoch: taken?.epoch ?? -1 };
    const claims = await Promise.all(
      Array.from({ length: 40 }, (_, n) => {
        const some = targets.filter((_target, place) => (place + n) % 3 > 0).map(({ key }) => key);
        return (n % 2 ? one : two).claim(`C${n}`, lane, tenure, some);
      }),
    );
    const given = claims.flatMap(({ claimed }) => [...claimed]);
    expect(given).toHaveLength(100);
    expect(new Set(given).size).toBe(100);
  });

  it('claim while the unit is taken over: a claim comes before and is counted, or after and is lost', async () => {
    const targets = numbered(400);
    await record(one, 'R', targets);
    let owner = await one.take(lane, 'w0', 1_000);
    let lostClaims = 0;
    for (let round = 1; round <= 20; round++) {
      const tenure = { unit: lane, owner: `w${round - 1}`, epoch: owner?.epoch ?? -1 };
      now += 6_001;
      const keys = targets.slice(20 * (round - 1), 20 * round).map(({ key }) => key);
      const claiming = keys.map((key, n) => one.claim(`C${round}-${n}`, lane, tenure, [key]));
      // What is asked in one tick shares a commit, and a take is written sooner: left alone, it may always come first.
      if (round % 2 === 0) await claiming[0];
      const taking = two.take(lane, `w${round}`, 60_000);
      const claims = await Promise.all(claiming);
      owner = await taking;
      const sent = claims.filter(({ claimed }) => claimed.size > 0);
      lostClaims += claims.length - sent.length;
      for (const { claimed, gate } of claims) expect(gate.state).toBe(claimed.size > 0 ? 'open' : 'lost');
      const recent = owner?.callAges.filter((age) => age === -1_000 || age === 0) ?? [];
      expect(recent.length).toBeGreaterThanOrEqual(sent.length);
      const known = await one.look(keys);
      for (const { claimed } of claims)
        for (const key of claimed) expect(known.get(key)).toMatchObject({ held: false, ambiguous: true });
    }
    expect(lostClaims).toBeLessThan(400);
  });

  it('take a free unit at once: one gets it', async () => {
    for (let round = 0; round < 20; round++) {
      now += 6_001;
      const taken = await Promise.all([
        one.take(lane, `a${round}`, 1_000),
        two.take(lane, `b${round}`, 1_000),
      ]);
      expect(taken.filter((each) => each !== undefined)).toHaveLength(1);
    }
  });

  it('hold every text that may be written: NUL and half characters are replaced where they can not be', async () => {
    const reason = 'a\0b \ud800 "\\u0000" ünï 漢';
    await one.record('R', lane, { ...asked, reason }, numbered(1), [], 0);
    const [found] = await two.lookup('v0');
    expect(found?.requests[0]?.reason).toContain('"\\u0000" ünï 漢');
  });

  it('open a ledger that is not there yet at the same moment, in any number', async () => {
    for (let round = 0; round < 20; round++) {
      const fresh = await create();
      const opened = await Promise.all(
        Array.from({ length: 2 + (round % 3) }, () => openLedger(fresh.url, [entry], { time: () => now })),
      );
      await Promise.all(opened.map((ledger) => ledger.close()));
      await fresh.remove();
    }
  });
});
