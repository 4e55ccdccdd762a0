/** What a call of the client ends with when it is not what was asked for: two errors, and no others. */

/** One bad field of what was sent. */
export interface FieldProblem {
  /** JSON Pointer (RFC 6901) into the body. */
  readonly pointer?: string;
  /** Name of a path or query parameter. */
  readonly parameter?: string;
  readonly header?: string;
  readonly problem: string;
  readonly remedy: string;
}

/** The server said no: its problem (RFC 9457), or what can be told of an answer that is none. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  /** The HTTP status. */
  readonly status: number;
  /** `urn:expunge:problem:KIND`; `about:blank` where the answer was not the API's (a proxy's page). */
  readonly type: string;
  readonly title: string;
  /** What is wrong, field by field; empty where it is no matter of fields. */
  readonly errors: readonly FieldProblem[];
  /** The id of the HTTP request, as in the server's log; '' where the answer names none. */
  readonly request: string;
  /** Seconds after which the server suggests to try again. */
  readonly retryAfter: number | undefined;

  constructor(status: number, body: unknown, retryAfter?: number) {
    const said = isObject(body) ? body : {};
    const errors = Array.isArray(said['errors']) ? (said['errors'] as FieldProblem[]) : [];
    const detail = textOf(said['detail']) || `The server answered ${status} without saying why.`;
    super([detail, ...errors.map(line)].join('\n'));
    this.status = status;
    this.type = textOf(said['type']) || 'about:blank';
    this.title = textOf(said['title']);
    this.errors = errors;
    this.request = textOf(said['request']);
    this.retryAfter = retryAfter;
  }
}

/** No answer came, however often it was tried; `cause` is what the last attempt ended with. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

const line = ({ pointer, parameter, header, problem, remedy }: FieldProblem): string =>
  `  ${pointer ?? parameter ?? header ?? ''} ${problem}. ${remedy}`;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
