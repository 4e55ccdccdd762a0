/** What a check of existence found, for people. */
import type { Account } from '../../config.ts';
import type { Operation } from '../../providers/operation.ts';
import { count, grouped, shortened, visible } from '../wording.ts';
import { isWrongList, type ExistenceCheck } from './check-exists.ts';

/** Lines to say; with the wrong list's warning at their end. */
export function existenceWords(
  check: ExistenceCheck,
  account: Account,
  operation: Operation,
): readonly string[] {
  const { asked, present, gone, unknown, titles, unasked } = check;
  const found = [
    `${grouped(present)} of ${count(asked, 'sampled id')} exist`,
    ...(gone > 0 ? [`${grouped(gone)} ${gone === 1 ? 'does' : 'do'} not`] : []),
    ...(unknown > 0 ? [`of ${grouped(unknown)} the provider does not tell`] : []),
  ];
  const failed = unasked.some(({ code }) => code !== 'no-read');
  return [
    ...(asked > 0 ? [`${found.join(', ')} (${operation.read?.action ?? ''}).`] : []),
    ...titles.map(({ id, title }) => `  ${shortened(id)}  "${shortened(title)}"`),
    ...unasked.map(
      ({ targets, code, message }) =>
        `${count(targets, 'sampled id')} can't be checked: ` +
        (code === 'no-read' ? `${visible(message)}.` : `${visible(code)}: ${shortened(message, 200)}`),
    ),
    ...(failed ? [`What is wrong with the account tells: expunge accounts check ${account.name}`] : []),
    ...(isWrongList(check) ? wrongListWords(check, account, operation) : []),
  ];
}

function wrongListWords(
  { gone, asked }: ExistenceCheck,
  { name, site }: Account,
  { kinds }: Operation,
): readonly string[] {
  return [
    `MOST OF THESE DON'T EXIST: ${grouped(gone)} of ${count(asked, 'sampled id')}. Usually that means`,
    `  - the wrong region: ${name} asks in ${site.region}, where nothing else is found`,
    `  - the wrong kind of id: this operation takes ${kinds.map((kind) => kind.name).join(' or ')}`,
    '  - a list that was deleted already',
  ];
}
