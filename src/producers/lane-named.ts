/** The configured lane that a body, or a query, names. */
import { nearest } from '../config/problems.ts';
import type { ConfiguredLane } from '../lanes.ts';
import { invalid, type FieldProblem } from './problem.ts';

type Place = (name: string) => Pick<FieldProblem, 'pointer' | 'parameter'>;

const inBody: Place = (name) => ({ pointer: `/${name}` });
export const inQuery: Place = (name) => ({ parameter: name });

export function laneNamed(
  lanes: readonly ConfiguredLane[],
  account: string,
  operation: string,
  place = inBody,
): ConfiguredLane {
  const own = lanes.filter((lane) => lane.account.name === account);
  const found = own.find((lane) => lane.operation.name === operation);
  if (found) return found;
  if (own.length === 0)
    throw invalid([
      {
        ...place('account'),
        problem: 'is no configured account',
        remedy: 'name one of those in GET /v1/lanes',
      },
    ]);
  const names = own.map((lane) => lane.operation.name);
  const meant = nearest(operation.slice(0, 100), names);
  const remedy = meant === undefined ? `name one of: ${names.join(', ')}` : `did you mean ${meant}?`;
  throw invalid([{ ...place('operation'), problem: 'is no operation of this account', remedy }]);
}
