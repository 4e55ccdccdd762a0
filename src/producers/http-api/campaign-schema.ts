/** What `/v1/campaigns` takes and answers. */
import { z } from 'zod';
import { say } from '../../config/problems.ts';
import { settlements } from '../../deletion.ts';
import type { CampaignState } from '../../ledger/schema.ts';
import { stateNames } from '../campaign/report-pages.ts';
import { formats } from '../campaign/report.ts';
import { mostReason, namePattern, nameRemedy } from '../campaign/plan-list.ts';
import { isSwitch } from '../option-name.ts';
import { optionSpecs } from '../widening-words.ts';
import { body, text } from '../fields.ts';

const choice = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, { error: say('is none of the known values', `give ${values.join(' or ')}`) });
const yesOrNo = choice(['true', 'false']).optional();
const short = (remedy: string) => text(64, remedy).optional();

const name = z
  .string({ error: say('is missing', nameRemedy) })
  .regex(namePattern, { error: say('is no name for a campaign', nameRemedy) });

export const nameParameter = z.strictObject({ name });

const plainText = (remedy: string) =>
  text(mostReason, remedy).refine((given) => !given.includes('\0'), {
    error: say('holds a character that no text has', remedy),
  });
const why = plainText('say why: it stands on record');

const rules = {
  window: short('write it like 22:00-06:00 Asia/Shanghai').meta({ description: 'Sends only then, each day' }),
  undoWindow: short('write it like 24h').meta({
    description: 'So long nothing is sent after run: time to cancel',
  }),
  notBefore: short('give a time with its zone, or +24h').meta({ description: 'Nothing is sent before' }),
};

/** Options are parameters of their own, by the operations' list. */
const options = Object.fromEntries(
  optionSpecs.map((spec) => {
    const description = `${spec.title}: ${spec.values}`;
    const value = isSwitch(spec) ? yesOrNo : text(2_048, `give ${spec.values}`).optional();
    return [spec.name, value.meta({ description })];
  }),
);

const share = (description: string) => short('write it like 0.5 or 50%').meta({ description });

export const planQuery = body({
  ...options,
  name,
  account: text(63, 'name a configured account'),
  operation: text(100, 'name an operation of the account'),
  reason: why.optional().meta({ description: 'Why, for the record' }),
  kind: text(64, 'name a kind of the operation')
    .optional()
    .meta({ description: 'What plain ids are; left out: the operation’s first kind' }),
  column: text(2_048, 'name a column').optional().meta({ description: 'Of a CSV; left out: the first' }),
  max: short('write it like 12000').meta({ description: 'Refused if it has more targets' }),
  share: share('Most of the lane’s cap that it takes'),
  ...rules,
  again: yesOrNo.meta({ description: 'Delete again what the ledger holds as deleted or absent' }),
  canary: yesOrNo.meta({ description: 'false: begin with all, not with ten and then one in a hundred' }),
  brakeRefused: share('Pause above this share of refused ids'),
  brakeAbsent: share('Pause above this share of absent ids'),
  brakeThrottled: share('Pause above this share of throttled calls'),
  checkExists: short('write it like 100').meta({
    description: 'Ask the provider whether so many of them exist',
  }),
  anyway: yesOrNo.meta({ description: 'true: plan it even if most of those that were checked do not exist' }),
});

const count = (remedy: string) =>
  z
    .int({ error: ({ input }) => say(input === undefined ? 'is missing' : 'is not a whole number', remedy) })
    .min(0, { error: say('is below 0', remedy) });

export const runBody = body({
  plan: text(64, 'give the hash that the plan has').meta({ description: 'The plan’s hash' }),
  confirm: count('give how many targets the plan has').meta({ description: 'How many targets it has' }),
  max: count('give a whole number').optional(),
  share: z.number({ error: say('is not a number', 'give one up to 1, such as 0.5') }).optional(),
  ...rules,
});

export const approveBody = body({
  plan: text(64, 'give the hash that was looked at').meta({ description: 'The hash that was looked at' }),
  reason: why.optional(),
});

export const reasonBody = body({ reason: why.optional() }).optional();

