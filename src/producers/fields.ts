/** Fields of bodies and queries: each says what is wrong with it and what to do, as those of the configuration do. */
import { z } from 'zod';
import { findings, say } from '../config/problems.ts';
import type { FieldProblem } from './problem.ts';

const wrong = (what: string, remedy: string) => ({
  error: ({ input }: { readonly input?: unknown }) =>
    say(input === undefined ? 'is missing' : `is not ${what}`, remedy),
});

/** A text of so many characters. */
export const text = (most: number, remedy: string, least = 1) =>
  z
    .string(wrong('a text', remedy))
    .min(least, { error: say('is empty', remedy) })
    .max(most, { error: say(`is longer than ${most} characters`, remedy) });

export const yes = (remedy: string) => z.boolean(wrong('true or false', remedy));

/** A list of 1 to `most`. */
export const list = <Entry extends z.ZodType>(entry: Entry, most: number, remedy: string) =>
  z
    .array(entry, wrong('a list', remedy))
    .min(1, { error: say('is an empty list', remedy) })
    .max(most, { error: say(`has more than ${most} entries`, remedy) });

/** Nothing that an operation takes is nested deeper; of what is nested without end no canonical text can be made. */
const mostLevels = 8;
const within = (value: unknown, levels: number): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (levels > 0 && Object.values(value).every((each) => within(each, levels - 1)));
export const shallow = (value: unknown): boolean => within(value, mostLevels);

export const group = (remedy: string) =>
  z
    .record(z.string(), z.unknown(), wrong('an object', remedy))
    .refine(shallow, { error: say('is nested too deep', remedy) });

/** A moment with its zone. */
export const moment = (remedy: string) =>
  z.iso.datetime({
    offset: true,
    error: ({ input }) => say(input === undefined ? 'is missing' : 'is no such time', remedy),
  });

/** A body: nothing else may stand in it. Its message for unknown fields lists the known ones. */
export const body = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? Object.keys(shape).join(' ')
        : say('is not an object', `send JSON with ${Object.keys(shape).join(', ')}`),
  });

/** A schema for what a path, query or body may hold, in our words where it doesn't. */
export function validated(schema: z.ZodType, data: unknown, part: string | undefined) {
  // A request without a body has none, not an empty one.
  const read = schema.safeParse(data ?? undefined);
  if (read.success) return { value: read.data };
  const errors = findings(read.error.issues, []).map(({ path, problem, remedy }): FieldProblem => {
    const pointer = path
      .map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`)
      .join('');
    const name = path.join('.');
    const place =
      part === 'body' || part === undefined
        ? { pointer }
        : part === 'headers'
          ? { header: name }
          : { parameter: name };
    return { ...place, problem, remedy };
  });
  return { errors };
}
