/** `expunge keys list`: who holds which keys, of the ledger and of the file. */
import type { Config } from '../../../config.ts';
import { keyId, type StoredKey } from '../../../ledger/keys.ts';
import type { Person } from '../../person.ts';
import { everyAccount } from '../../scopes.ts';
import { personOf } from '../person.ts';
import type { AddCommand, Context } from '../program.ts';
import { CommandError, exits, table } from '../terminal.ts';
import { iso, when } from '../../wording.ts';
import { withLedger } from '../with-ledger.ts';

/** Times are null where there is none. */
interface Listed {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly created: number | null;
  readonly createdBy: string | null;
  readonly expires: number | null;
  readonly state: 'live' | 'expired' | 'revoked';
  readonly kept: 'ledger' | 'file';
}

export const addList: AddCommand = (keys, run) =>
  void keys
    .command('list')
    .description('all keys: what they may do, and whether they live')
    .action(run(list));

async function list(context: Context): Promise<void> {
  const config = context.config();
  const listed = await withLedger(context, config, async (ledger) => {
    mustBeAllowedToLook(await personOf(config, ledger), config);
    return [...config.api.keys.map(ofFile), ...(await ledger.keys()).map(ofLedger)];
  });
  const keys = listed.map(({ created, expires, ...told }) => {
    return { ...told, created: created && iso(created), expires: expires && iso(expires) };
  });
  context.terminal.result({ keys }, textOf(listed));
}

function mustBeAllowedToLook(person: Person, config: Config): void {
  const accounts = [everyAccount, ...Object.keys(config.accounts)];
  if (accounts.some((account) => person.may('keys', account) || person.may('read', account))) return;
  throw new CommandError(
    `${person.name} may not do this: its key needs the scope keys or read`,
    exits.refused,
  );
}

const ofFile = ({ name, sha256, scopes }: Config['api']['keys'][number]): Listed => {
  const never = { created: null, createdBy: null, expires: null };
  return { id: keyId(sha256), name, scopes, ...never, state: 'live', kept: 'file' };
};

function ofLedger({ id, name, scopes, created, createdBy, expires, revoked, live }: StoredKey): Listed {
  const state = live ? 'live' : revoked > 0 ? 'revoked' : 'expired';
  return { id, name, scopes, created, createdBy, expires: expires || null, state, kept: 'ledger' };
}

function textOf(keys: readonly Listed[]): string {
  if (keys.length === 0)
    return 'There are no keys yet: expunge keys create NAME --scopes LIST. Until then the HTTP API is open on loopback alone.';
  const rows = keys.map(({ id, name, state, kept, created, createdBy, expires, scopes }) => [
    ...[id, name, state, created === null ? `in the ${kept}` : `${when(created)} by ${createdBy}`],
    ...[expires === null ? 'never' : when(expires), scopes.join(' ')],
  ]);
  return table(['id', 'name', 'state', 'created', 'expires', 'may'], rows);
}
