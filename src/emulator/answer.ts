import type { Refusal } from './refusal.ts';

/** What an operation has to say: list values are lists of ids, or of objects in JSON only. */
export type Fields = Readonly<Record<string, string | number | readonly unknown[]>>;

/** An answer as it goes over the wire. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How one call wants to be answered. */
export interface Dialect {
  readonly provider: 'alibaba' | 'huawei';
  readonly format: 'json' | 'xml';
  readonly action: string;
  /** Alibaba: the Host that was asked, and the product for `Recommend`. */
  readonly host: string;
  readonly product: string;
}

export function answer(dialect: Dialect, requestId: string, said: Fields | Refusal): Answer {
  const refusal = isRefusal(said) ? said : undefined;
  if (dialect.provider === 'huawei') {
    const body = refusal ? huaweiError(refusal, requestId) : said;
    return {
      status: refusal?.status ?? 200,
      headers: { 'content-type': 'application/json', 'x-request-id': requestId },
      body: JSON.stringify(body),
    };
  }
  const fields = refusal ? alibabaError(refusal, requestId, dialect) : { RequestId: requestId, ...said };
  const root = refusal ? 'Error' : `${dialect.action}Response`;
  return {
    status: refusal?.status ?? 200,
    ...(dialect.format === 'json'
      ? { headers: { 'content-type': 'application/json;charset=utf-8' }, body: JSON.stringify(fields) }
      : {
          headers: { 'content-type': 'text/xml;charset=utf-8' },
          body: `<?xml version="1.0" encoding="UTF-8"?><${root}>${xml(fields)}</${root}>`,
        }),
  };
}

export const isRefusal = (said: Fields | Refusal): said is Refusal =>
  typeof said['code'] === 'string' && 'message' in said;

// Errors of the gateway carry the request's id in the body, those of the service behind it don't.
const huaweiError = ({ code, message }: Refusal, requestId: string) => ({
  error_code: code,
  error_msg: message,
  ...(code.startsWith('APIGW.') && { request_id: requestId }),
});

function alibabaError({ code, message }: Refusal, requestId: string, { host, product, action }: Dialect) {
  const query = new URLSearchParams({ q: code, product, requestId });
  const denied = code === 'Forbidden.RAM' || code === 'NoPermission';
  return {
    RequestId: requestId,
    HostId: host,
    Code: code,
    Message: message,
    Recommend: `https://api.aliyun.com/troubleshoot?${query.toString()}`,
    ...(denied && {
      AccessDeniedDetail: { AuthAction: `${product}:${action}`, NoPermissionType: 'ImplicitDeny' },
    }),
  };
}

// The current pages show no XML: a list is written as its element repeated, which is how single values look too.
function xml(value: unknown): string {
  if (typeof value !== 'object' || value === null) return escape(String(value));
  return Object.entries(value as Record<string, unknown>)
    .flatMap(([name, content]) => [content].flat().map((one: unknown) => [name, one] as const))
    .map(([name, one]) => `<${name}>${xml(one)}</${name}>`)
    .join('');
}

/** Characters that XML 1.0 can't carry at all become U+FFFD. */
const escape = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;')
    .replace(/(?![\t\n\r])\p{Cc}|[\ufffe\uffff]|\p{Cs}/gu, '\ufffd');
