/**
 * The only door to real time, randomness and ids. Everything else is handed a Clock, so that tests own all three.
 *
 * `now` is the wall clock: good for dates on the wire and in logs, never for measuring. `monotonic` measures:
 * it neither steps nor goes backwards, and says nothing about the date.
 */
import { randomBytes } from 'node:crypto';

export interface Clock {
  /** Milliseconds since 1970, as the machine believes. */
  now(): number;
  /** Milliseconds since some fixed moment; fractions are kept. */
  monotonic(): number;
  /** Runs `then` once after `ms` (monotonic) and returns the way to call it off. */
  after(ms: number, then: () => void): () => void;
  /** Uniform in [0, 1). */
  random(): number;
  /** A new id, unique, of 26 characters, that sorts by time of creation (a ULID). */
  id(): string;
  /** 32 random hexadecimal digits: a signature nonce. */
  nonce(): string;
}

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A ULID: 48 bits of milliseconds, 80 random bits, in Crockford's base 32 (github.com/ulid/spec). */
export function ulid(at: number, random: Uint8Array): string {
  let text = '';
  for (let i = 9, t = at; i >= 0; i--, t = Math.floor(t / 32)) text = crockford.charAt(t % 32) + text;
  let bits = 0;
  let held = 0;
  for (const byte of random.subarray(0, 10)) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; held &= (1 << bits) - 1) {
      bits -= 5;
      text += crockford.charAt(held >> bits);
    }
  }
  return text;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, then) {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
  id: () => ulid(Date.now(), randomBytes(10)),
  nonce: () => randomBytes(16).toString('hex'),
};

/** Resolves after `ms`, or at once when `signal` is aborted. */
export function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(ms, done);
    signal?.addEventListener('abort', done, { once: true });
  });
}
