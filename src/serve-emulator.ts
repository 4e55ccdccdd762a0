/** `expunge emulator`: the stand-in for both providers, with the accounts of the configuration. */
import type { Account } from './config.ts';
import type { EmulatorAccount } from './emulator/account.ts';
import { startEmulator } from './emulator/emulator.ts';
import { CommandError, exits } from './producers/cli/terminal.ts';
import type { AddCommand, Context } from './producers/cli/program.ts';
import { credentialSource } from './providers/credentials.ts';
import { operationNamed } from './providers/operations.ts';

interface Flags {
  readonly port: string;
  readonly host: string;
  readonly seed?: string;
  readonly now?: string;
  readonly data?: string;
  readonly latency?: string;
}

export const addEmulator: AddCommand = (program, run) => {
  program
    .command('emulator')
    .description('stand in for both providers: signatures, caps, inventory, faults; deletes nothing real')
    .option('--port <port>', 'port to listen on, 0 for a free one', '9090')
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option('--seed <seed>', 'seed of everything that happens by chance')
    .option('--now <time>', 'ISO time at which its clock stands still, to replay captured requests')
    .option('--data <dir>', 'folder in which record and inventory survive a restart')
    .option('--latency <ms>', 'time that each answer takes, MIN-MAX in milliseconds', '20-50')
    .action(run(emulate));
};

async function emulate(context: Context, flags: Flags): Promise<void> {
  const { clock, terminal, stopped } = context;
  const config = context.config();
  const accounts = await Promise.all(
    Object.values(config.accounts).map((account) => emulated(account, () => clock)),
  );
  if (accounts.length === 0)
    throw new CommandError(
      'no accounts are configured: nobody could sign a request. Add accounts to expunge.yaml.',
      exits.usage,
    );
  const emulator = await startEmulator({
    ...{ accounts, clock, host: flags.host },
    port: wholeNumber('--port', flags.port, 65_535),
    latency: range('--latency', flags.latency ?? '20-50'),
    ...(flags.seed !== undefined && { seed: flags.seed }),
    ...(flags.now !== undefined && { frozenNow: time('--now', flags.now) }),
    ...(flags.data !== undefined && { dataDir: flags.data }),
  }).catch((error: unknown) => {
    throw new CommandError(
      `the emulator can't listen on ${flags.host}:${flags.port}: ${(error as Error).message}`,
      exits.failed,
    );
  });
  terminal.event({ started: true, url: emulator.url, port: emulator.port });
  terminal.say(
    `The emulator listens on ${emulator.url} for ${accounts.length} accounts; record: GET /_emulator/calls. Ctrl-C ends it.`,
  );
  await new Promise<void>((resolve) => {
    if (stopped.aborted) resolve();
    else stopped.addEventListener('abort', () => resolve(), { once: true });
  });
  await emulator.close();
}

async function emulated(account: Account, clock: () => Context['clock']): Promise<EmulatorAccount> {
  const { name, provider, site, quotaGroup, operations } = account;
  const credentials = await credentialSource(account.credentials, { clock: clock() })
    .current()
    .catch((error: unknown) => {
      throw new CommandError(`accounts.${name}.credentials: ${(error as Error).message}`, exits.usage);
    });
  const caps = Object.fromEntries(
    Object.entries(operations).map(([operation, { cap, per }]) => [
      operationNamed(operation).action,
      { calls: cap, per },
    ]),
  );
  const shared = {
    name,
    provider,
    caps,
    region: site.region,
    ...(quotaGroup !== undefined && { quotaGroup }),
  };
  if ('token' in credentials)
    return { ...shared, accessKeyId: name, secret: '', token: credentials.token, ...project(site.projectId) };
  const [accessKeyId, secret] =
    credentials.provider === 'alibaba'
      ? [credentials.accessKeyId, credentials.accessKeySecret]
      : [credentials.accessKey, credentials.secretKey];
  const { securityToken } = credentials;
  return {
    ...shared,
    accessKeyId,
    secret,
    ...(securityToken !== undefined && { securityToken }),
    ...project(site.projectId),
  };
}

const project = (projectId: string | undefined) => (projectId === undefined ? {} : { projectId });

function wholeNumber(flag: string, text: string, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= most && /^\d+$/.test(text)) return value;
  throw new CommandError(`${flag} ${text}: give a whole number from 0 to ${most}`, exits.usage);
}

function time(flag: string, text: string): number {
  const value = Date.parse(text);
  if (!Number.isNaN(value)) return value;
  throw new CommandError(`${flag} ${text}: give an ISO time such as 2026-11-20T08:15:30Z`, exits.usage);
}

function range(flag: string, text: string): { readonly min: number; readonly max: number } {
  const [, min, max] = /^(\d{1,5})-(\d{1,5})$/.exec(text) ?? [];
  if (min !== undefined && max !== undefined && Number(min) <= Number(max))
    return { min: Number(min), max: Number(max) };
  throw new CommandError(`${flag} ${text}: give MIN-MAX in milliseconds, such as 20-50`, exits.usage);
}
