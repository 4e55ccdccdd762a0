/**
 * Takes secrets out of what is about to be shown: by the name of the field at every depth, by value wherever a
 * configured secret occurs in a text, and by shape (passwords in URLs, signatures in queries and headers).
 *
 * It returns plain data and never throws, since it runs on whatever a fault left behind. It can't know a secret that
 * was never configured, stands under a harmless name and looks like nothing in particular.
 */
import { withoutSecrets, type Secrets } from './known-secrets.ts';

export const hidden = '***';

/** Beyond this depth nothing is shown: a guard against endless structures, far above anything we log. */
const deepest = 24;

const secretName =
  /(secret|secretkey|securitytoken|token|authorization|signature|password|passwd|passphrase|signingkey|privatekey|apikey|cookie)$/;

/** Whether a field of this name holds a secret, however it is spelt: `x-acs-security-token`, `accessKeySecret`. */
export const isSecretName = (name: string): boolean =>
  secretName.test(name.toLowerCase().replace(/[^a-z0-9]/g, ''));

// Bounded repetitions only: a provider's answer must not be able to make a line take seconds.
const inText: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // scheme://user:password@host, the user being optional; the last @ before the path ends the password.
  [/([a-z][a-z0-9+.-]{0,20}:\/\/[^\s/?#:@]{0,256}):[^\s/?#]{0,1024}@/gi, `$1:${hidden}@`],
  [/\b(Bearer|Basic)\s{1,3}[\w.~+/=-]{1,4096}/gi, `$1 ${hidden}`],
  // Signature=… in a header, &SecurityToken=… in a query, "secretKey":"…" in a body.
  [
    /((?:secret|secret-?key|token|signature|password|signing-?key|api-?key|cookie)["']?\s{0,3}(?:=|%3D|:\s{0,3})["']?)[^\s"'&,;})]{1,4096}/gi,
    `$1${hidden}`,
  ],
];

const none: Secrets = [];

export const redactText = (text: string, secrets: Secrets = none): string =>
  withoutShapes(withoutSecrets(text, secrets, hidden));

function withoutShapes(text: string): string {
  // None of them matches without one of these; most of what is logged is a word or an id.
  if (!/[\s:=]|%3d/i.test(text)) return text;
  return inText.reduce((shown, [pattern, replacement]) => shown.replace(pattern, replacement), text);
}

/**
 * The address of a server or a file, to be told to people: without its password, wherever that stands and however
 * badly it is escaped. What looks like one is hidden too.
 */
export const withoutPassword = (url: string): string =>
  redactText(url.replace(/^([a-z][a-z0-9+.-]*:\/\/[^:@/?#]*):.*@/is, `$1:${hidden}@`));

/** A copy without secrets, of plain data only: errors, maps, sets, headers and cycles become what JSON can hold. */
export function redact(value: unknown, secrets: Secrets = none): unknown {
  const above = new Set<object>();

  const inside = (object: object): unknown => {
    if (above.has(object)) return '[cyclic]';
    if (above.size >= deepest) return '[too deep]';
    above.add(object);
    try {
      return copy(object);
    } catch {
      // A getter or a proxy that throws; the log line matters more.
      return '[unreadable]';
    } finally {
      above.delete(object);
    }
  };

  const copy = (object: object): unknown => {
    if (object instanceof Date) return Number.isNaN(object.getTime()) ? null : object.toISOString();
    if (object instanceof URL || object instanceof URLSearchParams) return show(String(object));
    if (ArrayBuffer.isView(object)) return `[${object.byteLength} bytes]`;
    if (object instanceof Map || object instanceof Headers) return fields([...object]);
    if (object instanceof Set) return list([...object]);
    if (Array.isArray(object)) return list(object);
    const own = Object.entries(object);
    if (!(object instanceof Error)) return fields(own);
    const { name, message, stack, cause } = object;
    return fields([['type', name], ['message', message], ['stack', stack], ['cause', cause], ...own]);
  };

  const fields = (entries: readonly (readonly [unknown, unknown])[]): Record<string, unknown> => {
    // Header lists also come as { name: 'authorization', value: '…' }.
    const named = entries.find(([key]) => key === 'name' || key === 'key')?.[1];
    const namesSecret = typeof named === 'string' && isSecretName(named);
    const shown = entries
      .filter(([, content]) => content !== undefined && typeof content !== 'function')
      .map(([key, content]): [string, unknown] => {
        const name = typeof key === 'string' ? key : String(show(key));
        const conceal = isSecretName(name) || (namesSecret && name === 'value');
        return [redactText(name, secrets), conceal ? concealed(content) : show(content)];
      });
    return Object.fromEntries(shown);
  };

  // Headers are also written as [name, value] pairs and as one flat list: what follows a secret's name is hidden.
  const list = (items: readonly unknown[]): unknown[] =>
    items.map((item, index) => {
      const before: unknown = items[index - 1];
      const text = before instanceof Uint8Array ? new TextDecoder().decode(before) : before;
      return typeof text === 'string' && isSecretName(text) ? concealed(item) : show(item);
    });

  const concealed = (content: unknown) =>
    content === null || typeof content === 'boolean' ? content : hidden;

  const show = (content: unknown): unknown => {
    if (typeof content === 'string') return redactText(content, secrets);
    if (typeof content === 'bigint' || typeof content === 'symbol')
      return redactText(String(content), secrets);
    if (typeof content === 'function') return '[function]';
    return typeof content === 'object' && content !== null ? inside(content) : content;
  };

  return show(value);
}
