/**
 * Whether a sample of what is to be deleted exists, asked of the provider by the operation's own read: most wrong
 * lists show themselves here, before anything is planned. Nothing but reads is sent.
 *
 * What could not be asked is never taken for gone: it is told apart, with the reason.
 */
import { pause, type Clock } from '../../clock.ts';
import type { Account } from '../../config.ts';
import type { Batch, Failure, Target } from '../../deletion.ts';
import { createLimiter, type Limiter } from '../../limiter.ts';
import { attemptRead } from '../../providers/call.ts';
import { CredentialError, credentialSource } from '../../providers/credentials.ts';
import type { Existing, Operation, Read } from '../../providers/operation.ts';
import type { Credentials } from '../../providers/signing.ts';
import type { Transport } from '../../providers/transport.ts';

export interface ExistenceCheck {
  /** Targets about which an answer came: the sum of the next three. */
  readonly asked: number;
  readonly present: number;
  readonly gone: number;
  /** The answer left it open. */
  readonly unknown: number;
  /** Of a few that are present; texts from outside. Empty where the read tells none. */
  readonly titles: readonly { readonly id: string; readonly title: string }[];
  /** What of the sample was not asked, or not answered, and why. */
  readonly unasked: readonly Unasked[];
}

/** `code`: the provider's, one of ours in lower case, `no-read` or `credentials`. */
export interface Unasked {
  readonly targets: number;
  readonly code: string;
  readonly message: string;
}

export interface CheckMeans {
  readonly account: Account;
  readonly operation: Operation;
  readonly clock: Clock;
  /** `expunge/0.1.0` */
  readonly userAgent: string;
}

/**
 * Beside whatever else reads there. The documented caps of these reads are far above: 100 a second for those of
 * ApsaraVideo VOD (QPS limits, 2021), 1,500 a minute for Huawei Cloud VOD ("Before You Start"); ICE names none.
 */
const readCap = { calls: 5, per: 'second' } as const;
const mostTitles = 5;
/** Times that a read is sent before it counts as unanswered. */
const mostTries = 4;
/** Between two tries: up to so many ms, and twice as many after each. */
const backoffMs = 500;

/** Fewer than half of those exist of which the provider says whether they do. */
export const isWrongList = ({ present, gone }: ExistenceCheck): boolean => present < gone;

/** Rejects for mistakes of ours alone. */
export async function checkExists(sample: readonly Target[], means: CheckMeans): Promise<ExistenceCheck> {
  const { account, operation, clock, userAgent } = means;
  const tally = new Tally();
  const { read } = operation;
  const different = [...new Map(sample.map((target) => [`${target.by} ${target.id}`, target])).values()];
  const readable = different.filter(({ by }) => read?.kinds.includes(by));
  const others = different.filter((target) => !readable.includes(target));
  for (const kind of new Set(others.map(({ by }) => by))) {
    const message = `${operation.name} has no read that tells whether a ${kind} exists`;
    tally.unasked(others.filter(({ by }) => by === kind).length, { code: 'no-read', message });
  }
  if (!read || readable.length === 0) return tally.result();
  const credentials = await credentialsOf(account, clock);
  if ('message' in credentials) {
    tally.unasked(readable.length, credentials);
    return tally.result();
  }
  const { createTransport } = await import('../../providers/transport.ts');
  const transport = createTransport({ clock, userAgent });
  const limiter = createLimiter(readCap, clock);
  try {
    const asking = { account, operation, read, clock, credentials, transport, limiter };
    await askAll(batchesOf(readable, operation, read), asking, tally);
  } finally {
    limiter.stop();
    await transport.close();
  }
  return tally.result();
}

interface Asking {
  readonly account: Account;
  readonly operation: Operation;
  readonly read: Read;
  readonly clock: Clock;
  readonly credentials: Credentials;
  readonly transport: Transport;
  readonly limiter: Limiter;
}

