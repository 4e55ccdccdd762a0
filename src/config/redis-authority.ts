/** `redis.ca`: who vouches for the server. Judged at start, so that nobody believes in a check that isn't made. */
import type { Config } from './shape.ts';
import type { Finding } from './problems.ts';
import type { Reading } from './protected.ts';

const at = ['redis', 'ca'];

export function redisAuthority(
  { url, ca }: Pick<Config['redis'], 'url' | 'ca'>,
  { absolute, bytes }: Reading,
): { readonly ca: { readonly ca?: string }; readonly findings: readonly Finding[] } {
  if (ca === undefined) return { ca: {}, findings: [] };
  const path = absolute(ca);
  const found = (problem: string, remedy: string) => ({ ca: {}, findings: [{ path: at, problem, remedy }] });
  if (!url?.startsWith('rediss://'))
    return found(
      'checks nothing, since redis.url is no rediss:// address',
      'write rediss://, or leave redis.ca out',
    );
  const read = bytes(path);
  if ('reason' in read) return found(`names a file that ${read.reason}`, 'create it, or correct the path');
  if (!Buffer.from(read.bytes).includes('-----BEGIN CERTIFICATE-----'))
    return found(
      'names a file without a PEM certificate in it',
      'name the file with the certificate of who signed the server’s: -----BEGIN CERTIFICATE-----',
    );
  return { ca: { ca: path }, findings: [] };
}
