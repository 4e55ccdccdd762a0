/** The problems that a route may answer with, for the OpenAPI document. */
import { problemSchema } from '../problem.ts';

const texts = {
  400: 'A field is wrong; `errors` names each.',
  401: 'No API key, or one that nobody knows, or that has expired.',
  403: 'The key lacks a scope; `detail` names it.',
  404: 'There is no such thing.',
  409: 'That does not go with how things stand.',
  413: 'The body is too large.',
  415: 'The body is of another type than expected.',
  422: 'The request is understood, and refused.',
  429: 'Too many requests of this key; Retry-After tells when.',
  503: 'The ledger does not answer: Retry-After tells when to try again, with the same Idempotency-Key.',
} as const;

export type Problems = keyof typeof texts;

const problem = (status: Problems) => ({
  description: texts[status],
  content: { 'application/problem+json': { schema: problemSchema } },
});

/** What each route may say, and these besides. */
export const refusals = <const Others extends readonly Problems[]>(...others: Others) =>
  Object.fromEntries(
    ([400, 401, 403, 429, 503, ...others] as const).map((status) => [status, problem(status)]),
  ) as Readonly<Record<400 | 401 | 403 | 429 | 503 | Others[number], ReturnType<typeof problem>>>;
