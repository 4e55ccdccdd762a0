/** `expunge dead`: what was refused or given up, for a person to look at, take away, or ask for again. */
import type { AddCommand } from '../program.ts';
import { addExport } from './export.ts';
import { addList } from './list.ts';
import { addRetry } from './retry.ts';

export const addDead: AddCommand = (program, run) => {
  const dead = program
    .command('dead')
    .description('dead letters, what was refused or given up: list, export, ask for again');
  for (const add of [addList, addRetry, addExport]) add(dead, run);
};
