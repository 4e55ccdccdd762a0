/** What happens to workers, to their clocks and to the ledger. */
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { one, owner, seconds, type Fault } from './fault.ts';

export const processFaults: readonly Fault[] = [
  {
    name: 'worker killed (-9), another started',
    row: 'F1',
    place: 'worker',
    weight: 6,
    async strike(stage, random) {
      const victim = await owner(stage, random);
      if (!victim) return;
      stage.remove(victim);
      victim.signal('SIGKILL');
      await victim.ended;
      await sleep(seconds(random, 0, 1));
      await stage.join();
    },
  },
  {
    name: 'worker stopped for 12 s, then woken',
    row: 'F6',
    place: 'worker',
    // A process that stops while it commits holds the embedded ledger's lock: all would wait for it.
    only: 'postgres',
    weight: 2,
    async strike(stage, random) {
      const victim = await owner(stage, random);
      victim?.signal('SIGSTOP');
      await sleep(12_000);
      victim?.signal('SIGCONT');
    },
  },
  {
    name: 'event loop blocked for 2 to 8 s',
    row: 'F6',
    place: 'worker',
    weight: 2,
    async strike(stage, random) {
      await (await owner(stage, random))?.make({ blockMs: seconds(random, 2, 8) });
    },
  },
  {
    name: "a worker's clock steps by up to an hour",
    row: 'F15',
    place: 'clock',
    weight: 2,
    async strike(stage, random) {
      const victim = one(random, stage.workers);
      // One that is just being killed does not answer.
      await Promise.race([victim?.make({ stepMs: Math.round((random() - 0.5) * 7_200_000) }), sleep(2_000)]);
    },
  },
  {
    name: 'PostgreSQL crashes',
    row: 'F16',
    place: 'ledger',
    weight: 2,
    only: 'postgres',
    async strike({ postgres }, random) {
      await postgres?.server.stop('SIGQUIT');
      await sleep(seconds(random, 0.5, 4));
      await postgres?.server.start();
    },
  },
  {
    name: 'network to PostgreSQL: swallowed or reset',
    row: 'F16',
    place: 'ledger',
    weight: 2,
    only: 'postgres',
    async strike({ postgres }, random) {
      if (random() < 0.5) return postgres?.proxy.reset();
      await postgres?.proxy.make({ kind: 'black-hole' });
      await sleep(seconds(random, 1, 7));
      await postgres?.proxy.heal();
    },
  },
  {
    name: "no room for the ledger's file",
    row: 'F16',
    place: 'worker',
    weight: 2,
    only: 'libsql',
    async strike(stage, random) {
      const victim = await owner(stage, random);
      if (!victim) return;
      const room = (bytes: string) =>
        execFileSync('prlimit', ['--pid', String(victim.pid), `--fsize=${bytes}:`]);
      room('0');
      await sleep(seconds(random, 1, 4));
      room('unlimited');
    },
  },
  {
    name: 'worker asked to end, another started',
    row: 'F23',
    place: 'worker',
    weight: 3,
    async strike(stage, random) {
      const victim = await owner(stage, random);
      if (!victim) return;
      stage.remove(victim);
      victim.signal('SIGTERM');
      await stage.join();
      const over = await Promise.race([victim.ended, sleep(30_000)]);
      if (!over || over.code !== 0)
        throw new Error(`a worker did not end in order within 30 s: ${JSON.stringify(over)}`);
    },
  },
];
