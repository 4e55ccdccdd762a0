import { describe, expect, it } from 'vitest';
import { fleetFor, modelOf } from '../../bench/scale/model.ts';

/** A lane costs 1 ms a second, 2 commands and a write; a call 2 ms, 10 commands and 2 writes. */
const figures = (lanes: number, callsPerSecond: number) => {
  const cost = (ofLane: number, ofCall: number) => ofLane * lanes + ofCall * callsPerSecond;
  return {
    lanes,
    callsPerSecond,
    figures: {
      cores: cost(0.001, 0.002),
      redisCommandsPerSecond: cost(2, 10),
      redisCores: cost(0.0001, 0.0002),
      ledgerWritesPerSecond: cost(1, 2),
    },
  };
};
const model = modelOf(figures(500, 0), figures(10, 400));

describe('modelOf', () => {
  it('tells lanes and calls apart', () => {
    const said = model({ lanes: 100, callsPerSecond: 50 });
    for (const [need, value] of Object.entries(figures(100, 50).figures))
      expect(said[need as keyof typeof said]).toBeCloseTo(value, 9);
  });
});

describe('fleetFor', () => {
  it('has a connection for each lane and processes enough', () => {
    const fleet = fleetFor(model, 1_000, 30);
    // 1 core of lanes and 60 of calls, of which a process has six tenths.
    expect(fleet.processes).toBe(102);
    expect(fleet.redisConnections).toBe(1_000 + 3 * 102);
    expect(fleet.redisCommandsPerSecond).toBe(302_000);
    expect(fleet.idsPerSecond).toBe(600_000);
    expect(fleet.ledgerRowsPerSecond).toBe(30_000 * 42);
  });

  it('is one process at least', () => expect(fleetFor(model, 1, 1).processes).toBe(1));
});
