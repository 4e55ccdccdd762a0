/** What `/v1/deletions` takes and answers. */
import { z } from 'zod';
import { say } from '../config/problems.ts';
import { operations } from '../providers/operations.ts';
import { settlements, targetSchema } from './target-answer.ts';
import { body, group, list, moment, shallow, text, yes } from './fields.ts';

/** For more there are campaigns, whose body is a stream. */
const most = 1_000;

const idsMeaning = `Plain ids, each of the operation’s first kind: ${operations
  .map(({ name, kinds }) => `${kinds[0].name} (${name})`)
  .join(', ')}`;

/** A body that names at most so many targets. */
export const bodyOfAtMost = (most: number) => {
  const entries = `give 1 to ${most}; for more plan a campaign`;
  return body({
    account: text(63, 'name a configured account').meta({ description: 'A configured account' }),
    operation: text(100, 'name an operation of the account, such as alibaba.vod.delete-video').meta({
      description: operations.map(({ name, title }) => `${name}: ${title}`).join('; '),
      examples: ['alibaba.vod.delete-video'],
    }),
    ids: list(text(2_048, 'give each id as a text'), most, entries)
      .optional()
      .meta({ description: `${idsMeaning}. Either ids or targets` }),
    targets: list(
      z
        .union([z.string(), z.record(z.string(), z.unknown())], {
          error: say('is neither a text nor an object', 'give an id, or { by, … } written out'),
        })
        .refine(shallow, { error: say('is nested too deep', 'give an id, or { by, … } written out') }),
      most,
      entries,
    )
      .optional()
      .meta({
        description:
          'Ids, or targets written out: { "by": "imageUrl", "url": "…" }, { "task": "…", "asset": "…" }',
      }),
    reason: text(1_024, 'say why: it stands on record').meta({ description: 'Why, for the record' }),
    urgent: yes('write true, or leave it out')
      .optional()
      .meta({ description: 'Before everything that is not' }),
    notBefore: moment('give a time with its zone, such as 2027-01-31T22:00:00Z')
      .optional()
      .meta({ description: 'Nothing is sent before, by the ledger’s clock' }),
    again: yes('write true, or leave it out')
      .optional()
      .meta({ description: 'Delete again what the ledger holds as deleted or absent' }),
    options: group('give an object with options of the operation')
      .optional()
      .meta({
        description: `Options of the operation: ${[...new Set(operations.flatMap(({ options }) => options.map(({ name, values }) => `${name} (${values})`)))].join('; ')}`,
      }),
  }).refine(({ ids, targets }) => (ids === undefined) !== (targets === undefined), {
    path: ['ids'],
    error: ({ input }) =>
      (input as { readonly ids?: unknown }).ids === undefined
        ? say('is missing', 'give ids or targets')
        : say('stands beside targets', 'give ids or targets, not both'),
  });
};

export const deletionBody = bodyOfAtMost(most).meta({ id: 'Deletion' });

export type DeletionBody = z.infer<typeof deletionBody>;

const counted = {
  accepted: z.int().meta({ description: 'Targets that this request opened' }),
  duplicates: z.int().meta({ description: 'Named more than once, or open already and attached to' }),
  alreadySettled: z
    .int()
    .meta({ description: 'Deleted or absent already by the ledger: no call is made (`again` makes one)' }),
};

export const acceptedSchema = z.strictObject({ id: z.string(), ...counted }).meta({ id: 'Accepted' });

const time = z.string().meta({ format: 'date-time' });

export const requestSchema = z
  .strictObject({
    id: z.string(),
    account: z.string(),
    operation: z.string(),
    state: z.enum(['open', 'settled']),
    requester: z.string(),
    reason: z.string(),
    urgent: z.boolean(),
    notBefore: time.nullable(),
    acceptedAt: time,
    ...counted,
    settlements: z
      .partialRecord(z.enum(['open', ...settlements]), z.int())
      .meta({ description: 'How many of its targets ended how; `open` for the rest' }),
    targets: z.array(targetSchema),
    next: z.string().nullable().meta({ description: 'The cursor of the next page; null: there is none' }),
  })
  .meta({ id: 'Request' });

export const cancelledSchema = z
  .strictObject({
    id: z.string(),
    cancelled: z.int().meta({ description: 'Never to be sent' }),
    sending: z.int().meta({ description: 'In a call already, which goes on' }),
    settled: z.int().meta({ description: 'Had been settled before' }),
    kept: z.int().meta({ description: 'Wanted by another request too: these go on' }),
  })
  .meta({ id: 'Cancelled' });

export const idParameter = z.strictObject({
  id: z.string().max(100).meta({ description: 'A request’s id' }),
});
