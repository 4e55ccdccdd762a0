/** A target as programs are told of it: by the API, by `lookup --json` and in archives. */
import { z } from 'zod';
import type { TargetRecord } from '../ledger/target-record.ts';
import { iso } from './wording.ts';

export const settlements = ['deleted', 'absent', 'refused', 'exhausted', 'cancelled', 'spared'] as const;

const time = z.string().meta({ format: 'date-time' });

export const targetSchema = z
  .strictObject({
    account: z.string(),
    operation: z.string(),
    kind: z.string().meta({ description: 'The kind of id, one of the operation’s' }),
    id: z.string(),
    parent: z.string().optional().meta({ description: 'What the id belongs to (Huawei: the asset)' }),
    options: z.string().optional().meta({ description: 'The options that decide what is deleted' }),
    state: z.enum(['waiting', 'offered', 'sending']).optional().meta({ description: 'While it is open' }),
    settlement: z
      .enum(settlements)
      .optional()
      .meta({ description: 'Once it is settled. `deleted`: the provider accepted the deletion' }),
    code: z.string().meta({ description: 'The provider’s, or one of ours in lower case' }),
    message: z.string(),
    requestId: z.string().meta({ description: 'The provider’s, of the last answer' }),
    attempts: z.int(),
    ambiguous: z.boolean().meta({ description: 'An unanswered attempt may have deleted it' }),
    note: z.string().optional(),
    acceptedAt: time.nullable(),
    settledAt: time.nullable(),
    dueAt: time.optional(),
    requests: z.array(
      z.strictObject({ id: z.string(), requester: z.string(), reason: z.string(), at: time }),
    ),
    calls: z.array(
      z.strictObject({
        id: z.string(),
        result: z.string(),
        code: z.string(),
        requestId: z.string(),
        startedAt: time,
        endedAt: time.nullable(),
      }),
    ),
  })
  .meta({ id: 'Target' });

const ambiguousNote = 'absent after an unanswered attempt: we may have deleted it ourselves';

/** What is to be said beside the bare facts; undefined where there is nothing. */
export function noteOf({ ambiguous, settlement }: TargetRecord): string | undefined {
  if (!ambiguous) return undefined;
  if (settlement === 'absent') return ambiguousNote;
  if (settlement === 'deleted') return undefined;
  return 'an unanswered attempt may have deleted it';
}

const timeOf = (at: number): string | null => (at > 0 ? iso(at) : null);

export function targetAnswer(target: TargetRecord): z.infer<typeof targetSchema> {
  const { account, operation, kind, id, parent, options, settlement, state } = target;
  const { code, message, providerRequest, attempts, ambiguous, accepted, due, settled } = target;
  const note = noteOf(target);
  return {
    ...{ account, operation, kind, id },
    ...(parent !== '' && { parent }),
    ...(options !== '' && { options }),
    ...(settlement === null ? state !== null && { state } : { settlement }),
    ...{ code, message, requestId: providerRequest, attempts, ambiguous },
    ...(note !== undefined && { note }),
    ...{ acceptedAt: timeOf(accepted), settledAt: timeOf(settled) },
    ...(settlement === null && due > 0 && { dueAt: iso(due) }),
    requests: target.requests.map(({ id: request, requester, reason, created }) => ({
      ...{ id: request, requester, reason, at: iso(created) },
    })),
    calls: target.calls.map(
      ({ id: call, result, code: said, claimed, ended, providerRequest: requestId }) => ({
        ...{ id: call, result, code: said, requestId },
        startedAt: iso(claimed),
        endedAt: ended === null ? null : iso(ended),
      }),
    ),
  };
}
