/** What people can do about a Redis that fails. */

/** Held against `CODE message`: OpenSSL's codes as Node.js names them, Redis's as its messages begin. */
const remedies: readonly (readonly [pattern: RegExp, remedy: string])[] = [
  [
    /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_(SIGNATURE|UNTRUSTED|REJECTED))/,
    'Its certificate is vouched for by nobody whom this machine trusts: name the file with the certificate of who does in redis.ca.',
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID /,
    'Its certificate is for another name: write the host in redis.url or REDIS_URL as the certificate has it.',
  ],
  [/^CERT_/, 'Its certificate does not hold now: renew it, or set the clock of this machine.'],
  [/WRONGPASS|NOAUTH/, 'Correct the user and the password in redis.url or REDIS_URL.'],
  [/NOPERM/, 'Its user may too little: deploy/redis/users.acl says what is needed.'],
  [
    /no answer|closed|ECONNRESET|EPIPE|max retries/,
    'Start it, or correct redis.url or REDIS_URL: rediss:// where it speaks TLS, redis:// where it does not.',
  ],
];

/** What to do about a Redis that can't be reached or used, in one sentence. */
export function redisRemedy(error: Error): string {
  const text = `${String(Reflect.get(error, 'code') ?? '')} ${error.message}`;
  const found = remedies.find(([pattern]) => pattern.test(text));
  return found?.[1] ?? 'Start it, or correct redis.url or REDIS_URL.';
}
