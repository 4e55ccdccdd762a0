/**
 * What stands in a queue job: the format that producers in any language write. Our own jobs are no different.
 * The data is untrusted until it was parsed here, its targets accepted by the operation and found in the ledger.
 */
import { z } from 'zod';

const text = (most: number) => z.string().max(most);

export const jobSchema = z.strictObject({
  v: z.literal(1),
  /** The request's id, for people and logs: the ledger knows which requests name a target. */
  request: text(128),
  /** Each as the operation accepts it: a plain id, or the kind written out. */
  targets: z.array(z.unknown()).min(1).max(100),
  /** Options of the operation, for all of the targets. */
  options: z.record(z.string(), z.unknown()).optional(),
  /** Milliseconds since 1970 by the ledger's clock. */
  notBefore: z.number().int().min(0).optional(),
  requester: text(256),
  reason: text(1024),
  /** Milliseconds since 1970. */
  issuedAt: z.number().int().min(0),
  expiresAt: z.number().int().min(0),
  keyId: text(128).optional(),
  signature: text(256).optional(),
});

export type JobData = z.infer<typeof jobSchema>;

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
