import { hash } from 'node:crypto';

/** So many ids in the form that providers give them: 32 hexadecimal digits, in no order. */
export const idsOf = (prefix: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, n) => hash('md5', `${prefix}${n}`));
