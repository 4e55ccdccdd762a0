import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { world } from './world.ts';

const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const yaml = (url: string) => `redis: { url: '${url}', ca: ca.pem }\n`;

describe('redisAuthority', () => {
  it('takes a file of certificates that stands beside the configuration', () => {
    const { config, cwd } = world({ 'expunge.yaml': yaml('rediss://h'), 'ca.pem': pem });
    expect(config().redis).toEqual({ url: 'rediss://h', prefix: 'expunge', ca: join(cwd, 'ca.pem') });
  });

  it.each([
    ['redis://h', pem, 'checks nothing, since redis.url is no rediss:// address'],
    ['rediss://h', undefined, 'names a file that does not exist'],
    ['rediss://h', 'MIIB', 'names a file without a PEM certificate in it'],
  ])('refuses it for %s with %j', (url, content, problem) => {
    const files = { 'expunge.yaml': yaml(url), ...(content !== undefined && { 'ca.pem': content }) };
    const [first, ...more] = world(files).problems();
    expect(first).toMatchObject({ path: 'redis.ca', problem });
    expect(more).toEqual([]);
  });

  it('judges the address that the environment gives', () => {
    const files = { 'expunge.yaml': yaml('rediss://h'), 'ca.pem': pem };
    const [first] = world(files, { REDIS_URL: 'redis://h' }).problems();
    expect(first?.problem).toContain('checks nothing');
  });
});
