/**
 * Whether an account can act, by a read of something that does not exist: it needs a right signature and a
 * reachable host, and deletes nothing. The right to delete itself can't be tried without deleting.
 */
import type { Clock } from '../../clock.ts';
import type { Account } from '../../config.ts';
import type { Batch, Failure } from '../../deletion.ts';
import { attemptRead } from '../../providers/call.ts';
import { CredentialError, credentialSource } from '../../providers/credentials.ts';
import type { Operation, Read } from '../../providers/operation.ts';
import { operationNamed } from '../../providers/operations.ts';
import type { Credentials } from '../../providers/signing.ts';
import type { Transport } from '../../providers/transport.ts';
import { hintFor } from './failure-hints.ts';

export interface Check {
  readonly account: string;
  readonly operation: string;
  readonly ok: boolean;
  /** The provider's code, or one of ours; '' where all is well. */
  readonly code: string;
  readonly message: string;
  /** What to do; '' where all is well. */
  readonly hint: string;
}

/** Checks each of the account's operations, one after the other. */
export async function checkAccount(
  account: Account,
  clock: Clock,
  transport: Transport,
): Promise<readonly Check[]> {
  const names = Object.keys(account.operations);
  const credentials = await credentialsOf(account, clock);
  const checks: Check[] = [];
  for (const operation of names) {
    const row = { account: account.name, operation };
    if (!('provider' in credentials)) checks.push({ ...row, ok: false, ...credentials });
    else
      checks.push({
        ...row,
        ...(await tryRead(account, operationNamed(operation), { credentials, clock, transport })),
      });
  }
  return checks;
}

type Verdict = Omit<Check, 'account' | 'operation'>;

async function credentialsOf(account: Account, clock: Clock): Promise<Credentials | Omit<Verdict, 'ok'>> {
  try {
    return await credentialSource(account.credentials, { clock }).current();
  } catch (error) {
    if (!(error instanceof CredentialError)) throw error;
    const hint = `Repair accounts.${account.name}.credentials; the file must be readable by this user.`;
    return { code: 'credentials', message: error.message, hint };
  }
}

async function tryRead(
  account: Account,
  operation: Operation,
  means: { readonly credentials: Credentials; readonly clock: Clock; readonly transport: Transport },
): Promise<Verdict> {
  const { read } = operation;
  if (!read) return { ok: true, code: '', message: 'not tried: the operation has no read', hint: '' };
  const attempt = {
    ...means,
    operation,
    read,
    batch: nothing(operation, read, means.clock),
    site: account.site,
  };
  const result = await attemptRead({ ...attempt, onWrite: () => true });
  if ('vetoed' in result) throw new Error('a read that nobody vetoes was vetoed');
  if ('existing' in result.answer)
    return { ok: true, code: '', message: `${read.action} answered`, hint: '' };
  return verdictOn(result.answer.failure, account, operation, read);
}

/** A target that nobody has: 128 random bits. */
function nothing({ accept, kinds }: Operation, read: Read, clock: Clock): Batch {
  const kind = kinds.find(({ name }) => read.kinds.includes(name)) ?? kinds[0];
  const target = accept({ by: kind.name, [kind.field]: `check-${clock.nonce()}` });
  if ('problems' in target) throw new Error(`${read.action}: the made-up id is no ${kind.name}`);
  return [target];
}

function verdictOn(failure: Failure, account: Account, operation: Operation, read: Read): Verdict {
  const { class: is, code } = failure;
  const message = `${read.action}: ${failure.message}`;
  // Answers to a signature that was accepted: the provider looked at what was asked.
  if (is === 'missing' || is === 'rejected' || is === 'throttled')
    return { ok: true, code, message: `${message} (signed correctly)`, hint: '' };
  return { ok: false, code, message, hint: hintFor(failure, account, operation, read) };
}
