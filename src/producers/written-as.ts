import type { Kind } from '../providers/operation.ts';

/** Plain ids are of that kind, if one is given; what is written out says itself what it is. */
export const writtenAs =
  (kind: Kind | undefined) =>
  (value: unknown): unknown =>
    kind && typeof value === 'string' ? { by: kind.name, [kind.field]: value } : value;
