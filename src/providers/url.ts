/**
 * Which URLs are accepted as names of things to delete. A URL is taken literally: it is a name, and what it says
 * is what is asked for, escapes included. Refused is whatever two readers could take for two different things.
 */
import { codePoint, type Check, type Fault } from './identifier.ts';

const longest = 2048;
const webUrl = /^https?:\/\/([^/?#]*)(\/[^?#]*)/iu;
const ossUrl = /^oss:\/\/([^/?#]*)(\/[^?#]+)/iu;
/** Labels of letters, digits and dashes, an optional port: no user, no brackets, nothing but ASCII. */
const host = /^(?!.*\.\.)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/i;
/** OSS bucket naming: 3 to 63 of lower-case letters, digits and dashes. */
const bucket = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

/**
 * URLs of images. On the wire each is percent-encoded before they are joined, so that commas and escapes inside
 * one survive: a `%2C` in the URL travels as `%252C` and is read back as `%2C`.
 */
export const checkImageUrl: Check = (url) => faultOfText(url) ?? faultOfPlace(url, webUrl, host);

/**
 * URLs of registered media, `http(s)://…` or `OSS://bucket/object`. The page asks for no encoding of them, so
 * they are joined as they are, and one that could be split or decoded into another is refused.
 */
export const checkMediaUrl: Check = (url) => {
  const fault = faultOfText(url);
  if (fault) return fault;
  const remedy = 'Delete it by its media id.';
  if (url.includes(',')) return { problem: 'holds a comma, which separates URLs on the wire', remedy };
  if (url.includes('#')) return { problem: 'holds #, behind which a URL is cut off', remedy };
  if (/^oss:/i.test(url)) {
    if (url.includes('%')) return { problem: 'holds %, which may be read as an escape or as itself', remedy };
    return faultOfPlace(url, ossUrl, bucket);
  }
  return faultOfPlace(url, webUrl, host) ?? faultOfEscapes(url);
};

/** True of every URL: no character that is invisible, reorders text, or folds into ASCII. */
function faultOfText(url: string): Fault | undefined {
  const remedy = 'Give the URL exactly as the provider shows it.';
  if (url === '') return { problem: 'is empty', remedy };
  if (url.length > longest) return { problem: `is longer than ${String(longest)} characters`, remedy };
  // C: control, format (bidi, zero width), surrogate, private use, unassigned; Z: separators.
  const hidden = /[\p{C}\p{Z}\\]/u.exec(url)?.[0];
  if (hidden !== undefined) return { problem: `holds ${codePoint(hidden)}`, remedy };
  for (const character of url) {
    if (character > '~' && /[!-~]/.test(character.normalize('NFKC'))) {
      return {
        problem: `holds ${codePoint(character)}, which is easily taken for another character`,
        remedy,
      };
    }
  }
  return undefined;
}

function faultOfPlace(url: string, shape: RegExp, authority: RegExp): Fault | undefined {
  const [, place = '', path = ''] = shape.exec(url) ?? [];
  const oss = shape === ossUrl;
  if (path === '') {
    const problem = oss ? 'is not OSS://bucket/object' : 'is not http(s)://host/path';
    return { problem, remedy: 'Write the whole URL.' };
  }
  if (!authority.test(place)) {
    const problem = oss ? 'does not name an OSS bucket' : 'does not name a plain host';
    return { problem, remedy: 'Host names are ASCII, without user or password.' };
  }
  if (/\/(?:\.|%2e){1,2}(?:\/|$)/i.test(path)) {
    return { problem: 'holds . or .. as a part of its path', remedy: 'Write the path that is meant.' };
  }
  return undefined;
}

/** Escapes must be whole UTF-8, and must not hide what would mean something else once decoded. */
function faultOfEscapes(url: string): Fault | undefined {
  const remedy = 'Delete it by its media id.';
  if (/%(?:2[35CF]|3F|5C|7F|[01][0-9A-F])/i.test(url)) {
    return { problem: 'holds an escaped comma, %, /, ?, #, \\ or control character', remedy };
  }
  try {
    return faultOfText(decodeURIComponent(url).replaceAll(' ', ''));
  } catch {
    return { problem: 'holds % without two hexadecimal digits, or an escape that is not UTF-8', remedy };
  }
}
