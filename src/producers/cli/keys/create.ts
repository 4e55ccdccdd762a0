/** `expunge keys create`: a key is shown once, on stdout alone; what is kept of it is its hash. */
import type { Config } from '../../../config.ts';
import { namePattern, nameRemedy } from '../../../config/schema.ts';
import { keyId } from '../../../ledger/keys.ts';
import type { Ledger } from '../../../ledger/ledger.ts';
import { newKey, sha256Of, type Person } from '../../person.ts';
import { personOf } from '../person.ts';
import type { AddCommand, Context } from '../program.ts';
import { CommandError, exits } from '../terminal.ts';
import { iso, shortened, when } from '../../wording.ts';
import { withLedger } from '../with-ledger.ts';
import { livesMs } from './expiry.ts';
import { mayKeepOf, mustBeAllowedToGrant, readScopes } from './grant.ts';

interface Flags {
  readonly scopes: string;
  readonly expires?: string;
  readonly inFile?: true;
}

/** A key's text and what is kept of it. */
interface Made {
  readonly key: string;
  readonly id: string;
  readonly name: string;
  readonly sha256: string;
  readonly scopes: readonly string[];
}

export const addCreate: AddCommand = (keys, run) =>
  void keys
    .command('create')
    .description('a new key, told once on stdout; two of one name may live at a time, for rotation')
    .argument('<name>', 'who holds it: the name that stands on record')
    .requiredOption(
      '--scopes <list>',
      'what it may do: VERB, VERB:ACCOUNT or VERB:ACCOUNT:OPERATION, by commas',
    )
    .option('--expires <in>', 'how long it lives: 12h, 90d (default: until it is revoked)')
    .option('--in-file', 'store nothing: tell the entry for api.keys of the configuration file')
    .action(run(create));

async function create(context: Context, name: string, flags: Flags): Promise<void> {
  const config = context.config();
  if (!namePattern.test(name))
    throw new CommandError(`${shortened(name)} is no name for a key: ${nameRemedy}`, exits.usage);
  const scopes = readScopes(flags.scopes, Object.keys(config.accounts));
  const lives = flags.expires === undefined ? 0 : livesMs(flags.expires);
  const key = newKey(context.clock);
  const sha256 = sha256Of(key);
  const made = { key, id: keyId(sha256), name, sha256, scopes: scopes.map(({ text }) => text) };
  if (flags.inFile) return tellEntry(context, config, made, lives);
  await withLedger(context, config, async (ledger) => {
    const person = await personOf(config, ledger);
    mustBeAllowedToGrant(person, scopes);
    const its = [...config.api.keys, ...(await ledger.keys())].filter((each) => each.name === name);
    if (person.known && !mayKeepOf(person, name, its))
      throw new CommandError(
        `${person.name} may not create keys in the name of ${name}, who may do more than it keeps keys for: choose ` +
          'another name. No key was created.',
        exits.refused,
      );
    await store(ledger, config, person, made, lives);
    const stored = (await ledger.keys()).find(({ id }) => id === made.id);
    tell(context, made, stored?.expires ?? 0);
  });
}

async function store(
  ledger: Ledger,
  config: Config,
  person: Person,
  { name, sha256, scopes }: Made,
  lives: number,
): Promise<void> {
  // Without a key to prove it nobody gets a further key in somebody's name.
  const newName = !person.known;
  const inFile = newName && config.api.keys.some((each) => each.name === name);
  const end = inFile
    ? 'name exists'
    : await ledger.addKey({ name, sha256, scopes, livesMs: lives, newName }, person.name);
  if (end === 'name exists')
    throw new CommandError(
      `there is, or was, a key of the name ${name}, and a further one takes a person with a key: set EXPUNGE_API_KEY ` +
        'to one with the scope keys, or choose another name. No key was created.',
      exits.refused,
    );
  if (end === 'two live already')
    throw new CommandError(
      `${name} has two live keys already. Revoke one (expunge keys list; expunge keys revoke ${name} --id ID), then ` +
        'create this one. No key was created.',
      exits.refused,
    );
}

const use =
  'It is told this once: keep it now. Servers take it as Authorization: Bearer, commands from EXPUNGE_API_KEY.';

function tell({ terminal }: Context, { key, id, name, scopes }: Made, expires: number): void {
  const end = expires === 0 ? 'lives until it is revoked' : `expires ${when(expires)}`;
  terminal.say(`Key ${id} of ${name} may ${scopes.join(', ')}; it ${end}.\n${use}`);
  terminal.result({ id, name, key, scopes, expires: expires === 0 ? null : iso(expires) }, key);
}

function tellEntry(
  { terminal }: Context,
  config: Config,
  { key, id, name, sha256, scopes }: Made,
  lives: number,
): void {
  if (lives > 0)
    throw new CommandError(
      '--expires goes with keys of the ledger: those of the file live as long as they stand there. Leave one of ' +
        '--expires and --in-file out.',
      exits.usage,
    );
  const written = scopes.map((scope) => (/[:*]/.test(scope) ? `'${scope}'` : scope)).join(', ');
  terminal.say(
    [
      `Nothing was stored. Add this to api.keys of ${config.file ?? 'expunge.yaml'}, and restart what runs with it:`,
      '',
      'api:',
      '  keys:',
      `    - { name: ${name}, sha256: ${sha256}, scopes: [${written}] }`,
      '',
      `The key stands on stdout. ${use}`,
    ].join('\n'),
  );
  terminal.result({ id, name, key, entry: { name, sha256, scopes } }, key);
}
