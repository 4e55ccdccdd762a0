import { z } from 'zod';
import { deleteActions, readActions } from './action.ts';
import { faultKinds, type Fault } from './faults.ts';
import type { Definition } from './inventory.ts';
import type { Definitions } from './journal.ts';
import { type Switches, switchValues } from './switches.ts';

/** An admin request that asks for nothing that exists; one line for each field at fault. */
export class BadAdminInput extends Error {
  readonly problems: readonly { readonly pointer: string; readonly problem: string }[];

  constructor(problems: BadAdminInput['problems']) {
    super(problems.map(({ pointer, problem }) => `${pointer || 'the body'}: ${problem}`).join('; '));
    this.problems = problems;
  }
}

const count = z.number().int().min(0).max(1_000_000_000);

const definition = z
  .strictObject({
    prefix: z.string().min(1).optional(),
    count: count.optional(),
    ids: z.array(z.string().min(1)).optional(),
    any: z.literal(true).optional(),
    asset: z.string().min(1).optional(),
  })
  .superRefine((given, context) => {
    const ways = [given.prefix, given.ids, given.any].filter((way) => way !== undefined);
    if (ways.length !== 1) context.addIssue('give exactly one of prefix (with count), ids, any');
    if ((given.prefix === undefined) !== (given.count === undefined)) {
      context.addIssue({ code: 'custom', path: ['count'], message: 'prefix and count go together' });
    }
  });

const oneOrMore = z.preprocess((given): unknown[] => [given].flat(), z.array(definition));

const inventory = z.strictObject({
  DeleteImage: oneOrMore.optional(),
  DeleteVideo: oneOrMore.optional(),
  DeleteMediaInfos: oneOrMore.optional(),
  DeleteThumbnails: oneOrMore.optional(),
} satisfies Record<(typeof deleteActions)[number], unknown>);

const faults = z.array(
  z.strictObject({
    kind: z.enum(faultKinds),
    action: z.enum([...deleteActions, ...readActions]).optional(),
    account: z.string().min(1).optional(),
    ids: z.array(z.string()).min(1).optional(),
    share: z.number().min(0).max(1).optional(),
    count: z.number().int().min(1).optional(),
    ms: z.number().min(0).max(3_600_000).optional(),
    code: z.string().min(1).optional(),
  }),
);

const switches = z.strictObject({
  deleteImageMissing: z.enum(switchValues.deleteImageMissing).optional(),
  deleteMediaInfosAllMissing: z.enum(switchValues.deleteMediaInfosAllMissing).optional(),
  deleteThumbnailsMissing: z.enum(switchValues.deleteThumbnailsMissing).optional(),
  deleteThumbnailsAcrossAssets: z.enum(switchValues.deleteThumbnailsAcrossAssets).optional(),
  emptyLists: z.enum(switchValues.emptyLists).optional(),
} satisfies Record<keyof Switches, unknown>);

/** `{ "<Action>": definition | [definition, …] }`. Throws BadAdminInput. */
export const parseInventory = (input: unknown): Definitions => parse(inventory, input) as Definitions;

/** `[fault, …]`. Throws BadAdminInput. */
export const parseFaults = (input: unknown): readonly Fault[] => parse(faults, input);

/** Some of the switches. Throws BadAdminInput. */
export const parseSwitches = (input: unknown): Partial<Switches> =>
  parse(switches, input) as Partial<Switches>;

/** What `parseInventory` takes. */
export type InventoryInput = Partial<
  Record<(typeof deleteActions)[number], Definition | readonly Definition[]>
>;

function parse<Output>(schema: z.ZodType<Output>, input: unknown): Output {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new BadAdminInput(
    result.error.issues.map(({ path, message }) => ({
      pointer: path.map((part) => `/${String(part)}`).join(''),
      problem: message,
    })),
  );
}
