/** From a body, however it came, to a request that may be recorded; or all that is wrong with it, as a Refusal. */
import type { DeletionRequest } from '../deletion.ts';
import type { ConfiguredLane } from '../lanes.ts';
import type { KeyedTarget } from '../ledger/record.ts';
import { protectionOf } from '../protection.ts';
import { acceptAll, type Accepted } from './accept.ts';
import type { Person } from './person.ts';
import { wideningJudge } from './widening.ts';
import type { DeletionBody } from './deletion-schema.ts';
import { laneNamed } from './lane-named.ts';
import { invalid, Refusal, type FieldProblem } from './problem.ts';

export interface AcceptedBody {
  readonly lane: ConfiguredLane;
  readonly request: Omit<DeletionRequest, 'targets'>;
  readonly targets: readonly KeyedTarget[];
}

/** `now` in milliseconds since 1970. That the person may enqueue at all is the caller's to have asked. */
export function acceptBody(
  lanes: readonly ConfiguredLane[],
  person: Person,
  body: DeletionBody,
  now: number,
): AcceptedBody {
  const { account, operation, reason, urgent = false, again = false } = body;
  const wrong: FieldProblem[] = [];
  const notBefore = orTold(wrong, () => momentOf(body.notBefore, now)) ?? 0;
  const lane = orTold(wrong, () => laneNamed(lanes, account, operation));
  const found = lane && orTold(wrong, () => accept(lane, body));
  if (!lane || !found || wrong.length > 0) throw invalid(wrong);
  const { targets } = found;
  const judge = wideningJudge(person, account, lane.operation);
  for (const { target } of targets) {
    const missing = judge(target);
    if (missing !== undefined)
      throw new Refusal(
        'forbidden',
        `${person.name} would need the scope ${missing} for this: it widens what is deleted.`,
      );
  }
  const request = { account, operation, reason, urgent, again, notBefore, requester: person.name };
  return { lane, request, targets };
}

/**
 * All that is wrong with a body whose shape is: what the schema found, and beside it whatever can be judged of the
 * rest. Whoever repairs it is told once.
 */
export function allWrong(
  lanes: readonly ConfiguredLane[],
  body: unknown,
  found: readonly FieldProblem[],
  now: number,
): Refusal {
  const fields = Object(body) as Readonly<Record<string, unknown>>;
  const told = (name: string) => found.some(({ pointer }) => pointer?.split('/')[1] === name);
  const wrong = [...found];
  const { account, operation, notBefore } = fields;
  if (typeof notBefore === 'string' && !told('notBefore')) orTold(wrong, () => momentOf(notBefore, now));
  if (typeof account === 'string' && typeof operation === 'string') {
    const lane = orTold(wrong, () => laneNamed(lanes, account, operation));
    const list = (['ids', 'targets'] as const).find((name) => Array.isArray(fields[name]) && !told(name));
    if (lane && list !== undefined) {
      const judged = { ...fields, ...(told('options') && { options: undefined }) } as unknown as DeletionBody;
      orTold(wrong, () => accept({ ...lane, protection: protectionOf() }, judged));
    }
  }
  return invalid(wrong);
}

/** What it reads; what is invalid about it is kept with the rest. */
function orTold<Read>(wrong: FieldProblem[], read: () => Read): Read | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Refusal) || error.kind !== 'invalid') throw error;
    wrong.push(...error.errors);
    return undefined;
  }
}

function accept({ account, operation, protection }: ConfiguredLane, body: DeletionBody): Accepted {
  const found = acceptAll(account.name, operation, body.ids ?? body.targets ?? [], body.options, protection);
  if (!('problems' in found)) return found;
  const errors = found.problems.map(({ pointer, ...rest }) => ({
    pointer: body.ids ? pointer.replace(/^\/targets\//, '/ids/') : pointer,
    ...rest,
  }));
  if (!found.guarded) throw invalid(errors);
  throw new Refusal(
    'protected',
    'Some of these ids may not be deleted. Nothing was done.',
    errors.slice(0, 100),
  );
}

const mostAheadMs = 366 * 86_400_000;

function momentOf(text: string | undefined, now: number): number {
  if (text === undefined) return 0;
  const at = Date.parse(text);
  const wrong = (problem: string, remedy: string) => invalid([{ pointer: '/notBefore', problem, remedy }]);
  if (at < now) throw wrong('has passed', 'leave it out to delete at once');
  if (at > now + mostAheadMs) throw wrong('is more than a year ahead', 'give an earlier time');
  return at;
}
