/** A request of each operation of the API that nothing is wrong with. */
import { video } from '../../accounts.ts';
import { operations } from './document.ts';
import type { Sent } from './world.ts';

export interface Asked {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly sent: Pick<Sent, 'body' | 'raw' | 'headers'>;
}

/** What is named in it. */
export interface Named {
  readonly account: string;
  readonly operation: string;
  /** An id that is to be deleted. */
  readonly target: string;
  /** An id on record. */
  readonly known: string;
  /** A deletion on record. */
  readonly deletion: string;
  /** A campaign that is to be planned. */
  readonly planned: string;
  /** One on record, with its plan's hash and count. */
  readonly campaign: string;
  readonly hash: string;
  readonly count: number;
  readonly reason: string;
}

export const named: Named = {
  ...{ account: 'media-prod', operation: video, target: 'a1', known: 'a1', deletion: 'none' },
  ...{ planned: 'spring', campaign: 'spring', hash: 'f'.repeat(64), count: 1, reason: 'contract ended' },
};

const paths: Readonly<Record<string, (of: Named) => string>> = {
  '{id}': ({ deletion }) => deletion,
  '{name}': ({ campaign }) => campaign,
  '{account}': ({ account }) => account,
  '{operation}': ({ operation }) => operation,
  '{key}': ({ known }) => known,
};

/** Bodies and queries; what is not here has neither. */
const contents: Readonly<Record<string, (of: Named) => Asked['sent'] & { readonly query?: string }>> = {
  createDeletion: ({ account, operation, target, reason }) => ({
    body: { account, operation, ids: [target], reason },
  }),
  planCampaign: ({ account, operation, planned, target, reason }) => ({
    query: `?${new URLSearchParams({ name: planned, account, operation, reason }).toString()}`,
    ...{ raw: target, headers: { 'content-type': 'text/plain' } },
  }),
  runCampaign: ({ hash, count }) => ({ body: { plan: hash, confirm: count } }),
  approveCampaign: ({ hash, reason }) => ({ body: { plan: hash, reason } }),
  halt: ({ reason }) => ({ body: { reason } }),
  unhalt: ({ account, operation, reason }) => ({ body: { account, operation, reason } }),
  ...Object.fromEntries(
    ['pauseCampaign', 'resumeCampaign', 'cancelCampaign', 'pauseLane', 'resumeLane'].map((id) => [
      id,
      ({ reason }: Named) => ({ body: { reason } }),
    ]),
  ),
};

/** Of every operation of the document, one of these. */
export const requestsOf = (of: Partial<Named> = {}): readonly Asked[] =>
  operations.map(({ operationId, method, path }) => {
    const all = { ...named, ...of };
    const filled = path.replaceAll(/\{\w+\}/g, (name) => encodeURIComponent(paths[name]?.(all) ?? name));
    const { query = '', ...sent } = contents[operationId]?.(all) ?? {};
    return { operationId, method, path: filled + query, sent };
  });

export function requestOf(operationId: string, of: Partial<Named> = {}): Asked {
  const found = requestsOf(of).find((each) => each.operationId === operationId);
  if (!found) throw new Error(`the document has no ${operationId}`);
  return found;
}
