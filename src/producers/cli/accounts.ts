/** `expunge accounts check`: tries each account's credentials, endpoint and signature, without deleting. */
import { checkAccount, type Check } from './account-check.ts';
import { chooseAccount } from './choice.ts';
import type { AddCommand, Context } from './program.ts';
import { exits, table } from './terminal.ts';
import { count, shortened, visible } from '../wording.ts';

export const addAccounts: AddCommand = (program, run) => {
  program
    .command('accounts')
    .description('the configured accounts')
    .command('check')
    .description('sign a harmless read for each operation: exit 1 if one is not answered as it should be')
    .argument('[account]', 'one account (default: all)')
    .action(run(check));
};

async function check(context: Context, account?: string): Promise<void> {
  const { clock, terminal, version, exitWith } = context;
  const { accounts } = context.config();
  chooseAccount(Object.keys(accounts), account ?? Object.keys(accounts)[0] ?? '');
  const chosen = Object.values(accounts).filter(({ name }) => account === undefined || name === account);
  const { createTransport } = await import('../../providers/transport.ts');
  const transport = createTransport({ clock, userAgent: `expunge/${version}` });
  const checks = (await Promise.all(chosen.map((each) => checkAccount(each, clock, transport)))).flat();
  await transport.close();
  if (checks.some(({ ok }) => !ok)) exitWith(exits.failed);
  terminal.result(checks, textOf(checks));
}

function textOf(checks: readonly Check[]): string {
  const rows = checks.map(({ account, operation, ok, code, message }) => [
    ...[account, operation, ok ? 'ok' : 'FAILED', code, shortened(message, 100)],
  ]);
  const failed = checks.filter(({ ok }) => !ok);
  // One cause fails all operations of an account alike.
  const hints = [...new Set(failed.map(({ account, hint }) => `${account}: ${visible(hint)}`))];
  const ending =
    failed.length === 0
      ? ['Only reads were made: whether the keys may delete shows at the first deletion.']
      : [`${count(failed.length, 'check')} failed.`, ...hints.map((hint) => `  ${hint}`)];
  return [table(['account', 'operation', '', 'code', 'answer'], rows), '', ...ending].join('\n');
}
