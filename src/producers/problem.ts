/**
 * What the API says instead of doing something: RFC 9457 problems, each bad field with its place, what is wrong with
 * it and what to do. A problem never repeats a value that was sent.
 */
import { z } from 'zod';

/** One bad field. `pointer` (RFC 6901) leads into the body; other places are named. */
export interface FieldProblem {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly header?: string;
  /** Of a campaign's list. */
  readonly line?: number;
  readonly problem: string;
  readonly remedy: string;
}

/** Kinds of problem: what `type` ends with, its status and its title. */
const kinds = {
  invalid: [400, 'The request is not valid'],
  unauthenticated: [401, 'Who asks is not known'],
  forbidden: [403, 'This key may not do that'],
  'not-found': [404, 'There is no such thing'],
  'method-not-allowed': [405, 'This path has no such method'],
  timeout: [408, 'The request took too long to arrive'],
  conflict: [409, 'That does not go with how things stand'],
  'too-large': [413, 'The body is too large'],
  'media-type': [415, 'The body is of another type than expected'],
  protected: [422, 'Protected ids are named'],
  'key-reused': [422, 'This Idempotency-Key stands for another body'],
  'too-many': [429, 'Too many requests'],
  'head-too-large': [431, 'The head of the request is too large'],
  internal: [500, 'This should not happen'],
  unavailable: [503, 'Nothing can be accepted now'],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemKind = keyof typeof kinds;

export const problemSchema = z
  .strictObject({
    type: z
      .string()
      .meta({ description: 'urn:expunge:problem:KIND', examples: ['urn:expunge:problem:invalid'] }),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().meta({ description: 'What happened and what to do, for people' }),
    request: z
      .string()
      .meta({ description: 'The id of this HTTP request, as in the log and in X-Request-Id' }),
    errors: z
      .array(
        z.strictObject({
          pointer: z.string().optional().meta({ description: 'JSON Pointer (RFC 6901) into the body' }),
          parameter: z.string().optional().meta({ description: 'Name of a path or query parameter' }),
          header: z.string().optional(),
          line: z.int().optional().meta({ description: 'Of a campaign’s list, from 1' }),
          problem: z.string(),
          remedy: z.string(),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Problem' });

export type ProblemBody = z.infer<typeof problemSchema>;

/** Thrown anywhere below a route, answered as a problem. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly kind: ProblemKind;
  readonly errors: readonly FieldProblem[];
  /** Seconds after which it makes sense to try again. */
  readonly retryAfter: number | undefined;

  constructor(kind: ProblemKind, detail: string, errors: readonly FieldProblem[] = [], retryAfter?: number) {
    super(detail);
    this.kind = kind;
    this.errors = errors;
    this.retryAfter = retryAfter;
  }

  get status(): number {
    return kinds[this.kind][0];
  }

  body(request: string): ProblemBody {
    const [status, title] = kinds[this.kind];
    const type = `urn:expunge:problem:${this.kind}`;
    const errors = this.errors.map((error) => ({ ...error }));
    return { type, title, status, detail: this.message, request, ...(errors.length > 0 && { errors }) };
  }
}

export const problemType = 'application/problem+json; charset=utf-8';

const mostErrors = 100;

/** A body or parameter that is not what the schema says. */
export const invalid = (errors: readonly FieldProblem[]): Refusal => {
  const count = errors.length === 1 ? 'One field is' : `${errors.length} fields are`;
  const cut = errors.length > mostErrors ? `; the first ${mostErrors} are listed` : '';
  return new Refusal('invalid', `${count} wrong${cut}. Nothing was done.`, errors.slice(0, mostErrors));
};
