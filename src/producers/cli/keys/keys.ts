/** `expunge keys`: who may use the HTTP API, and prove a name to the commands. */
import type { AddCommand } from '../program.ts';
import { addCreate } from './create.ts';
import { addList } from './list.ts';
import { addRevoke } from './revoke.ts';

export const addKeys: AddCommand = (program, run) => {
  const keys = program.command('keys').description('API keys: create, list, revoke');
  for (const add of [addCreate, addList, addRevoke]) add(keys, run);
};