export const reportQuery = body({
  format: choice(formats).optional().meta({ description: 'csv if left out' }),
  only: text(200, `name some of ${stateNames.join(', ')}, with commas`)
    .optional()
    .meta({ description: `Some of ${stateNames.join(', ')}, with commas; failed is refused and exhausted` }),
});

/** All but those of a plan that is being made, or that another has replaced. */
const states = [
  ...(['planned', 'approved', 'running', 'pausing', 'paused'] as const),
  ...(['cancelling', 'cancelled', 'completed', 'failed'] as const),
] satisfies readonly CampaignState[];

const time = z.string().meta({ format: 'date-time' });
const tally = z.partialRecord(z.enum(settlements), z.int());

export const campaignSchema = z
  .strictObject({
    campaign: z.string(),
    account: z.string(),
    operation: z.string(),
    state: z.enum(states),
    reason: z.string().meta({ description: 'Why it is in this state' }),
    by: z.string().meta({ description: 'Who brought it there' }),
    since: time,
    requester: z.string(),
    why: z.string(),
    hash: z.string().meta({ description: 'Stands for exactly what would be deleted' }),
    approvedBy: z.string().nullable(),
    started: time.nullable(),
    ended: time.nullable(),
    notBefore: time.nullable(),
    valid: z.int().meta({ description: 'Targets of the plan' }),
    done: z.int(),
    remaining: z.int(),
    settlements: tally.meta({ description: 'By calls' }),
    answeredFromLedger: tally.meta({ description: 'Settled before: no call was made' }),
    calls: z.int(),
    throttled: z.int(),
    inFlight: z.int(),
    fill: z.number().nullable().meta({ description: 'Targets a call' }),
    callsPerSecond: z.number().nullable(),
    idsPerSecond: z.number().nullable(),
    cap: z.strictObject({ calls: z.number(), per: z.enum(['second', 'minute']) }).nullable(),
    share: z.number(),
    canaryStage: z.int().nullable(),
    etaSeconds: z.int().nullable().meta({ description: 'Null: nobody can tell; `waits` says why' }),
    sendingSeconds: z.int().nullable(),
    waits: z.array(z.strictObject({ for: z.string(), text: z.string(), until: time.optional() })),
    next: z.array(z.string()).meta({ description: 'What can be done now' }),
  })
  .meta({ id: 'Campaign' });

export const campaignsSchema = z
  .strictObject({
    campaigns: z.array(campaignSchema),
    next: z.string().nullable().meta({ description: 'The cursor of the next page; null: there is none' }),
  })
  .meta({ id: 'Campaigns' });

const whole = z.int();

export const planSchema = z
  .strictObject({
    campaign: z.string(),
    hash: z.string().meta({ description: 'Stands for exactly what would be deleted' }),
    valid: whole.meta({ description: 'Targets that would be deleted' }),
    invalid: whole.meta({ description: 'Bad lines, left out' }),
    duplicates: whole,
    alreadySettled: whole,
    calls: whole,
    bestCaseSeconds: whole.meta({ description: 'Of sending, at the lane’s cap' }),
    account: z.string(),
    operation: z.string(),
    kinds: z.record(z.string(), whole).meta({ description: 'Targets by kind' }),
    first: z.string(),
    last: z.string(),
    widening: z
      .array(z.string())
      .meta({ description: 'What widens the deletion as far as it can, in capitals' }),
    warnings: z.array(z.string()).meta({ description: 'What the provider’s pages warn of' }),
    invalidListed: whole.meta({ description: 'How many of the bad lines are in `invalidLines`' }),
    invalidLines: z
      .array(z.strictObject({ line: whole, value: z.string(), problem: z.string(), remedy: z.string() }))
      .meta({ description: 'The first 1,000; values are cut' }),
    checked: z
      .strictObject({
        asked: whole,
        present: whole,
        gone: whole,
        unknown: whole,
        titles: z.array(z.strictObject({ id: z.string(), title: z.string() })),
        unasked: z.array(z.strictObject({ targets: whole, code: z.string(), message: z.string() })),
      })
      .optional(),
    needsApproval: z.boolean().meta({ description: 'A second person has to approve it before it runs' }),
    next: z.array(z.string()).meta({ description: 'What to do next, if it is what was meant' }),
  })
  .meta({ id: 'Plan' });
