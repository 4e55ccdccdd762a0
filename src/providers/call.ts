/**
 * One attempt: sign, send, interpret. The one door through which anything is deleted, so what must hold of every
 * call is checked here: no mixed batch, none too large, nothing twice, the right credentials.
 *
 * `attemptCall` and `attemptRead` sign with the provider's date of that moment and hand the request to the transport before
 * they return: nothing is awaited between being told to go and the dispatch. Whoever calls them has the
 * credentials in hand already.
 */
import type { Clock } from '../clock.ts';
import type { Batch, Failure } from '../deletion.ts';
import { signAlibaba } from './alibaba/signature.ts';
import { signHuawei } from './huawei/signature.ts';
import type { Existing, Interpretation, Operation, Read, Reply, Site, UnsignedRequest } from './operation.ts';
import type { Credentials, SignedRequest } from './signing.ts';
import type { Transport } from './transport.ts';

export interface Attempt {
  readonly operation: Operation;
  readonly batch: Batch;
  readonly site: Site;
  readonly credentials: Credentials;
  readonly transport: Transport;
  readonly clock: Clock;
  /** Asked directly before the request is written; false keeps it unsent. */
  readonly onWrite: () => boolean;
}

/** `ms`: from the write to the end; `requestId`: the provider's, '' where no answer was read. */
interface Answered {
  readonly ms: number;
  readonly written: boolean;
  readonly requestId: string;
}

/** Where the calls of this operation go: `https://vod.cn-shanghai.aliyuncs.com`. */
export function originOf({ name, accept, kinds, request }: Operation, site: Site): string {
  const example = accept(kinds[0].example);
  if ('problems' in example) throw new Error(`${name}: its own example is no ${kinds[0].name}`);
  return request([example], site).origin;
}

export type CallResult = { readonly vetoed: true } | (Answered & { readonly interpretation: Interpretation });

export type ReadResult =
  { readonly vetoed: true } | (Answered & { readonly answer: Existing | { readonly failure: Failure } });

/** One deletion call. Resolves always; throws (rejects) only for a batch or credentials that are our mistake. */
export async function attemptCall(attempt: Attempt): Promise<CallResult> {
  const { operation, batch, site } = attempt;
  checkBatch(operation, batch, operation.batchLimit);
  const interpret = (reply: Reply) => operation.interpret(reply, batch);
  const result = await exchange(attempt, operation.request(batch, site), interpret);
  if ('vetoed' in result) return result;
  const { said, ...answered } = result;
  return { ...answered, requestId: requestIdOf(said), interpretation: said };
}

/** One read of which targets still exist; the batch keeps to the read's limit and kinds. */
export async function attemptRead(attempt: Attempt & { readonly read: Read }): Promise<ReadResult> {
  const { operation, read, batch, site } = attempt;
  checkBatch(operation, batch, read.limit);
  if (!batch.every(({ by }) => read.kinds.includes(by))) throw new Error(`${read.action}: not its kind`);
  const interpret = (reply: Reply) => read.interpret(reply, batch);
  const result = await exchange(attempt, read.request(batch, site), interpret);
  if ('vetoed' in result) return result;
  const { said, ...answered } = result;
  return { ...answered, requestId: requestIdOf(said), answer: said };
}

async function exchange<Said>(
  { credentials, transport, clock, onWrite, operation }: Attempt,
  request: UnsignedRequest,
  interpret: (reply: Reply) => Said,
): Promise<
  | { readonly vetoed: true }
  | { readonly ms: number; readonly written: boolean; readonly said: Said | { readonly failure: Failure } }
> {
  if (credentials.provider !== operation.provider) throw new Error('credentials of another provider');
  const date = transport.date();
  const sent = await transport.send(sign(request, credentials, date, clock.nonce()), onWrite);
  if ('vetoed' in sent) return sent;
  if ('failure' in sent) return { ms: sent.ms, written: sent.written, said: { failure: sent.failure } };
  const said = interpret(sent.reply);
  const misdated = Math.abs(transport.date() - date - sent.ms) > misdatedMs;
  return { ms: sent.ms, written: true, said: misdated ? dueToTheDate(said) : said };
}

/** The answer has corrected the date that its call was signed with by so much that it may be why it was refused. */
const misdatedMs = 5 * 60_000;

/** An account whose call bore a wrong date is not to blame: the next one bears the right one. */
function dueToTheDate<Said>(said: Said): Said | { readonly failure: Failure } {
  if (!isFailed(said) || said.failure.class !== 'unauthorized') return said;
  return { failure: { ...said.failure, class: 'transient' } };
}

const isFailed = (said: unknown): said is { readonly failure: Failure } =>
  typeof said === 'object' && said !== null && 'failure' in said;

/** Every attempt is signed anew, with its own date and nonce. */
const sign = (
  request: UnsignedRequest,
  credentials: Credentials,
  date: number,
  nonce: string,
): SignedRequest =>
  credentials.provider === 'alibaba'
    ? signAlibaba(request, credentials, date, nonce)
    : signHuawei(request, credentials, date);

function checkBatch({ name, batchKey }: Operation, batch: Batch, limit: number): void {
  const key = batchKey(batch[0]);
  const ids = new Set(batch.map(({ by, id }) => `${by} ${id}`));
  const fits = batch.length <= limit && ids.size === batch.length && batch.every((t) => batchKey(t) === key);
  if (!fits) throw new Error(`${name}: these ${String(batch.length)} targets may not share a call`);
}

const requestIdOf = (
  said: { readonly requestId: string } | { readonly failure: Failure } | object,
): string => ('failure' in said ? said.failure.requestId : 'requestId' in said ? said.requestId : '');
