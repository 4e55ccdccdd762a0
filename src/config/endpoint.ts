/** Which addresses may stand in for a provider's own. */
import { BlockList, isIP } from 'node:net';

/** The origin of an endpoint, or what is wrong with it. The text itself is not repeated: it may hold a password. */
export function readEndpoint(text: string): { origin: string } | { problem: string; remedy: string } {
  const example = 'write scheme, host and port only, such as https://vod.cn-shanghai.aliyuncs.com';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    return { problem: 'is not an http or https address', remedy: example };
  if (url.username || url.password) return { problem: 'has a user or password in it', remedy: example };
  if (url.pathname !== '/' || /[?#]/.test(text))
    return { problem: 'has a path, query or fragment', remedy: example };
  if (url.protocol === 'http:' && !isNear(url.hostname)) {
    const problem =
      'is plain http to a public host: anyone on the way could read and repeat signed deletions';
    return {
      problem,
      remedy: 'write https; plain http is for loopback, private addresses and compose services',
    };
  }
  return { origin: url.origin };
}

/**
 * Loopback, private (RFC 1918, RFC 4193) and link-local addresses, names without a dot (compose services), and the
 * names that never leave a site: `.localhost` (RFC 6761), `.internal` (ICANN, 2024-07-29).
 */
function isNear(hostname: string): boolean {
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  const family = isIP(address);
  if (family !== 0) return nearAddresses().check(address, family === 4 ? 'ipv4' : 'ipv6');
  return !address.includes('.') || /\.(localhost|internal)$/.test(address);
}

/** Whether a listener on this host is reached from this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function nearAddresses(): BlockList {
  const near = new BlockList();
  near.addSubnet('127.0.0.0', 8);
  near.addSubnet('10.0.0.0', 8);
  near.addSubnet('172.16.0.0', 12);
  near.addSubnet('192.168.0.0', 16);
  near.addSubnet('169.254.0.0', 16);
  near.addAddress('::1', 'ipv6');
  near.addSubnet('fc00::', 7, 'ipv6');
  near.addSubnet('fe80::', 10, 'ipv6');
  return near;
}
