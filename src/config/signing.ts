/** The keys that jobs are signed with: `signingKey` before the list, which is there for rotation. */
import { defaultKeyId, type SigningKey } from '../job-signature.ts';
import type { Finding } from './problems.ts';

/** All keys, the one that signs first; and ids that stand twice. */
export function signingKeysOf(written: {
  readonly signingKey?: string;
  readonly signingKeys: readonly SigningKey[];
}): { readonly keys: readonly SigningKey[]; readonly findings: readonly Finding[] } {
  const { signingKey, signingKeys } = written;
  const single = signingKey === undefined ? [] : [{ id: defaultKeyId, key: signingKey }];
  const findings = signingKeys.flatMap(({ id }, index): readonly Finding[] => {
    const others = [...single, ...signingKeys.slice(0, index)];
    if (!others.some((other) => other.id === id)) return [];
    const remedy =
      id === defaultKeyId
        ? 'rename it, or leave out signingKey, which has this id'
        : 'give each key an id of its own: jobs choose their key by it';
    return [{ path: ['signingKeys', index, 'id'], problem: 'is the id of another key too', remedy }];
  });
  return { keys: [...single, ...signingKeys], findings };
}
