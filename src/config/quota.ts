/**
 * What accounts must agree on. A provider counts calls per cloud account, not per entry of this file: two entries that
 * bill to one cloud account without saying so would each send at the full cap, and together twice of it.
 */
import type { Finding } from './problems.ts';
import type { Account } from './shape.ts';

/** `readSecret` gives what a file holds, or undefined; it is compared and never shown. */
export function quotaFindings(
  accounts: readonly Account[],
  readSecret: (file: string) => string | undefined,
): Finding[] {
  return accounts.flatMap((account, index) => {
    const earlier = accounts.slice(0, index);
    const member = account.quotaGroup && earlier.find((other) => other.quotaGroup === account.quotaGroup);
    return [...sharedKey(account, earlier, readSecret), ...(member ? disagreements(account, member) : [])];
  });
}

function sharedKey(
  account: Account,
  earlier: readonly Account[],
  readSecret: (file: string) => string | undefined,
): Finding[] {
  const key = identity(account, readSecret);
  const twin = key && earlier.find((other) => identity(other, readSecret) === key);
  if (!twin || (twin.quotaGroup !== undefined && twin.quotaGroup === account.quotaGroup)) return [];
  const problem = `uses the same key as ${twin.name}: the cap belongs to the cloud account, and together they would exceed it`;
  return [
    {
      path: ['accounts', account.name, 'credentials'],
      problem,
      remedy: `give both the same quotaGroup, such as the id of the cloud account, or remove one of them`,
    },
  ];
}

function disagreements(account: Account, member: Account): Finding[] {
  const at = ['accounts', account.name];
  const group = `quotaGroup ${account.quotaGroup}`;
  if (account.provider !== member.provider) {
    const problem = `is in ${group} with ${member.name} of ${member.provider}: providers share no cap`;
    return [{ path: [...at, 'provider'], problem, remedy: 'give them different quota groups' }];
  }
  return Object.entries(account.operations).flatMap(([operation, limit]) => {
    const other = member.operations[operation];
    if (!other || (other.cap === limit.cap && other.per === limit.per)) return [];
    const path = [...at, 'operations', operation, 'cap'];
    const problem = `is ${limit.cap} a ${limit.per} here and ${other.cap} a ${other.per} in ${member.name} of the same ${group}`;
    return [{ path, problem, remedy: 'write the same cap for all accounts of the group: they share it' }];
  });
}

/** What tells one cloud identity from another; undefined where it can't be known before it is used. */
function identity(account: Account, readSecret: (file: string) => string | undefined): string | undefined {
  const fields = account.credentials as Readonly<Record<string, string | undefined>>;
  if (fields['chain']) return `${account.provider} chain`;
  for (const name of ['accessKeyId', 'accessKey', 'token']) {
    const file = fields[`${name}File`];
    const value = fields[name] ?? (file === undefined ? undefined : readSecret(file)?.trim());
    if (value) return `${account.provider} ${value}`;
  }
  return undefined;
}
