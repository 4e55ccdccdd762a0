/** `expunge ledger verify`: is the ledger sound, and does an emulator's own record say the same? */
import { resolve } from 'node:path';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Verification } from '../../ledger/verify.ts';
import { accessKeysOf, compareWithEmulator, type Comparison } from '../compare.ts';
import { NoRecord } from '../provider-record.ts';
import { NoArchive, readArchives } from './archive-file.ts';
import type { AddCommand, Context } from './program.ts';
import { CommandError, exits } from './terminal.ts';
import { withLedger } from './with-ledger.ts';
import { count, grouped, visible } from '../wording.ts';

interface Flags {
  readonly against?: string;
  readonly archive?: readonly string[];
}

const mostTold = 100;

export const addVerify: AddCommand = (ledger, run) => {
  ledger
    .command('verify')
    .description('check the ledger in itself, and against the record of an emulator; exit 1 if they differ')
    .option('--against <url>', "the emulator's address, such as http://127.0.0.1:9090")
    .option('--archive <files...>', 'archives of this ledger, which are compared with it')
    .action(run(verify));
};

async function verify(context: Context, { against, archive = [] }: Flags): Promise<void> {
  const { terminal, exitWith, cwd } = context;
  if (against !== undefined && !/^https?:\/\/./.test(against))
    throw new CommandError(
      `--against ${visible(against)}: give an address such as http://127.0.0.1:9090`,
      exits.usage,
    );
  const config = context.config();
  const compare = (ledger: Ledger, url: string) => {
    const accessKeys = accessKeysOf(Object.values(config.accounts));
    const archived = readArchives(archive.map((file) => resolve(cwd, file)));
    return compareWithEmulator(ledger, url, undefined, { accessKeys, archived });
  };
  const { sound, compared } = await withLedger(context, config, async (ledger) => {
    // First, so that an address where nobody answers is told at once; a larger ledger takes minutes.
    const compared = against === undefined ? undefined : await compare(ledger, against).catch(told);
    return { sound: await ledger.verify(), compared };
  });
  if (compared && sound.archived > 0 && archive.length === 0)
    terminal.say('Some targets stand in archives: name these with --archive, or they will be missed.');
  const inner = sound.findings.flatMap(({ finding, names }) => names.map((name) => `${name} ${finding}`));
  const total = sound.findings.reduce((sum, { total }) => sum + total, 0) + (compared?.total ?? 0);
  const differences = [...inner, ...(compared?.differences ?? [])].slice(0, mostTold);
  if (total > 0) exitWith(exits.failed);
  terminal.result(
    resultOf(sound, compared, { total, differences }),
    total === 0 ? wellOf(sound, compared) : differences.map(visible).join('\n'),
  );
  if (total > 0)
    terminal.say(
      `${count(total, 'difference')}${total > differences.length ? `, ${differences.length} shown` : ''}`,
    );
}

function told(error: unknown): never {
  if (error instanceof NoRecord)
    throw new CommandError(`${error.message}\nIs it an emulator's address?`, exits.unreachable);
  if (error instanceof NoArchive) throw new CommandError(`--archive ${error.message}`, exits.usage);
  throw error;
}

interface Told {
  readonly total: number;
  readonly differences: readonly string[];
}

function resultOf(sound: Verification, compared: Comparison | undefined, told: Told): object {
  const { findings: _findings, ...counts } = sound;
  const { deletedAtProvider: deleted, calls, repeats, targets } = compared ?? {};
  const provider = compared && { provider: { targets, calls, deleted, repeats } };
  return {
    ...(compared ? { equal: told.total === 0 } : { sound: told.total === 0 }),
    ...counts,
    ...provider,
    ...told,
  };
}

function wellOf(sound: Verification, compared: Comparison | undefined): string {
  const { targets, calls, requests, archived } = sound;
  const gone = archived > 0 ? `, ${grouped(archived)} archived` : '';
  if (!compared)
    return `sound: ${count(targets, 'target')}, ${count(calls, 'call')}, ${count(requests, 'request')}${gone}`;
  const { repeats, deletedAtProvider } = compared;
  return (
    `equal: ${count(compared.targets, 'target')}, ${count(compared.calls, 'call')}; ` +
    `${count(deletedAtProvider, 'id')} deleted at the provider, ${count(repeats.ids, 'id')} sent more than once`
  );
}
