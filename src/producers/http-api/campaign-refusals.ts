/** What the guards of campaigns say, as problems; and how one writes at this door what can be done next. */
import type { Account } from '../../config.ts';
import type { Operation } from '../../providers/operation.ts';
import type { Door } from '../campaign/door.ts';
import { existenceWords } from '../campaign/existence-words.ts';
import { WrongList } from '../campaign/plan-list.ts';
import { PlanRefused } from '../campaign/plan.ts';
import { CampaignRefused, type Because } from '../campaign/refused.ts';
import { Unreadable } from '../entries/bytes.ts';
import type { BadEntry } from '../entries/entry.ts';
import { invalid, Refusal, type FieldProblem } from '../problem.ts';

export const http: Door = {
  step(step, name, { output: _, ...fields } = {}) {
    const path = `/v1/campaigns/${name}`;
    if (step === 'plan') return `POST /v1/campaigns?name=${name}`;
    if (step === 'status') return `GET ${path}`;
    if (step === 'report') return `GET ${path}/report${fields['only'] ? `?only=${fields['only']}` : ''}`;
    const { confirm, ...texts } = fields;
    const pairs = Object.entries(texts).map(([field, value]) => `"${field}":"${value}"`);
    const body = confirm === undefined ? pairs : [...pairs, `"confirm":${confirm}`];
    return `POST ${path}/${step}${body.length === 0 ? '' : ` {${body.join(',')}}`}`;
  },
  field: (name) => name,
};

/** 403: it has to be another person; 409: as things stand, or as they were planned, it can't be. */
const forbidding: readonly Because[] = ['scope', 'persons', 'unknown'];
/** The field of the body that does not go with the plan. */
const fields: Readonly<Partial<Record<Because, string>>> = {
  hash: 'plan',
  count: 'confirm',
  max: 'max',
  window: 'window',
};

/** Whatever else it is stays as it is. */
export function refusalOf(error: unknown, nothing: string): unknown {
  if (!(error instanceof CampaignRefused)) return error;
  const { because, message } = error;
  const kind = forbidding.includes(because) ? 'forbidden' : 'conflict';
  const field = fields[because];
  const remedy = 'give what the plan has, or plan it again';
  const errors =
    field === undefined ? [] : [{ pointer: `/${field}`, problem: 'does not go with the plan', remedy }];
  return new Refusal(kind, `${nothing} ${message}.`, errors);
}

export const orRefused = <T>(done: Promise<T>, nothing: string): Promise<T> =>
  done.catch((error: unknown) => {
    throw refusalOf(error, nothing);
  });

const mostLines = 100;
const linesOf = (lines: readonly BadEntry[]): readonly FieldProblem[] =>
  lines.slice(0, mostLines).map(({ at, problem, remedy }) => ({ line: at, problem, remedy }));

/** Of a plan that did not come about; `bad` are its first bad lines. */
export function planRefusalOf(
  error: unknown,
  { account, operation }: { readonly account: Account; readonly operation: Operation },
  name: string,
  bad: readonly BadEntry[],
): unknown {
  const nothing = 'Nothing was planned:';
  if (error instanceof Unreadable) return new Refusal('invalid', `${nothing} the body ${error.message}.`);
  if (error instanceof WrongList) {
    const words = existenceWords(error.check, account, operation).join(' ');
    return new Refusal(
      'conflict',
      `Nothing was planned. ${words} If it is the right list all the same: anyway=true.`,
    );
  }
  if (!(error instanceof PlanRefused)) return refusalOf(error, nothing);
  const { because, message, lines } = error;
  switch (because) {
    case 'protected':
      return new Refusal(
        'protected',
        `${nothing} ${message}. Take them out of the list, or, if they may go now, out of \`protected\` in the configuration.`,
        linesOf(lines),
      );
    case 'too many':
      return new Refusal(
        'conflict',
        `${nothing} it has more targets than max. Is it the right list? If it is, raise max.`,
        [
          {
            parameter: 'max',
            problem: 'is less than the list has targets',
            remedy: 'raise it if the list is right',
          },
        ],
      );
    case 'taken':
      return new Refusal(
        'conflict',
        `${nothing} there was a campaign ${name} already, and its record stays. Take another name.`,
        [{ parameter: 'name', problem: 'is that of a campaign that was run', remedy: 'take another name' }],
      );
    case 'options': {
      const [parameter = '', ...words] = message.split(' ');
      const [problem = '', ...remedy] = words.join(' ').split('. ');
      return invalid([{ parameter, problem, remedy: remedy.join('. ') }]);
    }
    case 'empty':
      return new Refusal('invalid', `${nothing} no valid id is in the list.`, linesOf(bad));
  }
}
