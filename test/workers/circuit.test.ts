import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemClock, type Clock } from '../../src/clock.ts';
import { Circuit, Endpoint, type CircuitNews, type Pass } from '../../src/workers/circuit.ts';

/** Time passes only where a test says so; `random` 1 (the most jitter) makes the delays whole. */
function setup({ lanes = 1, random = 1 } = {}) {
  let now = 0;
  const clock: Clock = { ...systemClock, monotonic: () => now, random: () => random };
  const endpoint = new Endpoint('alibaba', 'vod.example');
  const news: CircuitNews[] = [];
  const circuits = Array.from(
    { length: lanes },
    () => new Circuit(endpoint, clock, (said) => news.push(said)),
  );
  const circuit = circuits[0]!;
  const call = (failure?: string, of = circuit) => of.heard(of.enter(), failure);
  /** An outage that opens it: calls every 200 ms. */
  const fail = (of = circuit) => {
    while (of.state === 'closed') {
      now += 200;
      call('timeout', of);
    }
  };
  return { circuit, circuits, endpoint, news, call, fail, pass: (ms: number) => (now += ms), now: () => now };
}

describe('Circuit', () => {
  it('opens when five calls in a row failed and nothing usable came for a second', () => {
    const { circuit, call, pass, news } = setup();
    call();
    pass(100);
    for (let n = 0; n < 15; n++) call('timeout');
    expect(circuit.state).toBe('closed');
    pass(900);
    call('timeout');
    expect(circuit.state).toBe('open');
    expect(news).toEqual([{ is: 'open', failed: 16, of: 17, code: 'timeout', probeIn: 1_000 }]);
  });

  it('opens for a slow lane after five failures, not after four', () => {
    const { circuit, call, pass } = setup();
    for (let n = 0; n < 4; n++) {
      pass(20_000);
      call('reset');
    }
    expect(circuit.state).toBe('closed');
    pass(20_000);
    call('reset');
    expect(circuit.state).toBe('open');
  });

  it('opens when half of twenty calls in ten seconds failed', () => {
    for (const [failures, state] of [
      [10, 'open'],
      [9, 'closed'],
    ] as const) {
      const { circuit, call, pass } = setup();
      for (let n = 0; n < 20; n++) {
        pass(400);
        if (circuit.ready) call(n % 2 === 1 && (n >= 3 || failures === 10) ? 'unreadable' : undefined);
      }
      expect(circuit.state).toBe(state);
    }
  });

  it('does not remember failures for longer than ten seconds', () => {
    const { circuit, call, pass } = setup();
    for (let n = 0; n < 12; n++) {
      call('reset');
      call();
      pass(1_000);
    }
    expect(circuit.state).toBe('closed');
  });

  it('stays closed while a fifth of the calls fail by chance, at any rate', () => {
    for (const everyMs of [600, 20, 4]) {
      const { circuit, call, pass } = setup();
      let x = 7;
      let opened = 0;
      for (let n = 0; n < 5_000; n++) {
        pass(everyMs);
        x = (x * 48_271) % 2_147_483_647;
        if (circuit.ready) call(x / 2_147_483_647 < 0.2 ? 'reset' : undefined);
        if (circuit.state !== 'closed') opened++;
      }
      // A slow lane may be unlucky once in three quarters of an hour; it is closed again after a second.
      expect(opened).toBeLessThanOrEqual(everyMs === 600 ? 8 : 0);
    }
  });

  it('lets one probe through when its delay has passed, and closes when that is answered', () => {
    const { circuit, fail, pass, news } = setup();
    fail();
    expect(circuit.ready).toBe(false);
    expect(circuit.probeInMs).toBe(1_000);
    expect(() => circuit.enter()).toThrow();
    pass(1_000);
    expect(circuit.ready).toBe(true);
    const probe = circuit.enter();
    expect([circuit.state, circuit.ready]).toEqual(['half-open', false]);
    circuit.heard(probe);
    expect([circuit.state, circuit.ready]).toEqual(['closed', true]);
    expect(news.at(-1)).toMatchObject({ is: 'closed', after: 1_000, probes: 1 });
  });

  it('waits longer after each failed probe, up to 30 s, and one second anew the next time', () => {
    const { circuit, fail, pass, call } = setup();
    fail();
    const delays: number[] = [];
    for (let n = 0; n < 12; n++) {
      delays.push(Math.round(circuit.probeInMs));
      pass(circuit.probeInMs);
      call('connect-refused');
    }
    expect(delays.slice(0, 5)).toEqual([1_000, 1_500, 2_250, 3_375, 5_063]);
    expect(delays.slice(-3)).toEqual([30_000, 30_000, 30_000]);
    pass(30_000);
    call();
    fail();
    expect(circuit.probeInMs).toBe(1_000);
  });

  it('jitters its delays between half of them and all', () => {
    const { circuit, fail } = setup({ random: 0 });
    fail();
    expect(circuit.probeInMs).toBe(500);
  });

  it('finds a provider again within half of the time that it was away, and a second', () => {
    for (const awayMs of [2_000, 10_000, 25_000, 50_000]) {
      const { circuit, fail, pass, now, call } = setup();
      fail();
      const back = now() + awayMs;
      for (let probes = 0; circuit.state !== 'closed' && probes < 50; probes++) {
        pass(circuit.probeInMs);
        call(now() < back ? 'timeout' : undefined);
      }
      expect(now() - back).toBeLessThanOrEqual(awayMs / 2 + 1_000);
    }
  });

  it('takes no notice of calls that began before it opened, and does not let them be sent', () => {
    const { circuit, fail, pass, call } = setup();
    const early = Array.from({ length: 12 }, (): Pass => circuit.enter());
    fail();
    expect(early.filter((each) => circuit.lets(each))).toEqual([]);
    circuit.heard(early[0]!);
    expect(circuit.state).toBe('open');
    pass(1_000);
    call();
    pass(1_000);
    circuit.unused(early[1]!);
    for (const each of early.slice(2)) circuit.heard(each, 'timeout');
    expect(circuit.state).toBe('closed');
  });

  it('begins to count anew when it closes', () => {
    for (const [afterMs, failures] of [
      [900, 5],
      [1_000, 4],
    ] as const) {
      const { circuit, call, pass } = setup();
      for (let n = 0; n < 20; n++) call('timeout');
      expect(circuit.state).toBe('open');
      pass(1_000);
      call();
      pass(afterMs);
      for (let n = 0; n < failures; n++) call('timeout');
      expect(circuit.state).toBe('closed');
    }
  });

  it('gives the leave of a probe that was not sent to the next call', () => {
    const { circuit, fail, pass } = setup();
    fail();
    pass(1_000);
    circuit.unused(circuit.enter());
    expect([circuit.state, circuit.ready]).toEqual(['open', true]);
  });

  it('holds no failure against a target while it is open, for an hour at most', () => {
    const { circuit, fail, pass, call } = setup();
    expect(circuit.outageMs).toBeUndefined();
    fail();
    expect(circuit.outageMs).toBe(1_000);
    pass(1_000);
    const probe = circuit.enter();
    expect(circuit.outageMs).toBe(0);
    circuit.heard(probe, 'timeout');
    expect(circuit.outageMs).toBe(1_500);
    pass(3_600_000);
    call('timeout');
    expect(circuit.outageMs).toBeUndefined();
  });

  it('opens alone: a lane behind the same host that is answered goes on', () => {
    const { circuits, fail } = setup({ lanes: 2 });
    fail();
    expect(circuits.map(({ state }) => state)).toEqual(['open', 'closed']);
  });

  it('probes one lane of a host at a time, and the next at once when one was answered', () => {
    const { circuits, fail, pass, call } = setup({ lanes: 3 });
    const [one, two, three] = circuits as [Circuit, Circuit, Circuit];
    for (const each of circuits) fail(each);
    const woken: string[] = [];
    two.watch(() => woken.push('two'));
    const end = three.watch(() => woken.push('three'));
    pass(1_000);
    call('timeout', two);
    call('timeout', three);
    woken.length = 0;
    const probe = one.enter();
    expect([two.ready, three.ready, two.probeInMs]).toEqual([false, false, Infinity]);
    end();
    one.heard(probe);
    expect(woken).toEqual(['two']);
    expect([two.ready, three.ready]).toEqual([true, true]);
    const second = two.enter();
    expect(three.ready).toBe(false);
    two.heard(second, 'timeout');
    expect(three.ready).toBe(true);
  });

  it('never has more than one call under way behind a host whose lanes are all open', () => {
    const step = fc.record({
      lane: fc.nat(2),
      do: fc.constantFrom('enter', 'fail', 'answer', 'drop'),
      ms: fc.nat(3_000),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const { circuits, fail, pass } = setup({ lanes: 3 });
        for (const each of circuits) fail(each);
        const flying = circuits.map((): Pass[] => []);
        for (const { lane, do: what, ms } of steps) {
          pass(ms);
          const circuit = circuits[lane]!;
          const mine = flying[lane]!;
          if (what === 'enter') {
            if (circuit.ready) mine.push(circuit.enter());
          } else {
            const ended = mine.shift();
            if (ended && what === 'drop') circuit.unused(ended);
            else if (ended) circuit.heard(ended, what === 'fail' ? 'reset' : undefined);
          }
          const probes = flying.flatMap((passes, at) =>
            passes.filter((each) => each.probe && circuits[at]!.lets(each)),
          );
          expect(probes.length).toBeLessThanOrEqual(1);
          expect(circuits.filter(({ state }) => state === 'half-open')).toHaveLength(probes.length);
        }
      }),
    );
  });
});
