/**
 * Signatures of queue jobs: HMAC-SHA256, in hexadecimal, over the RFC 8785 canonical JSON of every field of the job
 * but `signature`, and of `queue`, the queue's name: a job that was signed for one lane is none in another.
 *
 * A signature says that somebody with the key wrote exactly this for this queue. It does not say that it is new:
 * times do (`job.ts`), and the ledger, which holds what became of each target.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { canonical } from './canonical.ts';
import type { JobData, Refused } from './job.ts';

/** A shared secret, as UTF-8 bytes, and the name by which jobs choose it. */
export interface SigningKey {
  readonly id: string;
  readonly key: string;
}

/** The key of a job that has no `keyId`, and the id of the one that the configuration calls `signingKey`. */
export const defaultKeyId = 'default';

function signatureOf(queue: string, { signature: _, ...signed }: JobData, key: string): Buffer {
  return createHmac('sha256', key)
    .update(canonical({ ...signed, queue }))
    .digest();
}

/** The same job, signed for this queue. */
export function signJob(queue: string, data: JobData, { id, key }: SigningKey): JobData {
  const signed = { ...data, keyId: id };
  return { ...signed, signature: signatureOf(queue, signed, key).toString('hex') };
}

/** Signs with the first of these keys; undefined where there is none. */
export const signerWith = ([key]: readonly SigningKey[]) =>
  key && ((queue: string, data: JobData) => signJob(queue, data, key));

/** Why the job's signature is none of these keys' for this queue; undefined where it is. */
export function unverified(queue: string, data: JobData, keys: readonly SigningKey[]): Refused | undefined {
  const { signature, keyId = defaultKeyId } = data;
  if (signature === undefined) return { reason: 'unsigned', detail: 'it has no signature' };
  const found = keys.find(({ id }) => id === keyId);
  if (!found) return { reason: 'unknown-key', detail: 'keyId names no signing key that is configured here' };
  const given = Buffer.from(signature, 'hex');
  const right = signatureOf(queue, data, found.key);
  if (given.length === right.length && signature.length === 2 * right.length && timingSafeEqual(given, right))
    return undefined;
  return { reason: 'bad-signature', detail: 'the signature is not of this job, for this queue, by this key' };
}
