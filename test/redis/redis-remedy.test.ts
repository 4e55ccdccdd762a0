import { describe, expect, it } from 'vitest';
import { redisRemedy } from '../../src/redis-remedy.ts';

const error = (message: string, code?: string) => Object.assign(new Error(message), code && { code });

describe('redisRemedy', () => {
  it.each([
    [error('self-signed certificate in certificate chain', 'SELF_SIGNED_CERT_IN_CHAIN'), 'redis.ca'],
    [error('unable to verify the first certificate', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'redis.ca'],
    [error('Hostname/IP does not match', 'ERR_TLS_CERT_ALTNAME_INVALID'), 'for another name'],
    [error('certificate has expired', 'CERT_HAS_EXPIRED'), 'does not hold now'],
    [error('WRONGPASS invalid username-password pair'), 'the user and the password'],
    [error('NOAUTH Authentication required.'), 'the user and the password'],
    [error("NOPERM this user has no permissions to run the 'info' command"), 'users.acl'],
    [error('no answer within 5000 ms'), 'rediss:// where it speaks TLS'],
    [
      error('connect ECONNREFUSED 127.0.0.1:1', 'ECONNREFUSED'),
      'Start it, or correct redis.url or REDIS_URL.',
    ],
  ])('of %s tells what to do', (given, remedy) => expect(redisRemedy(given)).toContain(remedy));
});
