/** The faults of the campaign, by their rows in docs/faults.md. Each makes its trouble, waits it out and mends it. */
import type { Fault } from './fault.ts';
import { outsideFaults } from './outside-faults.ts';
import { processFaults } from './process-faults.ts';
import { redisFaults } from './redis-faults.ts';

export const faults: readonly Fault[] = [...processFaults, ...redisFaults, ...outsideFaults];
