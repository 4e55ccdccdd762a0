/** Pages: a cursor is opaque to callers, so that what it holds may change. */
import { z } from 'zod';
import { say } from '../../config/problems.ts';
import { Refusal } from '../problem.ts';

const remedy = 'give 1 to 1000, or leave it out: 100';

export const pageQuery = {
  limit: z
    .string()
    .regex(/^[1-9]\d{0,3}$/, { error: say('is no such number', remedy) })
    .transform(Number)
    .refine((n) => n <= 1_000, { error: say('is above 1000', remedy) })
    .optional()
    .meta({ description: 'Entries a page, 1 to 1000; 100 if left out', examples: ['100'] }),
  cursor: z
    .string()
    .max(200)
    .optional()
    .meta({ description: '`next` of the page before; left out: the first page' }),
};

export const cursorOf = (seq: number): string => Buffer.from(`after ${seq}`).toString('base64url');

/** Of the last entry of the page before; 0 for the first page. */
export function seqOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const [, seq] = /^after (\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  if (seq !== undefined) return Number(seq);
  throw new Refusal('invalid', 'One field is wrong. Nothing was done.', [
    {
      parameter: 'cursor',
      problem: 'is no cursor of ours',
      remedy: 'give `next` of the page before, or leave it out',
    },
  ]);
}
