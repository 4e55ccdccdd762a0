/** A network's trouble from its beginning to its end. */
import { quiet } from './judge.ts';
import type { Fault, Proxy } from './proxy.ts';

export interface Trouble {
  readonly name: string;
  readonly ms: number;
  readonly fault?: Fault;
  /** All connections are reset each time so many ms have passed. */
  readonly resetEveryMs?: number;
}

/** Resolves when it is over. */
export async function suffer(network: Proxy, { ms, fault, resetEveryMs = ms }: Trouble): Promise<void> {
  if (fault) await network.make(fault);
  for (const end = performance.now() + ms; performance.now() < end;) {
    await quiet(Math.min(resetEveryMs, end - performance.now()));
    if (!fault) network.reset();
  }
  await network.heal();
}
