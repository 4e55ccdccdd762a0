/**
 * What stands in a queue job: the format that producers in any language write. Our own jobs are no different.
 * The data is untrusted until it was parsed here, its signature verified (`job-signature.ts`), its targets accepted
 * by the operation and found in the ledger.
 */
import { z } from 'zod';

const text = (most: number) => z.string().max(most);
const moment = z.int().min(0);

/**
 * Longest time from `issuedAt` to `expiresAt`. What a job named may leave the ledger only later than this
 * (`ledger/archive.ts`), or a job put back into the queue would pass for a new one.
 */
export const longestValidMs = 7 * 86_400_000;

/** So far may the clocks of producers and workers differ. */
export const clockToleranceMs = 3_600_000;

/** Numbers are whole: of fractions every language writes another text, and the signature is over the text. */
export const jobSchema = z.strictObject({
  v: z.literal(1).describe('Version of this format.'),
  request: text(128).describe('What your records call it, for people and logs.'),
  targets: z
    .array(z.union([text(4_096), z.record(text(64), text(4_096))]))
    .min(1)
    .max(100)
    .describe("Each an id of the operation's first kind, or written out: { by, … }."),
  options: z
    .record(text(64), z.union([z.boolean(), z.int(), text(1_024), z.array(text(1_024)).max(100)]))
    .exactOptional()
    .describe('Options of the operation, for all of the targets.'),
  notBefore: moment
    .exactOptional()
    .describe("Nothing is sent before, in milliseconds since 1970 by the ledger's clock."),
  requester: text(256).describe('Who asks: the name of an API key, where there are any.'),
  reason: text(1_024).describe('Why, for the record.'),
  issuedAt: moment.describe('When it was written, in milliseconds since 1970.'),
  expiresAt: moment.describe('When it may no longer be taken in: at most seven days after issuedAt.'),
  keyId: text(128).exactOptional().describe('The id of the signing key; left out, default.'),
  signature: text(256)
    .exactOptional()
    .describe('HMAC-SHA256 in small hexadecimal letters, over the canonical form (docs/jobs.md).'),
});

export type JobData = z.infer<typeof jobSchema>;

/** Why a job is refused: a closed set, for the metric. */
export const jobRefusals = [
  'malformed',
  'unsigned',
  'unknown-key',
  'bad-signature',
  'expired',
  'forbidden',
] as const;
export type JobRefusal = (typeof jobRefusals)[number];

/** That a job is refused, and what is wrong with it in one line. */
export interface Refused {
  readonly reason: JobRefusal;
  readonly detail: string;
}

/** The queue's name for a lane; the braces keep all its keys in one slot of a Redis Cluster. */
export const queueName = (lane: string): string => `{${lane}}`;

/** Whether we gave the job its id (a ULID). Whoever put another into the queue may wait for its return value. */
export const isOurs = (job: string): boolean => /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(job);

/** How the work on a job ended. */
export type JobEnd =
  /** Done: the outcome of each target, which the producer may read as the job's return value. */
  | { readonly results: readonly unknown[] }
  /** Again after so many milliseconds; spends no attempt of the queue's. */
  | { readonly laterMs: number }
  /** Back into the queue as if it had not been fetched. */
  | { readonly back: true }
  /** Never: kept among the failed for inspection. */
  | { readonly refused: string };

/** The data, or what is wrong with it in one line. */
export function parseJob(data: unknown): JobData | { readonly problem: string } {
  const parsed = jobSchema.safeParse(data);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return { problem: `${issue?.path.join('.') || 'data'}: ${issue?.message ?? 'invalid'}` };
}

/** Why a job's times keep it from being taken in at `now`; undefined where they don't. */
export function outOfTime(
  { issuedAt, expiresAt, notBefore = 0 }: Pick<JobData, 'issuedAt' | 'expiresAt' | 'notBefore'>,
  now: number,
): Refused | undefined {
  const expired = (detail: string): Refused => ({ reason: 'expired', detail });
  const seconds = (ms: number) => `${Math.ceil(ms / 1_000)} s`;
  if (now > expiresAt) return expired(`expiresAt passed ${seconds(now - expiresAt)} ago`);
  if (issuedAt > now + clockToleranceMs)
    return expired(`issuedAt is ${seconds(issuedAt - now)} ahead of the clock here`);
  if (expiresAt - issuedAt > longestValidMs)
    return expired(`expiresAt is more than ${longestValidMs / 86_400_000} days after issuedAt`);
  if (notBefore > expiresAt) return expired('notBefore is after expiresAt');
  return undefined;
}