/** One after the other. A read that fails for what it names is asked target by target; any other failure ends it. */
async function askAll(batches: readonly Batch[], asking: Asking, tally: Tally): Promise<void> {
  const waiting = [...batches];
  for (let batch = waiting.shift(); batch; batch = waiting.shift()) {
    const answer = await askPatiently(batch, asking);
    if (!('failure' in answer)) {
      tally.answered(batch, answer);
      continue;
    }
    const { failure } = answer;
    const ofTarget = failure.class === 'missing' || failure.class === 'rejected';
    if (ofTarget && batch.length > 1) waiting.unshift(...batch.map((target): Batch => [target]));
    else if (ofTarget) tally.unasked(1, failure);
    else {
      tally.unasked(batch.length + waiting.reduce((sum, { length }) => sum + length, 0), failure);
      return;
    }
  }
}

type Answer = Existing | { readonly failure: Failure };

async function askPatiently(batch: Batch, asking: Asking): Promise<Answer> {
  const { clock, limiter } = asking;
  for (let tries = 1; ; tries++) {
    const answer = await ask(batch, asking);
    if (!('failure' in answer)) {
      limiter.accepted();
      return answer;
    }
    const { failure } = answer;
    if (failure.class === 'throttled') limiter.throttled(failure.retryAfter);
    const passes = failure.class === 'throttled' || failure.class === 'transient';
    if (!passes || tries >= mostTries) return answer;
    await pause(clock, backoffMs * 2 ** (tries - 1) * (0.5 + clock.random() / 2));
  }
}

/** One read, in its turn; a turn that passed before the request was written is taken again. */
async function ask(batch: Batch, asking: Asking): Promise<Answer> {
  const { account, limiter, ...rest } = asking;
  const attempt = { ...rest, batch, site: account.site, onWrite: () => limiter.write() };
  for (;;) {
    const result = await new Promise<Awaited<ReturnType<typeof attemptRead>>>((resolve, reject) => {
      void limiter.admit(() => void attemptRead(attempt).then(resolve, reject));
    });
    if ('vetoed' in result) continue;
    if (!result.written) limiter.unwritten();
    return result.answer;
  }
}

/** As few as the read allows; a deletion's rule for what may share a call holds for its read too. */
function batchesOf(targets: readonly Target[], { batchKey }: Operation, { limit }: Read): readonly Batch[] {
  const groups = new Map<string, Target[]>();
  for (const target of targets) {
    const group = groups.get(batchKey(target)) ?? [];
    groups.set(batchKey(target), group);
    group.push(target);
  }
  const batches: Batch[] = [];
  for (const alike of groups.values())
    for (let at = 0; at < alike.length; at += limit) {
      const [head, ...rest] = alike.slice(at, at + limit);
      if (head) batches.push([head, ...rest]);
    }
  return batches;
}

async function credentialsOf({ credentials }: Account, clock: Clock) {
  try {
    return await credentialSource(credentials, { clock }).current();
  } catch (error) {
    if (!(error instanceof CredentialError)) throw error;
    return { code: 'credentials', message: error.message };
  }
}

/** What has been learnt so far. */
class Tally {
  readonly #counts = { present: 0, gone: 0, unknown: 0 };
  readonly #titles: { readonly id: string; readonly title: string }[] = [];
  readonly #unasked = new Map<string, Unasked>();

  answered(batch: Batch, { existing, titleOf }: Existing): void {
    for (const target of batch) {
      const is = existing(target);
      this.#counts[is]++;
      const title = titleOf?.(target) ?? '';
      const wanted = is === 'present' && title !== '' && this.#titles.length < mostTitles;
      if (wanted) this.#titles.push({ id: target.id, title });
    }
  }

  unasked(targets: number, { code, message }: Pick<Failure, 'code' | 'message'>): void {
    const before = this.#unasked.get(code);
    this.#unasked.set(code, { code, message, targets: targets + (before?.targets ?? 0) });
  }

  result(): ExistenceCheck {
    const { present, gone, unknown } = this.#counts;
    const asked = present + gone + unknown;
    return { asked, present, gone, unknown, titles: this.#titles, unasked: [...this.#unasked.values()] };
  }
}
