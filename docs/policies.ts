/**
 * The least that a key of each operation may do, as the providers' consoles take it. A read is what `--check-exists`,
 * `accounts check` and the confirmation of a doubtful answer call; no deletion needs it.
 */
import type { Operation, ProviderName } from '../src/providers/operation.ts';
import { operations } from '../src/providers/operations.ts';

/** Huawei's names are not those of its actions: "Listing Snapshot Task Results" (VOD API Reference, 2026-03-20). */
const readPermissions: Readonly<Record<string, string>> = { ListThumbnails: 'vod:thumbnail:list' };

const statement = (actions: readonly string[]) => ({
  // RAM: "ApsaraVideo VOD: RAM authorization", none of the actions can be granted for single resources.
  alibaba: { Version: '1', Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] },
  // IAM: "Identity Policy Grammar" (2025-11-07); "Actions Supported by Identity Policy-based Authorization" of VOD
  // (2026-02-27): * is any resource.
  huawei: { Version: '5.0', Statement: [{ Effect: 'Allow', Action: actions, Resource: ['*'] }] },
});

/** By RAM's rule an action is `service:Name`; the service is that of the deletion. */
function readPermission({ permission, read, provider, name }: Operation): readonly string[] {
  if (!read) return [];
  if (provider === 'alibaba') return [`${permission.split(':')[0]}:${read.action}`];
  const known = readPermissions[read.action];
  if (known === undefined)
    throw new Error(`docs/policies.ts: what permission does ${read.action} of ${name} need?`);
  return [known];
}

const kinds: Readonly<Record<ProviderName, string>> = {
  alibaba: 'RAM policy',
  huawei: 'IAM identity policy (5.0)',
};

/** A policy for each operation, of the list. */
export function policies(): string {
  return operations
    .map((operation) => {
      const actions = [operation.permission, ...readPermission(operation)];
      const policy = JSON.stringify(statement(actions)[operation.provider], undefined, 2);
      return `\`${operation.name}\`, ${kinds[operation.provider]}:\n\n\`\`\`json\n${policy}\n\`\`\`\n`;
    })
    .join('\n');
}
