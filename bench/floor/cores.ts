/** What is measured has one processor core to itself, and everything else the others: Linux with util-linux only. */
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';

/** Of the machine: Node.js counts as available those only that a process may run on. */
const count = cpus().length;

const set = (pid: number, cores: string): boolean =>
  count > 1 && spawnSync('taskset', ['--all-tasks', '--pid', '--cpu-list', cores, String(pid)]).status === 0;

/** That process with all its threads runs on the first core only. False: it could not be said. */
export const onFirstCore = (pid: number): boolean => set(pid, '0');

/** This process, and what it starts from now on, leaves the first core alone. */
export const offFirstCore = (): boolean => set(process.pid, `1-${count - 1}`);

export const onAnyCore = (): boolean => set(process.pid, `0-${count - 1}`);
