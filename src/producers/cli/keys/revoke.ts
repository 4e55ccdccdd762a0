/** `expunge keys revoke`: from now on a key opens nothing. */
import type { Config } from '../../../config.ts';
import type { StoredKey } from '../../../ledger/keys.ts';
import type { Person } from '../../person.ts';
import { personOf } from '../person.ts';
import { unknown } from '../choice.ts';
import type { AddCommand, Context } from '../program.ts';
import { CommandError, exits } from '../terminal.ts';
import { count, shortened } from '../../wording.ts';
import { withLedger } from '../with-ledger.ts';
import { mayKeepOf } from './grant.ts';

interface Flags {
  readonly id?: string;
}

export const addRevoke: AddCommand = (keys, run) =>
  void keys
    .command('revoke')
    .description('end the keys of a name, or one of them; servers know within a second')
    .argument('<name>')
    .option('--id <id>', 'only this one, as keys list tells it')
    .action(run(revoke));

async function revoke(context: Context, name: string, { id }: Flags): Promise<void> {
  const config = context.config();
  await withLedger(context, config, async (ledger) => {
    const person = await personOf(config, ledger);
    const all = await ledger.keys();
    const these = choose(all, config, name, id);
    mustBeAllowedToEnd(person, name, these);
    const revoked = await ledger.revokeKey(name, id, person.name);
    const done = revoked === 0 ? 'was revoked before' : `${count(revoked, 'key')} revoked`;
    if (fileHas(config, name))
      context.terminal.say(
        `A key of ${name} stands in ${fileOf(config)} too: it lives until it is taken out there.`,
      );
    context.terminal.result({ name, ...(id !== undefined && { id }), revoked }, `${name}: ${done}.`);
  });
}

/** Whoever is at this machine may end a key, and everybody their own: a stolen one must not wait for somebody. */
function mustBeAllowedToEnd(person: Person, name: string, these: readonly StoredKey[]): void {
  if (!person.known || mayKeepOf(person, name, these)) return;
  throw new CommandError(
    `${person.name} may not revoke keys of ${name}: its own needs the scope keys, for the same accounts`,
    exits.refused,
  );
}

function choose(
  all: readonly StoredKey[],
  config: Config,
  name: string,
  id: string | undefined,
): readonly StoredKey[] {
  const own = all.filter((key) => key.name === name);
  if (own.length === 0 && fileHas(config, name))
    throw new CommandError(
      `the key of ${name} stands in ${fileOf(config)}: take it out of api.keys there, and restart what runs with it`,
      exits.refused,
    );
  if (own.length === 0) {
    const names = [...new Set(all.map((key) => key.name))];
    if (names.length > 0) throw unknown(`there is no key of "${shortened(name)}"`, name, names);
    throw new CommandError('there are no keys yet: expunge keys create NAME --scopes LIST', exits.usage);
  }
  const these = id === undefined ? own : own.filter((key) => key.id === id);
  if (these.length > 0) return these;
  const ids = own.map((key) => key.id);
  throw unknown(`${name} has no key of the id "${shortened(id ?? '')}"`, id ?? '', ids);
}

const fileHas = ({ api: { keys } }: Config, name: string): boolean => keys.some((key) => key.name === name);
const fileOf = ({ file }: Config): string => file ?? 'the configuration';
